"""Somebody's console: what the tests of list, thread and composer share."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.clients import Server

HOST = "acme.localhost"
ALICE = "alice@acme.test"
# Who waits where `talks` are, the longest first.
NAMES = ("Ann", "Ben", "Cat", "Dan", "Eve")
# A window that nobody looks at, and what it tells: notifications and tones are counted instead of shown.
UNSEEN = """
window.told = []; window.tones = 0;
document.hasFocus = () => false;
window.Notification = class { static permission = "granted"; static requestPermission = async () => "granted";
  constructor(title, options) { window.told.push([title, options.body]); this.close = () => {}; } };
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones++; return start.apply(this, when); };
"""


def open_waiting(page: Page, name: str = "Vera") -> None:
    page.get_by_role("button", name="Unassigned").click()
    page.get_by_role("link", name=re.compile(name)).click()
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def rows(page: Page) -> Locator:
    """The list's rows, as far as they are drawn."""
    return page.locator(".rows .row")


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

    def told(self, count: int) -> list[list[str]]:
        """The notifications of a page that counts them (UNSEEN), once there are so many."""
        for _ in range(300):
            told: list[list[str]] = self.page.evaluate("window.told")
            if len(told) >= count:
                return told
            self.page.wait_for_timeout(50)
        raise AssertionError(f"only told of {told}")

    def type(self, text: str) -> None:
        """Letter by letter into the composer, as the choices need it."""
        self.composer.focus()
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        """A key for nobody in particular."""
        self.page.evaluate("document.activeElement?.blur()")
        self.page.keyboard.press(key)
