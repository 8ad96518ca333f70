"""The named cast: brand acme with Alice and Bob (agents) and Vera (visitor), brand globex with Mallory.

All tests work on real tables with real commits. Before each test the conversations and leases of both brands are
removed; brands, agents, queues and widgets stay.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from hypothesis import settings

from agents.accounts import create_agent
from agents.models import Agent, Queue
from chat import nudges
from chat.keys import leases_key, shown_key, standings_key
from chat.models import Conversation, Visitor, Widget
from chat.redis_clients import redis_client
from chat.tokens import make_token
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey, Tenant
from tenants.provisioning import create_brand
from tenants.sessions import brand_mark
from tests.clients import Browser, Server, SocketClient
from tests.server import running_server

# How long an example takes says how busy the machine is.
settings.register_profile("kefu", deadline=None)
settings.load_profile("kefu")

PASSWORD = "correct horse battery"
BRAND_TABLES = (
    "history_countedconversation",
    "history_hourlycount",
    "history_hourlyspread",
    "history_hourlyload",
    "history_broadcount",
    "history_broadspread",
    "history_reportposition",
    "history_archivedmessage",
    "history_transcript",
    "chat_file",
    "chat_message",
    "chat_rating",
    "chat_pageview",
    "chat_visitornote",
    "agents_auditentry",
    "agents_rulerun",
    "agents_automationposition",
    "agents_slatarget",
    "agents_mention",
    "agents_draftreply",
    "agents_assignment",
    "chat_conversation",
    "chat_visitor",
)
NOBODY_HERE = """UPDATE "{}".agents_agent SET is_present = false, absent_since = NULL, availability = 'online',
    availability_since = NULL, idle_since = NULL, last_assigned_at = NULL"""


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The services plugin made the database; pytest-django has nothing to do."""


@pytest.fixture(scope="session", autouse=True)
def brands(django_db_blocker: pytest.FixtureRequest) -> Iterator[dict[str, Tenant]]:
    """Both brands, made as `kefu brand create` makes them."""
    django_db_blocker.unblock()
    call_command("migrate_schemas", "--shared", verbosity=0)
    now = timezone.now()
    acme = create_brand(slug="acme", name="Acme", domains=["acme.localhost"], accent="#2563eb", now=now)
    globex = create_brand(slug="globex", name="Globex", domains=["globex.localhost"], accent="#0f766e", now=now)
    for tenant in (acme, globex):
        with in_tenant(tenant):
            # Most tests say themselves who takes what; those of routing choose a strategy.
            Queue.objects.update(strategy=Queue.Strategy.MANUAL)
    with in_tenant(acme):
        queue = Queue.objects.first()
        create_agent(email="alice@acme.test", name="Alice", password=PASSWORD, role="admin", queues=[queue], now=now)
        create_agent(email="bob@acme.test", name="Bob", password=PASSWORD, role="agent", queues=[queue], now=now)
    with in_tenant(globex):
        queue = Queue.objects.first()
        create_agent(
            email="mallory@globex.test", name="Mallory", password=PASSWORD, role="admin", queues=[queue], now=now
        )
    yield {"acme": acme, "globex": globex}
    connection.close()


@pytest.fixture(autouse=True)
def clean(brands: dict[str, Tenant]) -> Iterator[None]:
    """Start without conversations, and see that the test left every brand that it entered."""
    empty(brands.values())
    redis_client().delete(
        *(key(tenant) for tenant in brands.values() for key in (leases_key, shown_key, standings_key))
    )
    yield
    assert not isinstance(connection.tenant, Tenant), "the test left this thread inside a brand"


@pytest.fixture(scope="session", autouse=True)
def no_nudges() -> None:
    """Nothing starts by itself in the tests' own process, whichever module loaded kefu_project.asgi: it would work by
    the real clock, a moment later, on what a test plays at its own times."""
    nudges._receivers.clear()
    nudges._stirred.clear()


