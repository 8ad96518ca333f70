"""Alice's console with Vera at the other end: what the tests of thread and composer share."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from agents.models import Agent
from tenants.models import Tenant
from tests.clients import Server, SocketClient

HOST = "acme.localhost"


class Console:
    """One person's console with one conversation open."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page, self.server = page, server

    def open(self, conversation: str) -> "Console":
        self.page.goto(self.server.url(HOST, f"/console/c/{conversation}"))
        expect(self.composer).to_be_visible()
        return self

    @property
    def composer(self) -> Locator:
        return self.page.locator("#composer-text")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def choices(self) -> Locator:
        return self.page.locator("#completion").get_by_role("option")

    def dialog(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    def type(self, text: str) -> None:
        """Letter by letter into the composer, as the choices need it."""
        self.composer.focus()
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """A key for nobody in particular."""
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press(key)


def faults(page: Page, within: str | None = None) -> list[str]:
    """What axe finds serious or critical on the page."""
    found = Axe().run(page, context=within).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {node['html'][:160]}" for one in bad for node in one["nodes"]]


@pytest.fixture
def vera_writes(connect: Callable[..., SocketClient], vera_token: str) -> SocketClient:
    client = connect("visitor", token=vera_token)
    client.hello()
    return client


@pytest.fixture
def where(vera_writes: SocketClient) -> str:
    """Vera's conversation."""
    return str(vera_writes.say("Where is my order?")["data"]["conversation"])


@pytest.fixture
def open_console(
    person: Callable[..., Page], sign_in: Callable[..., None], server: Server, where: str
) -> Callable[..., Console]:
    """`open_console("bob@acme.test", color_scheme="dark")`: somebody's console with Vera's conversation open."""

    def _open(email: str = "alice@acme.test", *, script: str = "", **options: Any) -> Console:
        page = person(**options)
        if script:
            page.add_init_script(script)
        sign_in(page, email, HOST)
        return Console(page, server).open(where)

    return _open


@pytest.fixture
def bobs_socket(
    connect: Callable[..., SocketClient], make_session: Callable[..., str], acme: Tenant, bob: Agent, where: str
) -> SocketClient:
    client = connect("agent", session=make_session(bob, acme))
    client.hello()
    client.request("conversation.watch", conversation=where)
    return client


def named(text: str) -> "re.Pattern[str]":
    return re.compile(text)
