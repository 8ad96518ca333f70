"""One brand as the storm sees it from outside: credentials, ids it knows, connections. Furnished with canaries."""

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kefu_project.replay.line import Line
from kefu_project.replay.site import Login, Site
from tests.storm.watch import Watch

PASSWORD = "correct horse battery staple"
KEPT_IDS = 40


def _ids() -> "deque[str]":
    return deque(maxlen=KEPT_IDS)


@dataclass
class Guest:
    """A visitor with its token; `line` is its socket, if it has one."""

    id: str
    token: str
    line: Line | None = None
    conversations: "deque[str]" = field(default_factory=_ids)
    files: "deque[str]" = field(default_factory=_ids)


@dataclass
class Colleague:
    cookie: str
    csrf: str
    line: Line | None = None
    files: "deque[str]" = field(default_factory=_ids)


@dataclass
class Side:
    site: Site
    canary: str
    tenant_id: str
    widget_id: str
    queues: list[str]
    agents: list[str]
    admin_pages: list[str]
    guests: list[Guest] = field(default_factory=list)
    colleagues: list[Colleague] = field(default_factory=list)
    visitors: "deque[str]" = field(default_factory=_ids)
    conversations: "deque[str]" = field(default_factory=_ids)
    files: "deque[str]" = field(default_factory=_ids)

    @property
    def slug(self) -> str:
        return self.site.slug


def furnish(number: int, dice: random.Random, watch: Watch, port: int) -> Side:
    """Make a brand whose every text holds its canary."""
    from agents.accounts import create_agent
    from agents.models import Agent, Queue
    from chat.models import Widget
    from tenants.context import in_tenant
    from tenants.keys import create_key
    from tenants.models import ApiKey, Tenant
    from tenants.provisioning import create_brand

    slug, canary, now = f"storm-{number:03d}", f"canary{dice.getrandbits(48):012x}", datetime.now(UTC)
    tenant = create_brand(slug=slug, name=f"Brand {canary}", domains=[f"{slug}.localhost"], now=now)
    # Closed conversations of every other brand go into the archive at once, so that both tiers are read.
    Tenant.objects.filter(pk=tenant.pk).update(archive_after_days=0 if number % 2 else 30)
    _row, secret = create_key(tenant, kind=ApiKey.Kind.SECRET, name=f"Key {canary}", now=now)
    logins = tuple(Login(f"{name}.{canary}@{slug}.example", PASSWORD) for name in ("ann", "ben"))
    with in_tenant(tenant):
        Queue.objects.update(name=f"Sales {canary}", strategy=Queue.Strategy.MANUAL)
        Queue.objects.create(name=f"Returns {canary}", created_at=now)
        texts = dict.fromkeys(("name", "greeting_en", "greeting_zh"), f"Hello {canary}")
        Widget.objects.update(**texts, launcher_label=canary, theme={"note": canary})
        for login in logins:
            name = f"{login.email[:3].title()} {canary}"
            create_agent(
                email=login.email, name=name, password=PASSWORD, role="admin", queues=Queue.objects.all(), now=now
            )
        widget = Widget.objects.get()
        queues = [str(pk) for pk in Queue.objects.values_list("pk", flat=True)]
        agents = [str(pk) for pk in Agent.objects.values_list("pk", flat=True)]
    watch.own(slug, canary)
    site = Site(slug, tenant.name, f"{slug}.localhost", "127.0.0.1", port, widget.public_key, secret, logins)
    return Side(site, canary, str(tenant.pk), str(widget.pk), queues, agents, admin_pages())


def admin_pages() -> list[str]:
    """The lists of the brand's admin, as it has registered them."""
    from tenants.admin.site import brand_admin

    return [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in brand_admin._registry]
