"""The widget on a page of another site: its frame is a process of its own there, and knows late of its focus."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from playwright.sync_api import Page, expect

from chat.models import Widget
from tenants.models import Tenant
from tests.browser.waiting_room import wishing
from tests.clients import Server


@contextmanager
def site(html: str) -> Iterator[str]:
    """A server of one page; its origin."""

    class OnePage(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *args: Any, **kwargs: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), OnePage) as web:
        thread = Thread(target=web.serve_forever)
        thread.start()
        yield f"http://shop.localhost:{web.server_port}"
        web.shutdown()
        thread.join()


def test_the_focus_goes_where_one_writes_and_is_taken_out_of_no_field(
    person: Callable[..., Page], server: Server, acme: Tenant, acme_widget: Widget
) -> None:
    html = (
        "<!doctype html><title>Shop</title><input><button onclick=\"kefu('open')\">Ask</button>"
        f'<script async src="{server.url("acme.localhost", "/kefu.js")}" data-key="{acme_widget.public_key}"></script>'
    )
    with site(html) as origin, wishing(acme_widget, acme, allowed_origins=[origin]):
        page = person()
        page.goto(origin)
        page.wait_for_function("typeof window.kefu === 'function'")
        bubble, area, field = (
            page.locator("button.bubble"),
            page.frame_locator("iframe").locator("textarea"),
            page.locator("input"),
        )
        page.get_by_role("button", name="Ask").click()
        for text in ("", "a", "aa"):
            expect(area).to_be_focused()
            expect(area).to_have_value(text)
            page.keyboard.type("a")
            page.keyboard.press("Escape")
            expect(bubble).to_be_focused()
            bubble.click()
        field.focus()
        page.keyboard.type("on")
        page.evaluate("kefu('reset')")
        expect(area).to_have_value("")
        page.keyboard.type("ward")
        expect(field).to_have_value("onward")
