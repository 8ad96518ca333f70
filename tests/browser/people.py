"""What a visitor and an agent do in a browser, by what they see there."""

from playwright.sync_api import Frame, Locator, Page, expect

from chat.models import Message
from tenants.context import in_tenant
from tenants.models import Tenant


class VisitorPage:
    """The brand's shop with the widget open."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open(self) -> None:
        self.page.goto(self.url)
        self.page.wait_for_function("typeof window.kefu === 'function' && !window.kefu.q")
        with self.page.expect_event("framenavigated", lambda frame: "/widget/panel" in frame.url):
            self.page.evaluate("window.kefu('open')")
        expect(self.composer).to_be_visible()

    def reload(self) -> None:
        self.page.reload()
        self.open()

    @property
    def panel(self) -> Frame:
        """The widget's frame. It stands in a closed shadow root: found by its address, not through the page."""
        return next(frame for frame in self.page.frames if "/widget/panel" in frame.url)

    @property
    def composer(self) -> Locator:
        return self.panel.locator("form.composer textarea")

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")

    @property
    def bubbles(self) -> Locator:
        return self.panel.locator(".bubble:not(.dots)")


class AgentPage:
    """The console, signed in."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def open_conversation(self, visitor_text: str) -> None:
        """Click the row that shows this text."""
        self.page.get_by_role("button", name="Unassigned").or_(
            self.page.get_by_role("tab", name="Unassigned")
        ).first.click()
        self.page.get_by_text(visitor_text).first.click()
        expect(self.composer).to_be_visible()

    @property
    def composer(self) -> Locator:
        return self.page.locator("form.composer textarea")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")


def texts_of(tenant: Tenant) -> list[str]:
    with in_tenant(tenant):
        rows = Message.objects.filter(event="message.created").order_by("conversation_id", "seq")
        return [row.body["text"] for row in rows]
