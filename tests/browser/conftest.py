"""A real Chromium. Each test gets contexts of its own, one per person, so that cookies never mix."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from agents.models import Agent
from tenants.models import Tenant
from tests.browser.desk import HOST, Console
from tests.clients import Server, SocketClient

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: root has none. No background traffic: nothing but the server under test is reached.
ARGUMENTS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
WAIT_MILLISECONDS = 15_000


def chromium_path() -> str:
    path = os.environ.get("KF_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
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
        options.setdefault("locale", "en-US")
        options.setdefault("viewport", {"width": 1440, "height": 900})
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(WAIT_MILLISECONDS)
        contexts.append(context)
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
def sign_in(server: Server) -> Callable[..., None]:
    """Sign a page in through the real form."""
    from tests.conftest import PASSWORD

    def _sign_in(page: Page, email: str, host: str) -> None:
        page.goto(server.url(host, "/console/"))
        page.locator('input[name="email"]').fill(email)
        page.locator('input[name="password"]').fill(PASSWORD)
        page.locator('form [type="submit"], form button').first.click()
        page.wait_for_url("**/console/**")

    return _sign_in


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
