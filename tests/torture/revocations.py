"""Everything that takes access away, each done through the door that people use, at a running web process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt

from tests.torture.cast import PASSWORD, inside, make_agent, sign_in
from tests.torture.client import Person

CSRF = "csrf" * 8
SIGNED_OUT, SHUT_OUT, AGAIN = (4401,), (4401, 4403), (1012, 1013, 4401)


@dataclass
class Stage:
    """One brand, its admin and the installation's."""

    slug: str
    host: str
    port: int
    brand_admin: Person
    kim: Person
    number: int = 0

    async def post(self, person: Person, path: str, form: dict[str, Any] | None = None) -> None:
        """Submit a form, or JSON with a visitor's token, as a page of the product does."""
        authority = f"{person.host}:{self.port}"
        headers = {"Host": authority, "Origin": f"http://{authority}"}
        body: dict[str, Any] = {"data": form or {}}
        if person.token:
            headers["Authorization"] = f"Bearer {person.token}"
            body = {"json": form or {}}
        else:
            headers |= {"Cookie": f"{person.cookie}; kefu_csrf={CSRF}", "X-CSRFToken": CSRF}
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            answer = await http.post(f"http://127.0.0.1:{self.port}{path}", headers=headers, **body)
        if answer.status_code >= 400 or b"errorlist" in answer.content:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text[:300]}")


@dataclass(frozen=True)
class Revocation:
    """`codes`: how a socket may be told. `stays_out`: the same credentials open nothing afterwards."""

    name: str
    kind: str
    act: Callable[[Stage, Person], Awaitable[None]]
    codes: tuple[int, ...] = SHUT_OUT
    stays_out: bool = True


async def log_out_visitor(stage: Stage, visitor: Person) -> None:
    await stage.post(visitor, "/api/v1/visitor/logout")


async def identify_visitor(stage: Stage, visitor: Person) -> None:
    """Somebody proves to be the visitor: a token that was given away before must not read on."""
    await stage.post(
        visitor,
        "/api/v1/visitor/identify",
        {"identity": await asyncio.to_thread(_identity_token, stage.slug, visitor.id)},
    )


async def block_visitor(stage: Stage, visitor: Person) -> None:
    await stage.post(stage.brand_admin, f"/api/v1/agent/visitors/{visitor.id}/block")


async def sign_out(stage: Stage, agent: Person) -> None:
    await stage.post(agent, "/account/sign-out")


async def deactivate_agent(stage: Stage, agent: Person) -> None:
    await stage.post(stage.brand_admin, f"/admin/agents/agent/{agent.id}/change/", _agent_form(agent, "agent"))


async def change_role(stage: Stage, agent: Person) -> None:
    form = _agent_form(agent, "supervisor") | {"is_active": "on"}
    await stage.post(stage.brand_admin, f"/admin/agents/agent/{agent.id}/change/", form)


async def change_password(stage: Stage, agent: Person) -> None:
    """From another browser of the same person."""
    other = await asyncio.to_thread(_sign_in_again, stage.slug, agent)
    new = f"{PASSWORD} again"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    await stage.post(other, "/account/password", form)


async def reset_password(stage: Stage, agent: Person) -> None:
    await stage.post(
        stage.kim, f"/admin/tenants/user/{await asyncio.to_thread(_user_of, stage.slug, agent)}/reset_password/"
    )


async def deactivate_account(stage: Stage, agent: Person) -> None:
    user = await asyncio.to_thread(_user_of, stage.slug, agent)
    await stage.post(stage.kim, f"/admin/tenants/user/{user}/change/", {"name": agent.name, "locale": ""})


async def revoke_key(stage: Stage, app: Person) -> None:
    await stage.post(stage.brand_admin, f"/admin/tenants/apikey/{app.id}/revoke/")


