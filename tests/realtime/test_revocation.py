"""Whose access ends, whose connections are told to close, by every door that can do it. Over real Redis."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client

from agents.accounts import create_agent
from agents.assignments import take_conversation
from agents.models import Agent, Assignment, Membership
from chat import fanout
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor, Widget
from chat.tokens import make_token
from chat.visitors import log_out_visitor, start_session
from chat.widgets import create_widget
from tenants.accounts import create_account
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey, Tenant, User
from tenants.provisioning import activate_brand, create_brand, delete_brand
from tests.admin.pages import remove_accounts
from tests.threads import run_together
from tests.visitors.identities import identity

WORD = "a long enough passphrase"
NEW_WORD = "another long passphrase"
MANAGE = Path(__file__).parents[2] / "manage.py"
Closed = set[tuple[str, int]]


class Listener:
    """Follows topics as a connection in another process does, and writes down who is told to close."""

    channel_name = ""

    def __init__(self, topics: dict[str, str]) -> None:
        self.topics = topics
        self.told: Closed = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.run(self._follow())

    def run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    async def _follow(self) -> None:
        self.ended = {name: asyncio.Event() for name in self.topics}
        for name, topic in self.topics.items():
            await fanout.subscribe(Ear(self, name), topic)

    async def _hear_all(self) -> None:
        for event in self.ended.values():
            await asyncio.wait_for(event.wait(), 10)

    def closed(self) -> Closed:
        """All that was told so far: what is published after it says that nothing more is on its way."""
        for topic in self.topics.values():
            fanout.hint(topic, {"type": "end", "data": {}})
        self.run(self._hear_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        return self.told


@dataclass(eq=False)
class Ear:
    listener: Listener
    name: str
    channel_name: str = ""

    def deliver(self, message: dict[str, Any]) -> None:
        if message["type"] == "close.now":
            self.listener.told.add((self.name, message["code"]))
        elif message["type"] == "push":
            self.listener.ended[self.name].set()


@dataclass
class Scene:
    """Carla works for both brands and is signed in at acme, Kim is the installation's admin, Vera visits acme."""

    acme: Tenant
    globex: Tenant
    now: datetime
    carla: Agent
    carla_at_globex: Agent
    client: Client
    alice: Client
    kim: Client
    key: ApiKey
    vera: Visitor
    vera_token: str
    widget: Widget
    other: Tenant | None = None
    topics: dict[str, str] = field(default_factory=dict)

    def kefu(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "kefu_project.cli", *arguments]
        done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr

    def change_password_by_django(self, word: str, *, refused: bool = False) -> None:
        # A session of its own: without a terminal the password is read from stdin.
        command = [sys.executable, str(MANAGE), "changepassword", self.carla.user.email.upper()]
        done = subprocess.run(
            command, env=os.environ, input=f"{word}\n" * 6, capture_output=True, text=True, timeout=60, check=False,
            start_new_session=True,
        )  # fmt: skip
        assert bool(done.returncode) == refused, done.stderr
        assert User.objects.get(pk=self.carla.user_id).check_password(WORD if refused else word)

    def change_agent(self, **changes: Any) -> None:
        form = {"display_name": "Carla", "role": "agent", "scope": "brand", "capacity": 5, "is_active": "on"} | changes
        rows = {"membership_set-TOTAL_FORMS": 0, "membership_set-INITIAL_FORMS": 0}
        wanted = {name: value for name, value in (form | rows).items() if value is not None}
        assert self.alice.post(f"/admin/agents/agent/{self.carla.pk}/change/", wanted).status_code == 302

    def change_account(self, **changes: Any) -> None:
        form = {"name": "Carla", "locale": "", "is_active": "on"} | changes
        wanted = {name: value for name, value in form.items() if value is not None}
        assert self.kim.post(f"/admin/tenants/user/{self.carla.user_id}/change/", wanted).status_code == 302

    def as_visitor(self, path: str, body: dict[str, Any]) -> None:
        headers = {"authorization": f"Bearer {self.vera_token}", "origin": "http://acme.localhost"}
        client = Client(HTTP_HOST="acme.localhost", headers=headers)
        assert client.post(path, body, content_type="application/json").status_code in (200, 201, 204)

    def block(self, visitor_id: UUID) -> None:
        assert self.alice.post(f"/api/v1/agent/visitors/{visitor_id}/block").status_code == 200

    # ---- doors ----

    def change_password(self) -> None:
        form = {"old_password": WORD, "new_password1": NEW_WORD, "new_password2": NEW_WORD}
        assert self.client.post("/account/password", form).status_code == 302

    def mistype_password(self) -> None:
        form = {"old_password": "wrong", "new_password1": NEW_WORD, "new_password2": NEW_WORD}
        assert self.client.post("/account/password", form).status_code == 422

    def reset_password(self) -> None:
        self.kim.post(f"/admin/tenants/user/{self.carla.user_id}/reset_password/")

    def sign_out_of_admin(self) -> None:
        assert self.client.post("/account/sign-out").status_code == 302

    def sign_in_again(self) -> None:
        form = {"email": self.carla.user.email, "password": WORD}
        assert self.client.post("/account/sign-in", form).status_code == 302

    def revoke(self) -> None:
        self.alice.post(f"/admin/tenants/apikey/{self.key.pk}/revoke/")

    def suspend(self) -> None:
        self.kim.post(f"/admin/tenants/tenant/{self.acme.pk}/suspend/")

    def start_as(self, sub: str) -> None:
        with in_tenant(self.acme):
            start_session(
                self.widget, token=self.vera_token, identity=identity(self.widget, self.now, sub=sub), now=self.now
            )

    def change_widget(self, **changes: Any) -> None:
        form = {"name": self.widget.name, "allowed_origins": "", "launcher_label": "", "greeting_en": "Hello"}
        form |= {"greeting_zh": ""} | changes
        assert self.alice.post(f"/admin/chat/widget/{self.widget.pk}/change/", form).status_code == 302

    def delete_widget(self) -> None:
        self.alice.post(f"/admin/chat/widget/{self.widget.pk}/delete/", {"post": "yes"})


