"""Signing in and out, as the customer's page tells the widget: docs/widget.md, "Who signs in and out"."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import Page, expect

from chat.models import Widget
from tests.browser.shop import Shop
from tests.clients import Server
from tests.visitors.identities import identity

Person = Callable[..., Page]

SESSIONS, IDENTIFY, LOG_OUT, PANEL = (f"**/{path}" for path in ("visitor/sessions", "identify", "logout", "panel?*"))
# A field of the customer's page, with the focus in it.
FIELD = """
const field = document.createElement("input");
field.id = "field";
document.body.prepend(field);
field.focus();
"""


def identify(shop: Shop, token: str) -> None:
    """The session is begun anew as that person."""
    with shop.page.expect_response(IDENTIFY), shop.page.expect_response(SESSIONS):
        shop.page.evaluate("(token) => kefu('identify', token)", token)


def say_secret(shop: Shop) -> None:
    shop.say("My secret")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()


def is_forgotten(shop: Shop) -> None:
    expect(shop.panel.locator(".greeting")).to_be_visible()
    expect(shop.message("My secret")).to_have_count(0)


def kept(shop: Shop, widget: Widget) -> dict[str, object]:
    """What the customer's page remembers."""
    text = shop.page.evaluate("(key) => localStorage.getItem('kefu:' + key)", widget.public_key)
    return dict(json.loads(text))


def test_a_sign_out_with_the_panel_open_signs_nobody_back_in(
    person: Person, server: Server, acme_widget: Widget, now: datetime
) -> None:
    shop = Shop(person(), server).open()
    identify(shop, identity(acme_widget, now, sub="vera", name="Vera"))
    shop.page.evaluate("kefu('attributes', {plan: 'pro'})")
    say_secret(shop)
    shop.page.evaluate(FIELD)
    with shop.page.expect_response(SESSIONS) as answer:
        shop.page.evaluate("kefu('reset')")
    asked = answer.value.request.post_data_json
    assert not asked.keys() & {"token", "identity", "attributes"}
    assert not answer.value.json()["visitor"]["identified"]
    is_forgotten(shop)
    expect(shop.composer).to_be_visible()
    expect(shop.page.locator("#field")).to_be_focused()
    # The next one signs in on the same page, before the panel has answered.
    with shop.page.expect_response(SESSIONS) as answer:
        shop.page.evaluate(
            "(token) => { kefu('reset'); kefu('identify', token) }", identity(acme_widget, now, sub="wim", name="Wim")
        )
    assert answer.value.json()["visitor"]["name"] == "Wim"
    is_forgotten(shop)
    assert kept(shop, acme_widget)["mustReset"] is False


def test_a_page_that_only_signs_out_does(person: Person, server: Server, acme_widget: Widget) -> None:
    page = person()
    say_secret(Shop(page, server).open())
    page.route(
        lambda url: url.endswith("?bye"),
        lambda route: route.fulfill(
            content_type="text/html",
            body="<!doctype html><title>Bye</title><script>window.kefu ||= function () "
            "{ (kefu.q = kefu.q || []).push(arguments) }; kefu('reset')</script>"
            f'<script async src="/kefu.js" data-key="{acme_widget.public_key}"></script>',
        ),
    )
    with page.expect_response(LOG_OUT):
        bye = Shop(page, server, query="?bye")
    bye.page.wait_for_function(
        "(key) => !JSON.parse(localStorage.getItem('kefu:' + key)).mustReset", arg=acme_widget.public_key
    )
    assert kept(bye, acme_widget)["isReturning"] is False
    is_forgotten(Shop(page, server).open())


def test_a_sign_out_that_the_page_did_not_wait_for_is_done_by_the_next(
    person: Person, server: Server, acme_widget: Widget
) -> None:
    page = person()
    say_secret(Shop(page, server).open())
    page.route(PANEL, lambda route: route.abort())
    Shop(page, server).page.evaluate("kefu('reset'); location.href = '/demo/?next'")
    page.wait_for_url(lambda url: url.endswith("?next"))
    assert kept(Shop(page, server, query="?next"), acme_widget)["mustReset"] is True
    page.unroute(PANEL)
    with page.expect_response(LOG_OUT):
        again = Shop(page, server)
    is_forgotten(again.open())


def test_an_expired_identity_ends_no_chat(person: Person, server: Server, acme_widget: Widget, now: datetime) -> None:
    fresh, old = (identity(acme_widget, at, sub="vera") for at in (now, now - timedelta(minutes=70)))
    shop = Shop(person(), server).open()
    identify(shop, fresh)
    say_secret(shop)
    # The page was made long ago, and its visitor is known by the token of an earlier one.
    again = Shop(shop.page, server)
    again.page.evaluate("(old) => kefu('identify', old)", old)
    again.open()
    expect(again.message("My secret")).to_have_count(1)
    # Without such a token the page is asked to say anew who it is.
    page = person()
    first = Shop(page, server)
    page.evaluate("kefu('on', 'identity_expired', () => (window.wasAsked = true))")
    page.evaluate("(old) => kefu('identify', old)", old)
    first.bubble.click()
    expect(first.panel.get_by_role("alert")).to_contain_text("Reload it to chat")
    page.wait_for_function("window.wasAsked")
    page.evaluate("(fresh) => kefu('identify', fresh)", fresh)
    expect(first.message("My secret")).to_have_count(1)
    # At once, as a page does that listens.
    page = person()
    second = Shop(page, server)
    page.evaluate(
        "([old, fresh]) => { kefu('identify', old); kefu('on', 'identity_expired', () => kefu('identify', fresh)) }",
        [old, fresh],
    )
    second.bubble.click()
    expect(second.message("My secret")).to_have_count(1)