def empty(tenants: "Iterable[Tenant]") -> None:
    """Remove what tests write; every agent is as one who never came.

    Servers of earlier tests may still write: wait for them, or try again.
    """
    tables = [f'"{tenant.schema_name}".{table}' for tenant in tenants for table in BRAND_TABLES]
    for tries_left in reversed(range(10)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                # From the conversation down, as most writers go.
                cursor.execute(f"LOCK TABLE {', '.join(reversed(tables))} IN SHARE ROW EXCLUSIVE MODE")
                cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables))
                cursor.execute("; ".join(NOBODY_HERE.format(tenant.schema_name) for tenant in tenants))
                return
        except OperationalError:  # a deadlock: the database ended ours
            if not tries_left:
                raise


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(scope="session")
def acme(brands: dict[str, Tenant]) -> Tenant:
    return brands["acme"]


@pytest.fixture(scope="session")
def globex(brands: dict[str, Tenant]) -> Tenant:
    return brands["globex"]


@pytest.fixture
def alice(acme: Tenant) -> Agent:
    return _agent(acme, "Alice")


@pytest.fixture
def bob(acme: Tenant) -> Agent:
    return _agent(acme, "Bob")


@pytest.fixture
def mallory(globex: Tenant) -> Agent:
    return _agent(globex, "Mallory")


def _agent(tenant: Tenant, name: str) -> Agent:
    with in_tenant(tenant):
        return Agent.objects.select_related("user").get(display_name=name)


@pytest.fixture
def acme_widget(acme: Tenant) -> Widget:
    with in_tenant(acme):
        return Widget.objects.first()


@pytest.fixture
def globex_widget(globex: Tenant) -> Widget:
    with in_tenant(globex):
        return Widget.objects.first()


@pytest.fixture
def vera(acme: Tenant) -> Visitor:
    with in_tenant(acme):
        return Visitor.objects.create(name="Vera")


@pytest.fixture
def vera_token(acme: Tenant, vera: Visitor, acme_widget: Widget) -> str:
    with in_tenant(acme):
        return make_token(vera, acme_widget)


@pytest.fixture
def acme_key(acme: Tenant, now: datetime) -> Iterator[str]:
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="tests", now=now)
    yield text
    row.delete()


@pytest.fixture
def globex_key(globex: Tenant, now: datetime) -> Iterator[str]:
    row, text = create_key(globex, kind=ApiKey.Kind.SECRET, name="tests", now=now)
    yield text
    row.delete()


@pytest.fixture
def globex_conversation(globex: Tenant, globex_widget: Widget, now: datetime) -> Conversation:
    """A conversation that nobody of acme may ever see."""
    from chat.conversations import open_conversation

    with in_tenant(globex):
        return open_conversation(Visitor.objects.create(name="Gus"), widget=globex_widget, now=now)


@pytest.fixture(scope="session")
def server(brands: dict[str, Tenant]) -> Iterator[Server]:
    """A real web process on this worker's database."""
    with running_server() as port:
        yield Server(port)


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., SocketClient]]:
    """Open sockets that are closed at the end of the test: `connect("visitor", host=…, token=…)`."""
    opened: list[SocketClient] = []

    def _connect(kind: str, *, host: str = "acme.localhost", **options: str) -> SocketClient:
        client = SocketClient(server, kind, host=host, **options)
        opened.append(client)
        return client

    yield _connect
    for client in opened:
        client.close()


@pytest.fixture
def as_vera(connect: Callable[..., SocketClient], vera_token: str) -> SocketClient:
    """Vera's socket at acme, after hello."""
    client = connect("visitor", token=vera_token)
    client.hello()
    return client


@pytest.fixture
def make_session() -> Callable[[Agent, Tenant], str]:
    """A live session of the agent at the brand, as signing in there makes it."""

    def _make(agent: Agent, tenant: Tenant) -> str:
        store = SessionStore()
        store["_auth_user_id"] = str(agent.user_id)
        store["_auth_user_backend"] = "tenants.auth.StaffBackend"
        store["_auth_user_hash"] = agent.user.get_session_auth_hash()
        store["brand"] = brand_mark(tenant)
        store.create()
        return str(store.session_key)

    return _make


@pytest.fixture
def browser_as(server: Server) -> Iterator[Callable[..., Browser]]:
    """An HTTP client with cookies, signed in through the real page: `browser_as("alice@acme.test")`."""
    opened: list[Browser] = []

    def _browser(email: str | None = None, host: str = "acme.localhost") -> Browser:
        browser = Browser(server, host)
        opened.append(browser)
        if email:
            browser.sign_in(email, PASSWORD)
        return browser

    yield _browser
    for browser in opened:
        browser.close()
