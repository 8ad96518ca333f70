"""One list over the brands of an account: walking, ticks, search, a brand that fails, and news of the other brand."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import Page, expect

from agents.assignments import take_conversation
from agents.models import Agent
from chat.conversations import open_conversation
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.axe import serious
from tests.browser.desk import ALICE, HOST, UNSEEN, Console, rows

POLLED_MS = 30_000


@pytest.fixture
def there(globex: Tenant, alice: Agent) -> Iterator[Agent]:
    """Who Alice is at Globex."""
    with in_tenant(globex):
        made = Agent.objects.create(user=alice.user, display_name="Alice G")
    cache.clear()
    yield made
    cache.clear()
    with in_tenant(globex):
        made.assignments.all().delete()
        made.delete()


@pytest.fixture
def gus(globex: Tenant, there: Agent, now: datetime) -> Conversation:
    """Waits at Globex, between Ben and Cat of acme."""
    at = now - timedelta(minutes=8, seconds=30)
    with in_tenant(globex):
        visitor = Visitor.objects.create(name="Gus of Globex")
        opened = open_conversation(visitor, now=at)
        draft = MessageDraft(uuid4(), text="I am Gus")
        post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=at)
    return opened


@pytest.fixture
def merged(talks: object, gus: Conversation, person: Callable[..., Page], sign_in: Callable[..., None]) -> Page:
    page = person()
    sign_in(page, ALICE, HOST)
    page.get_by_role("button", name="More views").click()
    page.get_by_role("menuitemradio", name="All brands").click()
    expect(rows(page)).to_have_count(6)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def narrow(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="All brands").get_by_role("button", name=name).click()


def is_open_there(page: Page, conversation: Conversation) -> None:
    page.wait_for_url(re.compile(rf"//globex\.localhost:\d+/console/c/{conversation.pk}"))
    expect(page.get_by_role("heading", level=2, name="Gus of Globex")).to_be_visible()


def test_a_click_opens_it_in_its_own_brand(merged: Page, gus: Conversation) -> None:
    expect(merged.get_by_role("link", name=re.compile("in Globex"))).to_contain_text("Gus of Globex")
    expect(rows(merged).filter(has_text="Gus of Globex").locator(".row-brand-name")).to_be_visible()
    merged.get_by_role("link", name=re.compile("Gus of Globex")).click()
    is_open_there(merged, gus)


def test_narrowed_like_the_views_of_one_brand(merged: Page) -> None:
    narrow(merged, "Unassigned")
    expect(rows(merged).nth(2)).to_contain_text("Gus of Globex")  # the longest waiting first
    views = merged.get_by_role("navigation", name="All brands")
    expect(views.get_by_role("button", name="Unassigned").locator(".view-count")).to_have_text("6")
    narrow(merged, "Mine")
    expect(rows(merged)).to_have_count(0)
    expect(merged.get_by_text("Nothing needs you right now.")).to_be_visible()
    merged.reload()
    expect(views.get_by_role("button", name="Mine")).to_have_attribute("aria-current", "true")


def test_walking_stands_on_what_is_of_another_brand(merged: Page, gus: Conversation) -> None:
    narrow(merged, "Unassigned")
    expect(rows(merged).first).to_contain_text("Ann")
    merged.evaluate("document.activeElement?.blur()")
    press(merged, "j", "j")
    expect(merged.get_by_role("heading", level=2, name="Ben")).to_be_visible()
    press(merged, "j")
    row = rows(merged).filter(has_text="Gus of Globex")
    expect(row).to_be_focused()
    expect(row).to_have_attribute("aria-current", "true")
    expect(merged.get_by_text("does not exist")).to_have_count(0)
    expect(merged.get_by_role("heading", level=2, name="Gus of Globex wrote to Globex")).to_be_visible()
    assert serious(merged) == []
    press(merged, "x", "t")  # nothing of this brand is meant
    expect(merged.get_by_role("toolbar", name="Actions for the selection")).to_have_count(0)
    press(merged, "j")
    expect(merged.get_by_role("heading", level=2, name="Cat")).to_be_visible()
    press(merged, "k")
    expect(row).to_be_focused()
    press(merged, "Enter")
    is_open_there(merged, gus)


def test_ticks_leave_other_brands_out(merged: Page) -> None:
    narrow(merged, "Unassigned")
    expect(rows(merged).first).to_contain_text("Ann")
    merged.get_by_role("checkbox", name="Select Ben").click()
    merged.get_by_role("checkbox", name="Select Cat").click(modifiers=["Shift"])
    bar = merged.get_by_role("toolbar", name="Actions for the selection")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="More").click()
    merged.get_by_role("menuitem", name="Select all that are loaded").click()
    expect(bar).to_contain_text("5 selected")


def test_searched_over_all_brands(merged: Page) -> None:
    merged.get_by_role("searchbox").fill("I am Gus")
    expect(rows(merged)).to_have_count(1)
    expect(rows(merged)).to_contain_text("Gus of Globex")


def test_a_brand_that_fails_is_named(merged: Page, globex: Tenant) -> None:
    with in_tenant(globex), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_conversation RENAME TO chat_conversation_gone")
    try:
        line = merged.get_by_text("Globex could not be read.")
        expect(line).to_be_visible(timeout=POLLED_MS)
        expect(rows(merged)).to_have_count(6)  # what was known of it stays
        assert serious(merged) == []
    finally:
        with in_tenant(globex), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE chat_conversation_gone RENAME TO chat_conversation")
    merged.get_by_role("button", name="Try again").click()
    expect(line).to_have_count(0)
    expect(rows(merged)).to_have_count(6)


def test_news_of_another_brand_rings_and_counts(
    open_console: Callable[..., Console], globex: Tenant, gus: Conversation, there: Agent, now: datetime
) -> None:
    with in_tenant(globex):
        take_conversation(gus.pk, agent=there, now=now - timedelta(minutes=5))
        Conversation.objects.filter(pk=gus.pk).update(unread_count=0)
    desk = open_console(script=UNSEEN)
    desk.page.wait_for_timeout(500)
    with in_tenant(globex):
        draft = MessageDraft(uuid4(), text="Are you there?")
        at = now + timedelta(seconds=30)
        post_visitor_message(gus.visitor, conversation_id=None, widget=None, draft=draft, now=at)
    expect(desk.page).to_have_title(re.compile(r"^\(1\)"), timeout=POLLED_MS)
    assert desk.told(1) == [["Gus of Globex · Globex", "Are you there?"]]
    assert desk.page.evaluate("window.tones") == 2
    desk.page.get_by_role("button", name=re.compile("Switch brand: .*, 1 unread in other brands")).click()
    expect(desk.page.get_by_role("menuitemradio", name=re.compile("Globex"))).to_contain_text("1 unread")
