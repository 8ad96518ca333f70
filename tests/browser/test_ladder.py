"""Down the ladder and up again in real browsers: what two people say arrives once, over whatever gets through.

The rungs and when they change: docs/widget.md.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, WebSocketRoute, expect

from tenants.models import Tenant
from tests.browser.people import AgentPage, VisitorPage, texts_of
from tests.clients import Server

SOCKETS = "**/ws/v1/*"


class Network:
    """What lies between one page and the server: it may refuse sockets, cut what is parked, or be away."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.refuses_sockets = self.cuts_parked = False
        self.sockets: list[WebSocketRoute] = []
        self.asked: list[str] = []
        page.route_web_socket(SOCKETS, self._connect)
        page.route("**/api/v1/*/events?after=*", self._question)
        page.on("request", self._note)

    def refuse_sockets(self) -> None:
        self.refuses_sockets = True
        for socket in self.sockets:
            socket.close(code=1012)
        self.sockets.clear()

    def free(self) -> None:
        self.refuses_sockets = self.cuts_parked = False

    def go_away(self) -> None:
        self.page.context.set_offline(True)

    def come_back(self) -> None:
        self.page.context.set_offline(False)

    def wait_for_question(self, wait: int) -> None:
        """Until the page has asked, from now on, waiting that many seconds for the answer."""
        self.asked.clear()
        for _ in range(450):
            if any(f"wait={wait}&" in url for url in self.asked):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"never asked with wait={wait}: {self.asked[-5:]}")

    def wait_for_socket(self) -> None:
        for _ in range(450):
            if self.sockets:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("no socket was opened")

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.refuses_sockets:
            socket.close(code=1012)
        else:
            socket.connect_to_server()
            self.sockets.append(socket)

    def _question(self, route: Route) -> None:
        if self.cuts_parked and "wait=25&" in route.request.url:
            route.abort("connectionreset")
        else:
            route.continue_()

    def _note(self, request: Request) -> None:
        if "/events?after=" in request.url:
            self.asked.append(request.url)


class Talk:
    """A visitor and an agent who write to each other, and what each of them must see in the end."""

    def __init__(self, visitor: VisitorPage, agent: AgentPage) -> None:
        self.visitor, self.agent = visitor, agent
        self.networks = [Network(visitor.page), Network(agent.page)]

    def say(self, topic: str) -> None:
        self.visitor.say(f"{topic}: asked")
        self.agent.say(f"{topic}: answered")

    def hear(self, topic: str) -> None:
        expect(self.agent.log.get_by_text(f"{topic}: asked")).to_have_count(1, timeout=45_000)
        expect(self.visitor.log.get_by_text(f"{topic}: answered")).to_have_count(1, timeout=45_000)

    def wake(self) -> None:
        """What a browser says when the network came back or the tab is looked at."""
        for frame in (self.visitor.panel, self.agent.page.main_frame):
            frame.evaluate("window.dispatchEvent(new Event('online'))")


@pytest.fixture
def talk(server: Server, person: Callable[..., Page], sign_in: Callable[..., None]) -> Talk:
    talk = Talk(VisitorPage(person(), server.url("acme.localhost", "/demo/")), AgentPage(person(), ""))
    talk.visitor.open()
    sign_in(talk.agent.page, "alice@acme.test", "acme.localhost")
    talk.visitor.say("Is it in stock?")
    talk.agent.open_conversation("Is it in stock?")
    talk.agent.say("Yes.")
    expect(talk.visitor.log).to_contain_text("Yes.")
    return talk


def test_two_people_talk_on_every_rung(talk: Talk, acme: Tenant) -> None:
    for network in talk.networks:
        network.refuse_sockets()
        network.go_away()
    talk.say("in the dark")
    for network in talk.networks:
        network.come_back()
    for network in talk.networks:
        network.wait_for_question(25)
    talk.hear("in the dark")
    talk.say("by long poll")
    talk.hear("by long poll")
    expect(talk.agent.page.locator(".rail-line")).to_be_visible()
    expect(talk.agent.page.locator(".banner")).to_have_count(0)
    expect(talk.visitor.panel.locator(".bar.trouble")).to_have_count(0)

    for network in talk.networks:
        network.cuts_parked = True
    talk.say("while requests are cut")
    for network in talk.networks:
        network.wait_for_question(0)
    talk.hear("while requests are cut")
    talk.say("by poll")
    talk.hear("by poll")

    for network in talk.networks:
        network.free()
    talk.say("on the way up")
    talk.wake()
    for network in talk.networks:
        network.wait_for_socket()
    talk.hear("on the way up")
    talk.say("by socket again")
    talk.hear("by socket again")
    expect(talk.agent.page.locator(".rail-line")).to_have_count(0)

    stored = texts_of(acme)
    assert len(stored) == len(set(stored)) == 14
    # One's own last message takes its place in the order when its ack is there, which nobody has waited for.
    expect(talk.visitor.bubbles).to_have_text(stored, use_inner_text=True)
    expect(talk.agent.log.locator(".bubble")).to_have_text(stored, use_inner_text=True)
