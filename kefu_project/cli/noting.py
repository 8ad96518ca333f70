"""What a command changed in a brand, noted in that brand's audit log as the command line's doing (docs/admin.md)."""

import os
import pwd
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenants.models import ApiKey, Tenant


def note(action: str, *, on: Any = None, changes: Mapping[str, Any] | None = None, now: datetime) -> None:
    """A line in the log of the brand that we are in. `changes` as the admin writes them: {"field": [before, after]}."""
    from agents.audit import command_line, note_audit

    note_audit(action, by=command_line(login_name()), on=on, changes=changes, now=now)


def note_brand(tenant: "Tenant", host_names: list[str], now: datetime) -> None:
    """The first line of a new brand's log."""
    from tenants.context import in_tenant

    made = {name: getattr(tenant, name) for name in ("name", "slug", "accent", "locale")}
    with in_tenant(tenant):
        _note_added("tenant", tenant, {**made, "domains": host_names}, now)


def note_agent(agent: Any, email: str, queues: list[str], now: datetime) -> None:
    made = {"name": agent.display_name, "email": email, "role": agent.role, "queues": queues}
    _note_added("agent", agent, made, now)


def note_key(key: "ApiKey", now: datetime) -> None:
    _note_added("apikey", key, {"name": key.name, "scopes": key.scopes}, now)


def note_revoked(key: "ApiKey", now: datetime) -> None:
    note("apikey.changed", on=key, changes={"note": [None, "Revoked."]}, now=now)


def note_password(email: str, now: datetime) -> None:
    """In each brand that the account works for: it can sign in there with another password from now on."""
    from agents.models import Agent
    from tenants.context import for_each_tenant

    def note_here(_tenant: "Tenant") -> None:
        agent = Agent.objects.filter(user__email=email.strip().lower()).first()
        if agent is not None:
            note("agent.changed", on=agent, changes={"password": [None, None]}, now=now)

    for_each_tenant(note_here)


def login_name() -> str:
    """Who typed it, as the machine knows them; behind `sudo`, who called that."""
    uid = os.getuid()
    if uid == 0 and (caller := os.environ.get("SUDO_USER")):
        return caller[:40]
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # containers run as numbers without a name
        return str(uid)


def _note_added(what: str, on: Any, values: Mapping[str, Any], now: datetime) -> None:
    from tenants.admin.changes import values_added

    note(f"{what}.added", on=on, changes=values_added(values), now=now)
