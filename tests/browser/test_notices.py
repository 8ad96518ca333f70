"""What reaches an agent unasked: the offer of notifications, conversations given to them, and what admins change."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agents.assignments import take_conversation
from agents.models import Agent, CannedReply, Macro, Queue
from chat.models import Conversation
from tenants.context import in_tenant
from tenants.models import Tenant, User
from tests.browser.axe import serious
from tests.browser.desk import ALICE, HOST, UNSEEN, Console, rows
from tests.clients import Server

# A browser that was never asked. It counts how often it is.
NEVER_ASKED = """
window.Notification = class {
  static permission = localStorage.getItem("test.permission") || "default";
  static async requestPermission() {
    localStorage.setItem("test.asked", Number(localStorage.getItem("test.asked")) + 1);
    localStorage.setItem("test.permission", "granted");
    return (this.permission = "granted");
  }
};
"""
# So long a list that was opened is taken for what is there.
LIST_AGE_MS = 3_100

OpenConsole = Callable[..., Console]


def asked(page: Page) -> int:
    return int(page.evaluate("Number(localStorage.getItem('test.asked'))"))


def offer(page: Page, name: str = "Notifications") -> Locator:
    return page.get_by_role("region", name=name)


def test_notifications_are_offered_once_and_asked_for_by_a_click(open_console: OpenConsole) -> None:
    page = open_console(script=NEVER_ASKED, was_offered=False).page
    expect(offer(page)).to_contain_text("Get told when someone writes while this window is in the background.")
    assert asked(page) == 0
    offer(page).get_by_role("button", name="Turn on").focus()
    page.keyboard.press("Enter")
    expect(offer(page)).to_have_count(0)
    assert asked(page) == 1
    page.reload()
    expect(page.get_by_role("log")).to_be_visible()
    expect(offer(page)).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "theme", "name", "button"),
    [("en-US", "light", "Notifications", "Not now"), ("zh-CN", "dark", "通知", "暂不")],
)
def test_who_does_not_want_them_is_left_alone(
    open_console: OpenConsole, locale: str, theme: str, name: str, button: str
) -> None:
    page = open_console(script=NEVER_ASKED, was_offered=False, locale=locale, color_scheme=theme).page
    expect(offer(page, name)).to_be_visible()
    assert serious(page) == []
    offer(page, name).get_by_role("button", name=button).click()
    expect(offer(page, name)).to_have_count(0)
    page.reload()
    expect(page.get_by_role("log")).to_be_visible()
    expect(offer(page, name)).to_have_count(0)
    assert asked(page) == 0


def test_being_given_what_was_never_loaded_rings(
    person: Callable[..., Page],
    sign_in: Callable[..., None],
    server: Server,
    acme: Tenant,
    alice: Agent,
    talks: dict[str, Conversation],
) -> None:
    """They have waited for minutes when the agent comes in the morning: nothing of them is in this console."""
    page = person()
    page.add_init_script(UNSEEN)
    sign_in(page, ALICE, HOST)
    expect(page.get_by_text("Nothing needs you right now.")).to_be_visible()
    with in_tenant(acme):
        take_conversation(talks["Ann"].pk, agent=alice, now=timezone.now())  # after the console began
    expect(rows(page)).to_have_count(1)
    assert Console(page, server).told(1) == [["Ann was given to you", "I am Ann"]]


@pytest.fixture
def admins_work(acme: Tenant) -> Iterator[Callable[[], None]]:
    """What an admin makes while a console is open: a canned reply, a macro, a queue, a colleague."""

    def work() -> None:
        with in_tenant(acme):
            CannedReply.objects.create(shortcut="fresh", title="Fresh", texts={"en": "Fresh from the admin"})
            Macro.objects.create(name="Fresh macro", key="p", actions=[{"do": "note.add", "text": "By macro."}])
            Queue.objects.create(name="Fresh queue")
            user = User.objects.create_user(email="fresh@acme.test", password=None, name="Freda")
            Agent.objects.create(user=user, display_name="Freda")

    yield work
    with in_tenant(acme):
        CannedReply.objects.filter(shortcut="fresh").delete()
        Macro.objects.filter(name="Fresh macro").delete()
        Queue.objects.filter(name="Fresh queue").delete()
        Agent.objects.filter(display_name="Freda").delete()
        User.objects.filter(email="fresh@acme.test").delete()


def test_what_admins_make_is_there_without_a_reload(open_console: OpenConsole, admins_work: Callable[[], None]) -> None:
    desk = open_console()
    page = desk.page
    desk.type("/fre")
    expect(page.get_by_text("No canned reply fits.")).to_be_visible()
    desk.composer.fill("")
    desk.press("m")
    expect(page.get_by_text("No macros here.", exact=False)).to_be_visible()
    page.keyboard.press("Escape")
    admins_work()
    page.wait_for_timeout(LIST_AGE_MS)
    desk.type("/fre")
    expect(desk.choices.filter(has_text="/fresh")).to_be_visible()
    desk.composer.fill("")
    desk.press("n")
    desk.type("@fre")
    expect(desk.choices.filter(has_text="Freda")).to_be_visible()
    desk.composer.fill("")
    desk.press("g")
    expect(desk.dialog("Filters").get_by_text("Fresh queue")).to_be_visible()
    page.keyboard.press("Escape")
    desk.press("m")
    option = page.get_by_role("option", name=re.compile("Fresh macro"))
    expect(option.locator("kbd")).to_have_text("P")
    page.keyboard.press("p")
    expect(desk.log).to_contain_text("By macro.")
    desk.press("?")
    line = desk.dialog("Keyboard shortcuts").locator("dl > div", has_text="Fresh macro")
    expect(line.locator("kbd")).to_have_text(["Alt", "P"])
    assert serious(page) == []
