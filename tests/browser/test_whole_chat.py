"""A whole chat in both brands at once, a reload and a killed server in its middle: nothing lost, nothing doubled."""

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from kefu_project.embedded.ports import free_port
from tests.browser.people import AgentPage, VisitorPage, texts_of
from tests.clients import Server
from tests.server import start_server

pytestmark = pytest.mark.browser

BRANDS = {"acme": "alice@acme.test", "globex": "mallory@globex.test"}


class KillableServer(Server):
    """A web process that a test may kill and start again at the same port."""

    process = None

    def start(self) -> None:
        object.__setattr__(self, "process", start_server(self.port)[0])

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def server(brands) -> Iterator[KillableServer]:
    server = KillableServer(free_port())
    server.start()
    yield server
    server.kill()


def test_a_whole_chat_in_both_brands_at_once(server, person, sign_in, acme, globex):
    tenants = {"acme": acme, "globex": globex}
    visitors, agents = {}, {}
    for brand, email in BRANDS.items():
        host = f"{brand}.localhost"
        visitors[brand] = VisitorPage(person(), server.url(host, "/demo/"))
        visitors[brand].open()
        page = person()
        sign_in(page, email, host)
        agents[brand] = AgentPage(page, server.url(host, "/console/"))

    for brand in BRANDS:
        visitors[brand].say(f"Hello {brand}, is it in stock?")
    for brand in BRANDS:
        agents[brand].open_conversation(f"Hello {brand}, is it in stock?")
        agents[brand].say(f"Yes, {brand} has it.")
    for brand in BRANDS:
        expect(visitors[brand].log).to_contain_text(f"Yes, {brand} has it.")

    for brand in BRANDS:
        visitors[brand].reload()
        expect(visitors[brand].log).to_contain_text(f"Hello {brand}, is it in stock?")
        expect(visitors[brand].log).to_contain_text(f"Yes, {brand} has it.")

    server.kill()
    for brand in BRANDS:
        visitors[brand].say(f"{brand}: written while nobody listened")
        agents[brand].say(f"{brand}: answered into the dark")
    server.start()
    for brand in BRANDS:
        expect(agents[brand].log).to_contain_text(f"{brand}: written while nobody listened", timeout=45_000)
        expect(visitors[brand].log).to_contain_text(f"{brand}: answered into the dark", timeout=45_000)

    for brand in BRANDS:
        agents[brand].page.reload()
        expect(agents[brand].log).to_contain_text(f"{brand}: answered into the dark")
        expected = [
            f"Hello {brand}, is it in stock?",
            f"Yes, {brand} has it.",
            f"{brand}: written while nobody listened",
            f"{brand}: answered into the dark",
        ]
        stored = texts_of(tenants[brand])
        assert sorted(stored) == sorted(expected)
        expect(visitors[brand].bubbles).to_have_text(stored, use_inner_text=True)
        other = "globex" if brand == "acme" else "acme"
        for page in (visitors[brand].page, agents[brand].page):
            assert f"Hello {other}" not in page.content()
