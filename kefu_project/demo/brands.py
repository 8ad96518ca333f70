"""The demo: two brands to look at and play with, made on the first start.

What somebody needs in order to sign in stays in the data folder, readable by its owner only: passwords are made once
per installation and only their hashes are in the database.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from django.conf import settings
from django.db import transaction

from agents.accounts import create_agent
from agents.models import Agent, Queue, Skill
from chat.models import Widget
from history.reports.sweep import sweep_reports
from kefu_project.cli.noting import note_brand
from kefu_project.demo.desk import create_rules, furnish_desk
from kefu_project.demo.talks import create_talks
from kefu_project.demo.week import create_week
from tenants.accounts import create_account
from tenants.context import in_public, in_tenant
from tenants.models import Tenant, User
from tenants.passwords import make_password
from tenants.provisioning import create_brand

FILE = "demo-logins.json"
# Pages that show a widget while its site is developed: this machine, on the ports one meets there.
LOCAL_ORIGINS = [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in (3000, 5173, 8000, 8080)]


class DemoLogin(TypedDict):
    """One line of the closing table of `kefu up`. `password` is '' once its owner has changed it."""

    works_for: str
    role: str
    name: str
    email: str
    password: str
    host: str
    path: str


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    role: str
    queues: tuple[str, ...]
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoBrand:
    slug: str
    name: str
    accent: str
    locale: str
    queues: tuple[str, ...]
    greeting_en: str
    greeting_zh: str
    people: tuple[Person, ...]

    @property
    def host(self) -> str:
        return f"{self.slug}.localhost"


BOTH = Person("Sam Rivera", "sam@kefu.example", Agent.Role.SUPERVISOR, ())
INSTALLATION_ADMIN = Person("Kim Andersson", "admin@kefu.example", "", ())

ACME = DemoBrand(
    slug="acme",
    name="Acme",
    accent="#2563eb",
    locale=Tenant.Locale.ENGLISH,
    queues=("Orders", "Returns"),
    greeting_en="Hi! Questions about an order, or which tent to take? We usually answer within minutes.",
    greeting_zh="您好！想问订单，还是不知道选哪款帐篷？我们通常几分钟内回复。",
    people=(
        Person("Alice Wong", "alice@acme.example", Agent.Role.ADMIN, ("Orders", "Returns")),
        Person("Bob Martin", "bob@acme.example", Agent.Role.AGENT, ("Orders",), ("en",)),
        Person(
            "陈宇 Chen Yu",
            "chen@acme.example",
            Agent.Role.AGENT,
            ("Orders", "Returns"),
            ("zh-hans", "en"),
            ("Refunds",),
        ),
    ),
)
GLOBEX = DemoBrand(
    slug="globex",
    name="Globex",
    accent="#0f766e",
    locale=Tenant.Locale.CHINESE,
    queues=("Orders", "Returns"),
    greeting_en="Welcome to Globex. Coffee, grinders or your subscription: how can we help?",
    greeting_zh="欢迎来到 Globex。咖啡豆、磨豆机还是订阅问题？请告诉我们。",
    people=(
        Person("林晓 Lin Xiao", "lin@globex.example", Agent.Role.ADMIN, ("Orders", "Returns")),
        Person("Hugo Meyer", "hugo@globex.example", Agent.Role.AGENT, ("Orders",), ("en",)),
        Person("Grace Okafor", "grace@globex.example", Agent.Role.SUPERVISOR, ("Returns",), ("en",), ("Refunds",)),
    ),
)
QUEUE_NAMES = {Tenant.Locale.CHINESE: {"Orders": "订单", "Returns": "退换货"}}
SKILL_NAMES = {Tenant.Locale.CHINESE: {"Refunds": "退款"}}
BRANDS = (ACME, GLOBEX)


def create_demo(now: datetime) -> list[DemoLogin]:
    """Make what is missing of the demo and return its logins. Doing it again changes nothing."""
    store = _Store(settings.DATA_DIR / "secrets" / FILE)
    for brand in BRANDS:
        with in_public():
            exists = Tenant.objects.filter(slug=brand.slug).exists()
        if not exists:
            with in_public(), transaction.atomic():  # a brand half furnished would look finished the next time
                _create(brand, store, now)
            _count_for_reports(brand, now)
    with in_public():
        if not User.objects.filter(email=INSTALLATION_ADMIN.email).exists():
            _person_account(INSTALLATION_ADMIN, store, now, is_installation_admin=True)
    return demo_logins()


def _count_for_reports(brand: DemoBrand, now: datetime) -> None:
    """Now rather than with the next sweep: whoever opens the reports first shall see some."""
    with in_public():
        tenant = Tenant.objects.get(slug=brand.slug)
    with in_tenant(tenant):
        sweep_reports(now)


def demo_logins() -> list[DemoLogin]:
    """The logins of the demo, one line per account, without the passwords that their owners have changed."""
    store = _Store(settings.DATA_DIR / "secrets" / FILE)
    lines = [
        DemoLogin(
            works_for="Installation",
            role="installation admin",
            name=INSTALLATION_ADMIN.name,
            email=INSTALLATION_ADMIN.email,
            password="",
            host="localhost",
            path="/admin/",
        ),
        _line(BOTH, " + ".join(brand.name for brand in BRANDS), ACME.host),
        *(_line(person, brand.name, brand.host) for brand in BRANDS for person in brand.people),
    ]
    with in_public():
        hashes = dict(User.objects.values_list("email", "password"))
    for line in lines:
        line["password"] = store.password_if_current(line["email"], hashes.get(line["email"], ""))
    return [line for line in lines if line["email"] in hashes]


def _create(brand: DemoBrand, store: "_Store", now: datetime) -> None:
    tenant = create_brand(
        slug=brand.slug, name=brand.name, domains=[brand.host], accent=brand.accent, locale=brand.locale, now=now
    )
    note_brand(tenant, [brand.host], now)
    with in_tenant(tenant):
        queues = _create_queues(brand, now)
        agents = [_create_agent(person, queues, store, now) for person in brand.people]
        skills = _create_skills(brand)
        for person, agent in zip(brand.people, agents, strict=True):
            Agent.objects.filter(pk=agent.pk).update(languages=list(person.languages))
            agent.skills.set([skills[name] for name in person.skills])
        _create_agent(BOTH, queues, store, now)
        Widget.objects.update(
            name=f"{brand.name} shop",
            greeting_en=brand.greeting_en,
            greeting_zh=brand.greeting_zh,
            allowed_origins=LOCAL_ORIGINS,
        )
        tags = furnish_desk(brand.locale, queues, agents, now)
        create_week(brand.slug, Widget.objects.get(), agents, tags, now)
        create_talks(brand.slug, Widget.objects.get(), agents, tags, now)
        create_rules(brand.locale, queues, tags, now)


def _create_queues(brand: DemoBrand, now: datetime) -> dict[str, Queue]:
    """The brand came with one queue: it becomes the first of the demo's."""
    names = QUEUE_NAMES.get(Tenant.Locale(brand.locale), {})
    first, *others = brand.queues
    # Returning customers meet the person they know, if that one is free within half a minute.
    # Nobody has signed in yet: their conversations wait for them, whenever that is.
    Queue.objects.filter(is_default=True).update(
        name=names.get(first, first), sticky_seconds=30, take_back_seconds=None
    )
    queues = {first: Queue.objects.get(is_default=True)}
    for position, name in enumerate(others, start=1):
        queues[name] = Queue.objects.create(
            name=names.get(name, name),
            position=position,
            strategy=Queue.Strategy.ROUND_ROBIN,
            overflow_queue=queues[first],
            overflow_after_seconds=180,
            take_back_seconds=None,
            created_at=now,
        )
    return queues