async def suspend_brand(stage: Stage, _anybody: Person) -> None:
    tenant = await asyncio.to_thread(_tenant_of, stage.slug)
    await stage.post(stage.kim, f"/admin/tenants/tenant/{tenant}/suspend/")


# Nobody can remove an agent: it is deactivated, and what it wrote stays its own.
REVOCATIONS = (
    Revocation("visitor logs out", "visitor", log_out_visitor, SIGNED_OUT),
    Revocation("identity is taken over", "visitor", identify_visitor, SIGNED_OUT),
    Revocation("visitor is blocked", "visitor", block_visitor),
    Revocation("agent signs out", "agent", sign_out, SIGNED_OUT),
    Revocation("agent is deactivated", "agent", deactivate_agent),
    Revocation("agent's role changes", "agent", change_role, AGAIN, stays_out=False),
    Revocation("password is changed", "agent", change_password, SIGNED_OUT),
    Revocation("password is reset", "agent", reset_password, SIGNED_OUT),
    Revocation("account is deactivated", "agent", deactivate_account),
    Revocation("secret key is revoked", "app", revoke_key, SIGNED_OUT),
)
# The whole brand: whoever is connected there.
SUSPENSION = Revocation("brand is suspended", "everybody", suspend_brand)


# ---- people, made as the product makes them; to be called in a thread ----


def make_stage(slug: str, host: str, port: int) -> Stage:
    from tenants.accounts import create_account
    from tenants.models import Tenant

    with inside(slug):
        admin = make_agent(Tenant.objects.get(slug=slug), "admin", host, role="admin")
        email = f"kim@{host}.example"
        user, _password = create_account(email=email, name="Kim", is_installation_admin=True, now=datetime.now(UTC))
        kim = Person("agent", "Kim", str(user.pk), "localhost", cookie=sign_in(user, None))
    return Stage(slug, host, port, admin, kim)


def make_person(stage: Stage, kind: str) -> Person:
    """Somebody new with credentials."""
    from chat.models import Visitor, Widget
    from chat.tokens import make_token
    from tenants.keys import create_key
    from tenants.models import ApiKey, Tenant

    now = datetime.now(UTC)
    stage.number += 1
    name = f"{kind}-{stage.number}x"
    with inside(stage.slug):
        tenant = Tenant.objects.get(slug=stage.slug)
        if kind == "agent":
            return make_agent(tenant, name, stage.host)
        if kind == "app":
            key, text = create_key(tenant, kind=ApiKey.Kind.SECRET, name=name, now=now)
            return Person("app", name, str(key.pk), stage.host, token=text)
        visitor = Visitor.objects.create(name=name, created_at=now)
        return Person("visitor", name, str(visitor.pk), stage.host, token=make_token(visitor, Widget.objects.first()))


def _identity_token(slug: str, external_id: str) -> str:
    from chat.models import Widget

    now = int(time.time())
    with inside(slug):
        widget = Widget.objects.get()
    claims = {"sub": external_id, "iat": now, "exp": now + 600}
    return jwt.encode(claims, widget.identity_secret, algorithm="HS256", headers={"kid": str(widget.pk)})


def _agent_form(agent: Person, role: str) -> dict[str, Any]:
    """The admin's form, with "is active" not ticked."""
    formset = {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0}
    return {"display_name": agent.name, "role": role, "scope": "brand", "capacity": 5} | formset


def _sign_in_again(slug: str, agent: Person) -> Person:
    from agents.models import Agent
    from tenants.models import Tenant

    with inside(slug):
        user = Agent.objects.select_related("user").get(pk=agent.id).user
        return replace(agent, cookie=sign_in(user, Tenant.objects.get(slug=slug)))


def _user_of(slug: str, agent: Person) -> str:
    from agents.models import Agent

    with inside(slug):
        return str(Agent.objects.get(pk=agent.id).user_id)


def _tenant_of(slug: str) -> str:
    from tenants.context import current_tenant

    with inside(slug):
        return str(current_tenant().pk)
