"""The demo shop with the widget in it, as a visitor uses it, and the agent at the other end."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Frame, FrameLocator, Locator, Page, expect

from tests.clients import Server, SocketClient


class Shop:
    """One visitor's page. `panel` is the chat in its frame, `bubble` what the host page shows."""

    def __init__(self, page: Page, server: Server, host: str = "acme.localhost", query: str = "") -> None:
        self.page, self.host = page, host
        page.goto(server.url(host, f"/demo/{query}"))
        page.wait_for_function("typeof window.kefu === 'function'")

    @property
    def panel(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    @property
    def frame(self) -> Frame:
        """The panel's own page, for what is asked of a whole page."""
        return next(frame for frame in self.page.frames if "/widget/panel" in frame.url)

    @property
    def bubble(self) -> Locator:
        return self.page.locator("button.bubble")

    @property
    def composer(self) -> Locator:
        return self.panel.locator("textarea")

    def open(self) -> "Shop":
        self.bubble.click()
        expect(self.composer).to_be_visible()
        return self

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    def message(self, text: str) -> Locator:
        return self.panel.locator(".message", has_text=text)


class Desk:
    """An agent who watches the newest conversation."""

    def __init__(self, socket: SocketClient) -> None:
        self.socket = socket
        self.conversation: str = ""

    def take_newest(self) -> None:
        """Take what is told next; a row of the test before, which comes late, is of nothing that could be taken."""
        while True:
            told = self.socket.find(
                lambda f: f["type"] == "conversation.updated" and f["data"]["rows"][0]["last_message"]
            )
            self.conversation = told["data"]["rows"][0]["id"]
            self.request("conversation.watch")
            if self.request("conversation.take")["type"] == "ack":
                return

    def say(self, text: str) -> dict[str, Any]:
        return self.socket.say(text, conversation=self.conversation)

    def request(self, command: str, data: Any = None) -> dict[str, Any]:
        return self.socket.request(command, data, conversation=self.conversation)


MakeDesk = Callable[[], Desk]
