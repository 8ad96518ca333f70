"""A real Chromium. Each test gets contexts of its own, one per person, so that cookies never mix."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from agents.models import Agent
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.desk import ALICE, HOST, NAMES, Console, rows
from tests.clients import Server, SocketClient

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: root has none. No background traffic: nothing but the server under test is reached.
ARGUMENTS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
WAIT_MILLISECONDS = 15_000
# Notifications are offered once. A test that is about that says `was_offered=False`; for all others it is over.
OFFERED = 'if (location.pathname.startsWith("/console")) localStorage.setItem("kefu.bell.offered", "yes")'
# A busy machine is slow, not wrong; the longest wait of a reconnecting panel is 30 s. Here, so that a file that is run
# alone waits as long as all together.
expect.set_options(timeout=30_000)
# A notice stays for eight seconds, and its Undo with it: enough for a person, not for a test on a busy machine that
# looks at what was done before.
NOTICES_STAY = """
const later = window.setTimeout;
window.setTimeout = (run, wait, ...more) => later.call(window, run, wait === 8000 ? 120_000 : wait, ...more);
"""


def chromium_path() -> str:
    path = os.environ.get("KF_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if path is None:
        pytest.fail("The browser tests need Chromium: install the package chromium, or name it in KF_CHROMIUM.")
    return path


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    # Playwright runs an event loop on this thread as long as it lives, which Django takes for asynchronous code. The
    # permission ends with it, so that no other test may call the database from a coroutine unnoticed.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    with sync_playwright() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    arguments = [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else ARGUMENTS
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def person(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """A page in a fresh context: `person(locale="zh-CN", color_scheme="dark")`. Errors in its console fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def _person(**options: object) -> Page:
        was_offered = options.pop("was_offered", True)
        options.setdefault("locale", "en-US")
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MILLISECONDS)
        if was_offered:
            context.add_init_script(OFFERED)
        contexts.append(context)
        context.add_init_script(NOTICES_STAY)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield _person
    for number, context in enumerate(contexts):
        if folder := os.environ.get("KF_SCREENS"):
            for page in context.pages:
                page.screenshot(path=Path(folder) / f"{request.node.name}-{number}.png")
        context.close()
    assert not errors, errors


@pytest.fixture
def sign_in(server: Server, make_session: Callable[..., str]) -> Callable[..., None]:
    """Open the console with a live session; the form is for those who are about it (test_day.py)."""

    def _sign_in(page: Page, email: str, host: str) -> None:
        tenant = Tenant.objects.get(domains__domain=host)
        with in_tenant(tenant):
            agent = Agent.objects.select_related("user").get(user__email=email)
        session = make_session(agent, tenant)
        page.context.add_cookies([{"name": "kefu_session", "value": session, "url": server.url(host)}])
        page.goto(server.url(host, "/console/"))

    return _sign_in


@pytest.fixture
def desk(person: Callable[..., Page], sign_in: Callable[..., None]) -> Page:
    """Alice's console."""
    page = person()
    sign_in(page, ALICE, HOST)
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    return page


@pytest.fixture
def talks(acme: Tenant, alice: Agent, now: datetime) -> dict[str, Conversation]:
    """Five that wait, the oldest first, with one message each."""
    made = {}
    with in_tenant(acme):
        for number, name in enumerate(NAMES):
            at = now - timedelta(minutes=10 - number)
            visitor = Visitor.objects.create(name=name)
            made[name] = open_conversation(visitor, now=at)
            draft = MessageDraft(uuid4(), text=f"I am {name}")
            post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=at)
    return made


@pytest.fixture
def unassigned(talks: dict[str, Conversation], desk: Page) -> Page:
    """Alice's console where the five wait."""
    desk.get_by_role("button", name="Unassigned").click()
    expect(rows(desk)).to_have_count(len(NAMES))
    return desk


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
