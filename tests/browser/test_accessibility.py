"""axe finds nothing in console and widget, in both themes: each main state is looked at as it is on the screen."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Agent, CannedReply, Macro
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.marks import set_priority, tag_conversation
from chat.messages import MessageDraft, post_message, post_note
from chat.models import Rating, Tag, Visitor
from chat.page_trail import View, note_page_views
from chat.tags import create_tag
from chat.visitor_notes import add_note
from chat.visitor_records import update_visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.axe import violations
from tests.browser.desk import ALICE, HOST
from tests.browser.people import VisitorPage
from tests.rest.conftest import say

THEMES = ("light", "dark")


@pytest.fixture
def tag(acme: Tenant, now: datetime) -> Iterator[Tag]:
    """A tag, a macro and a canned reply, which stay with a brand, for the length of a test."""
    with in_tenant(acme):
        tag = create_tag(name="Delivery", colour="#2563eb", now=now)
        macro = Macro.objects.create(name="Note it", actions=[{"do": "note.add", "text": "x"}])
        canned = CannedReply.objects.create(shortcut="hello", title="Greeting", texts={"en": "Hello {{visitor.name}}"})
    yield tag
    with in_tenant(acme):
        for row in (tag, macro, canned):
            row.delete()


@pytest.fixture
def busy_desk(acme: Tenant, alice: Agent, vera: Visitor, tag: Tag, now: datetime) -> None:
    """Vera talks with Alice, has talked before, and a twin waits; nothing is left empty."""
    with in_tenant(acme):
        early = now - timedelta(days=1)
        old = open_conversation(vera, now=early)
        say(vera, "An older question", early)
        close_conversation(old.pk, by=SYSTEM, reason="agent", now=early)
        Rating.objects.create(conversation=old, score=4, comment="Quick", created_at=early)
        talk = open_conversation(vera, now=now - timedelta(minutes=9))
        say(vera, "Where is my parcel?", now - timedelta(minutes=9))
        take_conversation(talk.pk, agent=alice, now=now - timedelta(minutes=8))
        drafts = [MessageDraft(uuid4(), text=text) for text in ("On its way: https://acme.example/track", "Be kind.")]
        post_message(talk.pk, author=author_of(alice), draft=drafts[0], now=now - timedelta(minutes=7))
        post_note(talk.pk, author=author_of(alice), draft=drafts[1], now=now - timedelta(minutes=6))
        tag_conversation(talk.pk, add=[tag.pk], by=author_of(alice), now=now)
        set_priority(talk.pk, 4, by=author_of(alice), now=now)
        note_page_views(vera.pk, [View("https://shop.example/tents", "Tents")], now)
        add_note(vera.pk, author=author_of(alice), text="Likes blue.", now=now)
        update_visitor(vera.pk, {"email": "vera@example.com", "attributes": {"plan": "pro"}})
        twin = Visitor.objects.create(name="V. Vogel", email="vera@example.com")
        open_conversation(twin, now=now - timedelta(minutes=4))
        say(twin, "Hello?", now - timedelta(minutes=4))


@pytest.fixture(params=THEMES)
def desk(busy_desk: None, person: Callable[..., Page], sign_in: Callable[..., None], request) -> Page:
    page = person(color_scheme=request.param, reduced_motion="reduce")
    sign_in(page, ALICE, HOST)
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    return page


def check(page: Page, what: str) -> None:
    found = violations(page)
    assert not found, f"{what}:\n" + "\n".join(found)


def test_console(desk: Page) -> None:
    expect(desk.locator(".row").first).to_be_visible()
    check(desk, "inbox")
    desk.get_by_role("button", name=re.compile("^(Filters|[0-9]+ filter)")).first.click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    check(desk, "filters")
    desk.keyboard.press("Escape")
    desk.locator(".row").first.click()
    expect(desk.get_by_role("heading", name="Former conversations")).to_be_visible()
    expect(desk.locator(".person-note")).to_be_visible()
    check(desk, "thread and details")
    desk.get_by_role("button", name="Add attribute").click()
    desk.get_by_role("button", name="Add a note").click()
    check(desk, "details being edited")
    desk.get_by_role("button", name="Merge with V. Vogel").click()
    expect(desk.locator(".merge-card.is-kept")).to_be_visible()
    check(desk, "merging")
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Merge with another visitor").click()
    check(desk, "finding a visitor")
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Keyboard shortcuts").click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    check(desk, "shortcuts")
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Transfer").first.click()
    expect(desk.get_by_role("dialog")).to_contain_text("Bob")
    check(desk, "transfer")
    desk.keyboard.press("Escape")
    desk.get_by_role("button", name="Macros").click()
    check(desk, "macros")
    desk.keyboard.press("Escape")
    desk.keyboard.press("Control+k")
    expect(desk.get_by_role("dialog")).to_be_visible()
    check(desk, "palette")
    desk.keyboard.press("Escape")
    for typed in ("/", ":smi"):
        desk.locator("#composer-text").fill("")
        desk.locator("#composer-text").press_sequentially(typed)
        check(desk, f"completing {typed}")
        desk.keyboard.press("Escape")
    desk.locator("#composer-text").fill("")
    desk.get_by_role("button", name="Account").click()
    check(desk, "account menu")
    desk.get_by_role("menuitem", name="Preferences").click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    check(desk, "preferences")


@pytest.mark.parametrize("path", ["board", "reports"])
def test_supervision(desk: Page, path: str) -> None:
    desk.goto(desk.url.split("/console/")[0] + f"/console/{path}")
    expect(desk.get_by_role("heading", level=1).first).to_be_visible()
    with suppress(PlaywrightTimeout):
        desk.wait_for_load_state("networkidle", timeout=5000)
    check(desk, path)


def test_console_on_a_phone(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    check(desk, "inbox on a phone")
    desk.locator(".row").first.click()
    expect(desk.get_by_role("log")).to_be_visible()
    check(desk, "thread on a phone")


@pytest.mark.parametrize("theme", THEMES)
def test_sign_in(person: Callable[..., Page], server, theme: str) -> None:
    page = person(color_scheme=theme, reduced_motion="reduce")
    page.goto(server.url(HOST, "/console/"))
    check(page, "sign-in")


@pytest.mark.parametrize("theme", THEMES)
def test_widget(person: Callable[..., Page], server, theme: str) -> None:
    page = person(color_scheme=theme, reduced_motion="reduce")
    visitor = VisitorPage(page, server.url(HOST, "/demo/"))
    visitor.open()
    assert not violations(visitor.panel), violations(visitor.panel)
    visitor.say("Where is my parcel?")
    expect(visitor.log).to_contain_text("Where is my parcel?")
    found = violations(visitor.panel)
    assert not found, "\n".join(found)