@pytest.fixture
def scene(
    acme: Tenant, globex: Tenant, now: datetime, alice: Agent, make_session: Callable[[Agent, Tenant], str]
) -> Iterator[Scene]:
    email = f"carla-{uuid4().hex}@multi.test"
    agents = []
    for tenant in (acme, globex):
        with in_tenant(tenant):
            agent, _ = create_agent(email=email, name="Carla", password=WORD, now=now)
            agents.append(Agent.objects.select_related("user").get(pk=agent.pk))
    kim_user, _ = create_account(email=f"kim-{uuid4().hex}@multi.test", name="Kim", is_installation_admin=True, now=now)
    with in_tenant(acme):
        widget = create_widget(name="Shop", now=now)
        vera = Visitor.objects.create(name="Vera")
        token = make_token(vera, widget)
    key, _text = create_key(acme, kind=ApiKey.Kind.SECRET, name="shop", now=now)
    session = make_session(agents[0], acme)
    scene = Scene(
        acme, globex, now, agents[0], agents[1],
        signed_in("acme.localhost", session), signed_in("acme.localhost", make_session(alice, acme)),
        installation_client(kim_user), key, vera, token, widget,
    )  # fmt: skip
    scene.topics = {
        "carla at acme": fanout.agent_topic(acme, agents[0].pk),
        "carla at globex": fanout.agent_topic(globex, agents[1].pk),
        "carla's sign-in": fanout.session_topic(acme, session),
        "alice": fanout.agent_topic(acme, alice.pk),
        "key": fanout.key_topic(acme, key.pk),
        "vera": fanout.visitor_topic(acme, vera.pk),
        "all of acme": fanout.brand_topic(acme),
        "all of globex": fanout.brand_topic(globex),
    }
    yield scene
    activate_brand(acme)
    for tenant, agent in zip((acme, globex), agents, strict=True):
        with in_tenant(tenant):
            LogEntry.objects.all().delete()
            Membership.objects.filter(agent=agent).delete()
            Assignment.objects.filter(agent=agent).delete()
            Agent.objects.filter(pk=agent.pk).delete()
            Widget.objects.filter(pk=widget.pk).delete()
    LogEntry.objects.all().delete()
    ApiKey.objects.filter(pk=key.pk).delete()
    remove_accounts("carla-")
    remove_accounts("kim-")


