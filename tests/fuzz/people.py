"""Who is fuzzed, and the neighbours: made as the product makes them. Needs Django."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.fuzz.valid import Ids
from tests.torture.cast import Person, make_cast

AGENTS, VISITORS = 6, 40
KINDS = ("visitor", "agent", "app")


@dataclass
class Town:
    """The brand under fire. The last visitor and the last agent are the neighbours."""

    host: str
    people: dict[str, list[Person]]
    visitor: Person
    agent: Person
    ids: Ids = field(default_factory=Ids)


def settle() -> Town:
    """Make a brand with people, and another whose ids are used as foreign ones."""
    from agents.models import Queue
    from chat.conversations import open_conversation
    from chat.models import Visitor
    from tenants.context import in_tenant
    from tenants.keys import create_key
    from tenants.models import ApiKey, Tenant

    now = datetime.now(UTC)
    cast, other = make_cast("fuzz", agents=AGENTS, visitors=VISITORS), make_cast("other", agents=1, visitors=1)
    with in_tenant(Tenant.objects.get(slug="other")):
        foreign = str(open_conversation(Visitor.objects.get(), now=now).pk)
    tenant = Tenant.objects.get(slug="fuzz")
    _row, key = create_key(tenant, kind=ApiKey.Kind.SECRET, name="fuzz", now=now)
    with in_tenant(tenant):
        queues = [str(pk) for pk in Queue.objects.values_list("pk", flat=True)]
    *visitors, visitor = cast.visitors
    *agents, agent = cast.agents
    host = visitor.host
    ids = Ids(agents=[one.id for one in agents], queues=queues, foreign=[foreign, other.agents[0].id])
    people = {"visitor": visitors, "agent": agents, "app": [Person("app", "app", "", host, token=key)]}
    return Town(host, people, visitor, agent, ids)


async def open_line(person: Person, port: int, encoding: str) -> ClientConnection:
    """A socket of this person's; nothing is read yet."""
    headers = {"Cookie": person.cookie} if person.cookie else {"Authorization": f"Bearer {person.token}"}
    return await connect(
        f"ws://{person.host}:{port}/ws/v1/{person.kind}",
        host="127.0.0.1",
        port=port,
        origin=None if person.kind == "app" else Origin(f"http://{person.host}:{port}"),
        subprotocols=[Subprotocol(f"kefu.v1.{encoding}")],
        additional_headers=headers,
        compression=None,
        open_timeout=30,
        close_timeout=5,
        ping_interval=None,
        max_size=8 * 1024 * 1024,
        proxy=None,
    )