def _create_skills(brand: DemoBrand) -> dict[str, Skill]:
    names = SKILL_NAMES.get(Tenant.Locale(brand.locale), {})
    wanted = sorted({skill for person in brand.people for skill in person.skills})
    return {name: Skill.objects.create(name=names.get(name, name)) for name in wanted}


def _create_agent(person: Person, queues: dict[str, Queue], store: "_Store", now: datetime) -> Agent:
    with in_public():
        if not User.objects.filter(email=person.email).exists():
            _person_account(person, store, now)
    serves: Sequence[Queue] = [queues[name] for name in person.queues]
    agent, _password = create_agent(email=person.email, name=person.name, role=person.role, queues=serves, now=now)
    return agent


def _person_account(person: Person, store: "_Store", now: datetime, *, is_installation_admin: bool = False) -> None:
    user, password = create_account(
        email=person.email,
        name=person.name,
        password=make_password(),
        is_installation_admin=is_installation_admin,
        now=now,
    )
    store.keep(person.email, text=password, hash=user.password)


def _line(person: Person, works_for: str, host: str) -> DemoLogin:
    return DemoLogin(
        works_for=works_for,
        role=str(person.role),
        name=person.name,
        email=person.email,
        password="",
        host=host,
        path="/console/",
    )


class _Store:
    """Secrets of the demo by name, in one file with mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, dict[str, str]]:
        try:
            content: dict[str, dict[str, str]] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        return content

    def keep(self, name: str, **values: str) -> None:
        content = self.read() | {name: values}
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
        draft.replace(self.path)

    def password_if_current(self, email: str, stored_hash: str) -> str:
        kept = self.read().get(email, {})
        return kept["text"] if kept and kept.get("hash") == stored_hash else ""