def signed_in(host: str, session: str) -> Client:
    client = Client(HTTP_HOST=f"{host}:8000", HTTP_ORIGIN=f"http://{host}:8000")
    client.cookies["kefu_session"] = session
    return client


def installation_client(user: User) -> Client:
    client = Client(HTTP_HOST="localhost:8000")
    client.force_login(user, backend="tenants.auth.StaffBackend")
    session = client.session
    session["brand"] = "installation"
    session.save()
    return client


EVERYWHERE = {("carla at acme", 4401), ("carla at globex", 4401)}
TRIGGERS: dict[str, tuple[Callable[[Scene], object], Closed]] = {
    "password changed by oneself": (Scene.change_password, EVERYWHERE),
    "password reset by the installation's admin": (Scene.reset_password, EVERYWHERE),
    "password reset by kefu": (lambda s: s.kefu("agent", "reset-password", s.carla.user.email), EVERYWHERE),
    "password changed by manage.py": (lambda s: s.change_password_by_django(NEW_WORD), EVERYWHERE),
    "account deactivated": (lambda s: s.change_account(is_active=None), EVERYWHERE),
    "role changed": (lambda s: s.change_agent(role="supervisor"), {("carla at acme", 1012)}),
    "agent deactivated": (lambda s: s.change_agent(is_active=None), {("carla at acme", 4403)}),
    "signed out": (Scene.sign_out_of_admin, {("carla's sign-in", 4401)}),
    "signed in anew": (Scene.sign_in_again, {("carla's sign-in", 4401)}),
    "key revoked in the admin": (Scene.revoke, {("key", 4401)}),
    "key revoked by kefu": (lambda s: s.kefu("key", "revoke", "acme", s.key.prefix), {("key", 4401)}),
    "brand suspended": (Scene.suspend, {("all of acme", 4401)}),
    "visitor logged out": (lambda s: s.as_visitor("/api/v1/visitor/logout", {}), {("vera", 4401)}),
    "visitor identified": (
        lambda s: s.as_visitor("/api/v1/visitor/identify", {"identity": identity(s.widget, s.now, sub="new")}),
        {("vera", 4401)},
    ),
    "visitor's session goes on as somebody": (lambda s: s.start_as("new"), {("vera", 4401)}),
    "visitor blocked": (lambda s: s.block(s.vera.pk), {("vera", 4403)}),
    "widget wants an identity": (lambda s: s.change_widget(enforce_identity="on"), {("all of acme", 1012)}),
    "widget's sites changed": (
        lambda s: s.change_widget(allowed_origins="https://shop.example.com"), {("all of acme", 1012)},
    ),
    "widget deleted": (Scene.delete_widget, {("all of acme", 1012)}),
    # Nobody loses anything:
    "wrong old password": (Scene.mistype_password, set()),
    "weak password given to manage.py": (lambda s: s.change_password_by_django("1234", refused=True), set()),
    "account renamed": (lambda s: s.change_account(name="Karla"), set()),
    "agent renamed": (lambda s: s.change_agent(display_name="Karla"), set()),
    "widget's words changed": (lambda s: s.change_widget(greeting_en="Hi there"), set()),
    "visitor says its name": (lambda s: s.as_visitor("/api/v1/visitor/identify", {"name": "Vera V."}), set()),
}  # fmt: skip


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_whose_connections_are_told_to_close(scene: Scene, trigger: str) -> None:
    do, expected = TRIGGERS[trigger]
    listener = Listener(scene.topics)
    do(scene)
    assert listener.closed() == expected


