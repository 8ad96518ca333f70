"""An edited or recalled message changes where it stands, on both sides, and stays so after a reload."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import AgentPage
from tests.browser.shop import Desk, Shop
from tests.clients import Server, SocketClient

Person = Callable[..., Page]


@pytest.fixture
def alice(server: Server, browser_as: Callable[..., object], connect: Callable[..., SocketClient]) -> Desk:
    session = browser_as("alice@acme.test").cookie("kefu_session")  # type: ignore[attr-defined]
    desk = Desk(connect("agent", session=session))
    desk.socket.hello()
    return desk


@pytest.mark.parametrize(
    ("locale", "edited", "recalled"), [("en-US", "Edited", "recalled"), ("zh-CN", "已编辑", "已撤回")]
)
def test_a_corrected_message_changes_in_place(
    person: Person,
    server: Server,
    sign_in: Callable[..., None],
    alice: Desk,
    locale: str,
    edited: str,
    recalled: str,
) -> None:
    # One side by day and one by night, since the marks have colours in both.
    shop = Shop(person(locale=locale, color_scheme="dark"), server)
    shop.page.evaluate("tag => kefu('locale', tag)", locale)
    shop.open()
    shop.say("Is the tent in stock?")
    alice.take_newest()
    page = person(locale=locale)
    sign_in(page, "alice@acme.test", "acme.localhost")
    page.goto(server.url("acme.localhost", f"/console/c/{alice.conversation}"))
    console = AgentPage(page, "").log

    first = alice.say("It is in **stock**")
    second = alice.say("The PIN of the lock is 4711")
    for log in (shop.panel.get_by_role("log"), console):
        expect(log).to_contain_text("4711")
    told = alice.request("message.edit", {"message": first["data"]["id"], "text": "It is *sold out*"})
    assert told["type"] == "ack", told
    alice.request("message.recall", {"message": second["data"]["id"]})

    shop.say("Understood")
    for log in (shop.panel.get_by_role("log"), console):
        expect(log).to_contain_text("Understood")
        for turn in range(2):
            expect(log.locator("em")).to_have_text("sold out")
            expect(log).to_contain_text(edited, ignore_case=True)
            expect(log).to_contain_text(recalled)
            expect(log).not_to_contain_text("4711")
            expect(log).not_to_contain_text("stock 4")
            if turn == 0 and log is console:
                page.reload()
    again = Shop(shop.page, server).open()
    expect(again.panel.get_by_role("log").locator(".recalled")).to_be_visible()
    expect(again.panel.get_by_role("log")).not_to_contain_text("4711")
