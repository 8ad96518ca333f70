"""An agent blocks a visitor from the profile: the widget says so, and works again once they are let in."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import serious
from tests.browser.desk import rows
from tests.browser.shop import Shop
from tests.clients import Server


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_blocked_and_let_in_again(
    person: Callable[..., Page], server: Server, sign_in: Callable[..., None], theme: Any
) -> None:
    shop = Shop(person(), server).open()
    shop.say("Buy cheap watches!")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    desk = person(color_scheme=theme)
    sign_in(desk, "alice@acme.test", "acme.localhost")
    desk.get_by_role("navigation", name="Views").get_by_text("Unassigned").click()
    rows(desk).first.click()
    desk.get_by_role("button", name="Block this visitor").click()
    expect(desk.locator(".blocked")).to_contain_text("Blocked by Alice")
    expect(desk.get_by_role("button", name="Block this visitor")).to_have_count(0)
    assert serious(desk) == []
    expect(shop.panel.get_by_role("heading", name="This chat is not available here.")).to_be_visible()

    desk.get_by_role("button", name="Unblock").click()
    expect(desk.locator(".blocked")).to_have_count(0)
    again = Shop(shop.page, server).open()
    expect(again.message("Buy cheap watches!")).to_be_visible()