def test_kefu_deleting_a_brand_closes_it(now: datetime) -> None:
    initech = create_brand(slug="initech", name="Initech", domains=["initech.localhost"], now=now)
    listener = Listener({"all": fanout.brand_topic(initech)})
    try:
        subprocess.run(
            [sys.executable, "-m", "kefu_project.cli", "brand", "delete", "initech", "--yes"],
            env=os.environ, capture_output=True, timeout=60, check=True,
        )  # fmt: skip
    except subprocess.CalledProcessError:
        delete_brand(initech)
        raise
    assert listener.closed() == {("all", 4401)}


def test_a_broken_brand_keeps_no_other_from_being_told(scene: Scene) -> None:
    with in_tenant(scene.acme), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE agents_agent RENAME TO broken")
    listener = Listener(scene.topics)
    try:
        # In a transaction of its own, as every change in an admin is.
        scene.change_account(is_active=None)
    finally:
        with in_tenant(scene.acme), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE broken RENAME TO agents_agent")
    assert listener.closed() == {("carla at globex", 4401)}
    assert not User.objects.get(pk=scene.carla.user_id).is_active


def test_a_changed_password_ends_other_sessions_at_once(
    scene: Scene, make_session: Callable[[Agent, Tenant], str]
) -> None:
    elsewhere = signed_in("globex.localhost", make_session(scene.carla_at_globex, scene.globex))
    assert elsewhere.get("/api/v1/agent/me").status_code == 200
    scene.change_password()
    assert elsewhere.get("/api/v1/agent/me").status_code == 401
    assert scene.client.get("/api/v1/agent/me").status_code == 200


def test_a_handoff_code_dies_with_the_password(scene: Scene) -> None:
    code = scene.client.post("/account/handoff/start", {"slug": "globex"}, content_type="application/json")
    assert code.status_code == 200, code.content
    scene.change_password()
    there = Client(HTTP_HOST="globex.localhost:8000", HTTP_ORIGIN="http://acme.localhost:8000")
    assert there.post("/account/handoff", {"code": code.json()["code"]}).status_code == 403


def test_sockets_of_a_changed_role_come_back_with_the_new_one(
    scene: Scene, connect: Callable[..., Any], make_session: Callable[[Agent, Tenant], str]
) -> None:
    session = make_session(scene.carla, scene.acme)
    socket = connect("agent", session=session)
    socket.hello()
    scene.change_agent(role="supervisor")
    assert socket.close_code(5) == 1012
    assert connect("agent", session=session).hello()["data"]["me"]["id"] == str(scene.carla.pk)


def test_who_leaves_gives_back_what_nobody_else_holds(scene: Scene) -> None:
    with in_tenant(scene.acme):
        for name in ("Vera", "Walter", "Xena"):
            opened = open_conversation(Visitor.objects.create(name=name), now=scene.now)
            take_conversation(opened.pk, agent=scene.carla, now=scene.now)
    scene.change_agent(is_active=None)
    with in_tenant(scene.acme):
        assert {row.status for row in Conversation.objects.all()} == {"waiting"}


def test_a_log_out_is_not_undone_by_a_session_that_starts_meanwhile(scene: Scene) -> None:
    def run(number: int) -> None:
        with in_tenant(scene.acme):
            if number:
                start_session(scene.widget, token=scene.vera_token, now=scene.now)
            else:
                log_out_visitor(scene.vera)

    run_together(6, run)
    with in_tenant(scene.acme):
        assert Visitor.objects.get(pk=scene.vera.pk).token_generation == 1
