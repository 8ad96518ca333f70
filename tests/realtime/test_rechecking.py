"""Access that ends while Redis has no ear for it: connections are closed all the same, with the code of the order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from agents.accounts import create_agent
from agents.models import Agent, Membership, Queue
from agents.participant import AgentParticipant
from chat.connections import connections
from chat.models import Visitor, Widget
from chat.participants.app import AppParticipant
from chat.participants.visitor import VisitorParticipant
from chat.tokens import make_token
from chat.widgets import create_widget
from kefu_project.embedded.valkey import Valkey
from tenants.context import in_tenant
from tenants.models import ApiKey, Tenant, User
from tests.clients import Server, SocketClient
from tests.realtime.played import Played
from tests.server import running_server
from tests.valkey import own_valkey


@dataclass
class Scene:
    acme: Tenant
    carla: Agent
    session: str
    widget: Widget
    vera: Visitor
    token: str
    key: str

    def all(self) -> dict[str, Played]:
        return {
            "carla": Played(AgentParticipant, self.acme, session=self.session),
            "vera": Played(VisitorParticipant, self.acme, token=self.token),
            "bot": Played(AppParticipant, self.acme, token=self.key),
        }


@pytest.fixture
def scene(acme: Tenant, make_session: Callable[..., str], vera: Visitor, acme_key: str) -> Iterator[Scene]:
    """Carla sees one queue only; Vera came through a widget of her own."""
    now = timezone.now()
    with in_tenant(acme):
        queue = Queue.objects.get(is_default=True)
        made, _ = create_agent(email="carla@acme.test", name="Carla", password="correct horse", queues=[queue], now=now)
        Agent.objects.filter(pk=made.pk).update(scope=Agent.Scope.QUEUES)
        carla = Agent.objects.select_related("user").get(pk=made.pk)
        widget = create_widget(name="Shop", now=now)
        token = make_token(vera, widget)
    yield Scene(acme, carla, make_session(carla, acme), widget, vera, token, acme_key)
    Tenant.objects.filter(pk=acme.pk).update(status=Tenant.Status.ACTIVE, epoch=acme.epoch)
    with in_tenant(acme):
        carla.user.delete()
        Widget.objects.filter(pk=widget.pk).delete()


def change(rows: Any, **values: Any) -> None:
    """Behind the back of everything that would tell."""
    rows.update(**values)


ENDS: dict[str, tuple[Callable[[Scene], object], dict[str, int]]] = {
    "nothing": (lambda s: None, {}),
    "agent deactivated": (lambda s: change(Agent.objects.filter(pk=s.carla.pk), is_active=False), {"carla": 4403}),
    "role": (lambda s: change(Agent.objects.filter(pk=s.carla.pk), role="supervisor"), {"carla": 1012}),
    "scope": (lambda s: change(Agent.objects.filter(pk=s.carla.pk), scope=Agent.Scope.BRAND), {"carla": 1012}),
    "queues": (lambda s: Membership.objects.filter(agent=s.carla)._raw_delete("default"), {"carla": 1012}),
    "account deactivated": (
        lambda s: change(User.objects.filter(pk=s.carla.user_id), is_active=False), {"carla": 4401},
    ),
    "password": (lambda s: change(User.objects.filter(pk=s.carla.user_id), password="x"), {"carla": 4401}),
    "signed out": (lambda s: Session.objects.filter(pk=s.session).delete(), {"carla": 4401}),
    "session over": (
        lambda s: change(Session.objects.filter(pk=s.session), expire_date=timezone.now() - timedelta(seconds=1)),
        {"carla": 4401},
    ),
    "visitor logged out": (lambda s: change(Visitor.objects.filter(pk=s.vera.pk), token_generation=7), {"vera": 4401}),
    "widget's sites": (
        lambda s: change(Widget.objects.filter(pk=s.widget.pk), allowed_origins=["https://a.example"]), {"vera": 1012},
    ),
    "widget deleted": (lambda s: Widget.objects.filter(pk=s.widget.pk).delete(), {"vera": 1012}),
    "widget's words": (lambda s: change(Widget.objects.filter(pk=s.widget.pk), greeting_en="Hi"), {}),
    "key revoked": (
        lambda s: change(ApiKey.objects.filter(name="tests", tenant=s.acme), revoked_at=timezone.now()), {"bot": 4401},
    ),
    "brand suspended": (
        lambda s: change(Tenant.objects.filter(pk=s.acme.pk), status=Tenant.Status.SUSPENDED),
        {"carla": 4401, "vera": 4401, "bot": 4401},
    ),
    "backup put back": (
        lambda s: change(Tenant.objects.filter(pk=s.acme.pk), epoch=uuid4()),
        {"carla": 4409, "vera": 4409, "bot": 4409},
    ),
}  # fmt: skip


@asynccontextmanager
async def live(lines: dict[str, Played]) -> AsyncIterator[None]:
    for line in lines.values():
        await line.begin()
    try:
        yield
    finally:
        for line in lines.values():
            await line.leave()


def in_brand(tenant: Tenant, do: Callable[[], object]) -> None:
    try:
        with in_tenant(tenant):
            do()
    finally:
        connection.close()


async def test_who_comes_after_a_restore_hides_nobody_who_came_before(scene: Scene) -> None:
    """All who come within three seconds share what is remembered of the brand."""
    lines = scene.all()
    async with live({"vera": lines["vera"]}):
        await asyncio.to_thread(in_brand, scene.acme, lambda: ENDS["backup put back"][0](scene))
        async with live({"bot": lines["bot"]}):
            await connections.look_again()
            await asyncio.wait_for(lines["vera"].running, 10)
            assert (lines["vera"].code(), lines["bot"].code()) == (4409, None)


@pytest.mark.parametrize("end", ENDS)
async def test_a_look_closes_whose_access_ended(scene: Scene, end: str) -> None:
    do, expected = ENDS[end]
    lines = scene.all()
    async with live(lines):
        await asyncio.to_thread(in_brand, scene.acme, lambda: do(scene))
        await connections.look_again()
        for name in expected:
            await asyncio.wait_for(lines[name].running, 10)
        assert {name: code for name, line in lines.items() if (code := line.code())} == expected


@pytest.mark.parametrize("at_once", [1, 2])
async def test_of_many_each_is_looked_at(scene: Scene, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("chat.rechecking.AT_ONCE", at_once)
    lines = {f"vera {number}": Played(VisitorParticipant, scene.acme, token=scene.token) for number in range(5)}
    async with live(lines):
        await asyncio.to_thread(in_brand, scene.acme, lambda: ENDS["visitor logged out"][0](scene))
        await connections.look_again()
        for line in lines.values():
            await asyncio.wait_for(line.running, 10)
        assert {line.code() for line in lines.values()} == {4401}


async def test_a_return_of_the_bus_is_a_reason_to_look(scene: Scene) -> None:
    lines = scene.all()
    async with live(lines):
        await asyncio.to_thread(in_brand, scene.acme, lambda: ENDS["role"][0](scene))
        for line in lines.values():
            line.consumer.deliver({"type": "bus.returned"})
        await asyncio.wait_for(lines["carla"].running, 10)
        assert (lines["carla"].code(), lines["vera"].code()) == (1012, None)


async def test_a_brand_that_cannot_be_read_closes_nothing(scene: Scene) -> None:
    lines = scene.all()

    def break_brand(back: bool) -> None:
        with connection.cursor() as cursor:
            names = ("broken", "chat_visitor") if back else ("chat_visitor", "broken")
            cursor.execute(f"ALTER TABLE {names[0]} RENAME TO {names[1]}")

    async with live(lines):
        await asyncio.to_thread(in_brand, scene.acme, lambda: break_brand(back=False))
        try:
            await connections.look_again()
        finally:
            await asyncio.to_thread(in_brand, scene.acme, lambda: break_brand(back=True))
        assert not [line.code() for line in lines.values() if line.code()]


@pytest.fixture
def valkey(tmp_path: Any) -> Iterator[Valkey]:
    with own_valkey(tmp_path) as server:
        yield server


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_an_order_that_redis_lost(scene: Scene, valkey: Valkey, how: signal.Signals) -> None:
    """The agent is deactivated while Redis is away: the close comes within seconds of its return."""
    with running_server(KF_REDIS_URL=valkey.url, KF_REDIS_TOPIC_URLS=valkey.url) as port:
        carla = SocketClient(Server(port), "agent", session=scene.session)
        carla.hello()
        os.kill(valkey.child.pid, how)
        with in_tenant(scene.acme):
            ENDS["agent deactivated"][0](scene)
        if how == signal.SIGKILL:
            valkey.child.wait()
            valkey.start(preferred_port=valkey.port)
        else:
            os.kill(valkey.child.pid, signal.SIGCONT)
        assert carla.close_code(wait=60) == 4403
        carla.close()
