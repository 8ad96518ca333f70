"""The list pane in a real browser: views, filters, ticks with undo, snooze, keys, ten thousand rows."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from agents.assignments import take_conversation
from agents.models import Agent, Queue, SavedView
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation, Tag
from tenants.context import in_tenant
from tests.browser.desk import HOST, NAMES, rows


@pytest.fixture
def tag(acme):
    with in_tenant(acme):
        made = Tag.objects.create(name="parcel", colour="#ff8800")
    yield made
    with in_tenant(acme):
        Tag.objects.all().delete()


@pytest.fixture
def desk(unassigned, acme) -> Iterator[Page]:
    yield unassigned
    with in_tenant(acme):
        SavedView.objects.all().delete()


def in_order(page: Page) -> None:
    expect(page.locator(".rows .row-name")).to_have_text(list(NAMES), use_inner_text=True)


def tick(page: Page, name: str, **options: object) -> None:
    page.get_by_role("checkbox", name=f"Select {name}").click(**options)


def count_of(page: Page, view: str) -> Locator:
    return page.get_by_role("navigation", name="Views").get_by_role("button", name=view).locator(".view-count")


def test_who_waits_longest_comes_first_and_stays_there(desk, acme, talks, now):
    in_order(desk)
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), text="Still there?")
        post_visitor_message(talks["Cat"].visitor, conversation_id=None, widget=None, draft=draft, now=now)
    expect(desk.get_by_role("link", name=re.compile("Still there"))).to_be_visible()
    in_order(desk)
    desk.get_by_role("button", name="All", exact=False).first.click()
    expect(rows(desk)).to_have_count(5)


def test_many_are_closed_and_brought_back(desk):
    tick(desk, "Ann")
    tick(desk, "Dan", modifiers=["Shift"])
    bar = desk.get_by_role("toolbar", name="Actions for the selection")
    expect(bar).to_contain_text("4 selected")
    for name in NAMES[:4]:
        expect(desk.get_by_role("checkbox", name=f"Select {name}")).to_be_checked()
    bar.get_by_role("button", name="Close").click()
    expect(desk.get_by_text("4 conversations closed.")).to_be_visible()
    expect(rows(desk)).to_have_count(1)
    expect(count_of(desk, "Unassigned")).to_have_text("1")
    expect(bar).to_have_count(0)
    desk.get_by_role("button", name="Undo").click()
    expect(rows(desk)).to_have_count(5)
    expect(count_of(desk, "Unassigned")).to_have_text("5")


def test_snoozed_ones_leave_and_the_visitor_brings_them_back(desk, acme, talks, now):
    tick(desk, "Ben")
    tick(desk, "Eve")
    desk.get_by_role("button", name="Snooze").click()
    desk.get_by_role("menuitem", name="Until tomorrow").click()
    expect(rows(desk)).to_have_count(3)
    desk.get_by_role("button", name="More views").click()
    desk.get_by_role("menuitemradio", name=re.compile("Snoozed")).click()
    expect(rows(desk)).to_have_count(2)
    expect(desk.locator(".row-moon").first).to_contain_text("Snoozed until")
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), text="Hello again")
        post_visitor_message(talks["Ben"].visitor, conversation_id=None, widget=None, draft=draft, now=now)
    expect(rows(desk)).to_have_count(1)


def test_a_time_of_ones_own(desk):
    tick(desk, "Ann")
    desk.get_by_role("button", name="Snooze").click()
    desk.get_by_role("menuitem", name="Pick a time").click()
    dialog = desk.get_by_role("dialog", name="Snooze")
    dialog.get_by_label("Wake up at").fill("2020-01-01T10:00")
    expect(dialog.get_by_role("button", name="Snooze")).to_be_disabled()
    dialog.get_by_label("Wake up at").fill("2027-06-01T10:00")
    dialog.get_by_role("button", name="Snooze").click()
    expect(rows(desk)).to_have_count(4)


def test_tags_are_dots_and_filters(desk, tag):
    desk.reload()
    tick(desk, "Ann")
    tick(desk, "Cat")
    desk.get_by_role("button", name="Tags").click()
    desk.get_by_role("menuitemcheckbox", name="parcel").click()
    expect(desk.locator(".tag-dots")).to_have_count(2)
    desk.get_by_role("button", name="Filters").click()
    dialog = desk.get_by_role("dialog", name="Filters")
    dialog.get_by_text("parcel", exact=True).click()
    dialog.get_by_role("button", name="Done").click()
    expect(rows(desk)).to_have_count(2)
    expect(desk).to_have_url(re.compile(f"tag={tag.pk}"))
    desk.reload()
    expect(rows(desk)).to_have_count(2)
    desk.get_by_role("button", name="Remove filter Tag: parcel").click()
    expect(rows(desk)).to_have_count(5)


def test_a_filter_becomes_a_view(desk, acme, talks, tag):
    tick(desk, "Ben")
    desk.get_by_role("button", name="Priority").click()
    desk.get_by_role("menuitem", name="Urgent").click()
    expect(desk.locator(".flag-4")).to_have_count(1)
    desk.get_by_role("button", name="Filters").click()
    desk.get_by_role("dialog").get_by_text("Urgent", exact=True).click()
    desk.get_by_role("dialog").get_by_role("button", name="Done").click()
    expect(rows(desk)).to_have_count(1)
    desk.get_by_role("button", name="Save as view").click()
    desk.get_by_role("dialog").get_by_label("Name").fill("Burning")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("button", name="More views: Burning")).to_be_visible()
    expect(rows(desk)).to_have_count(1)
    desk.get_by_role("button", name="More views: Burning").click()
    expect(desk.get_by_role("menuitemradio", name="Burning")).to_contain_text("1")
    desk.get_by_role("menuitem", name="Manage views").click()
    name = desk.get_by_role("textbox", name="Rename Burning")
    name.fill("On fire")
    name.press("Tab")
    expect(desk.get_by_role("button", name="Delete On fire")).to_be_visible()
    expect(desk.locator(".toast-error")).to_have_count(0)  # though Enter was pressed twice
    with in_tenant(acme):
        assert SavedView.objects.count() == 1
    desk.get_by_role("button", name="Delete On fire").click()
    # The notice stands in the dialog: what is outside of it cannot be pressed.
    desk.locator(".toast", has_text="“On fire” deleted.").get_by_role("button", name="Undo").click()
    expect(desk.get_by_role("button", name="Delete On fire")).to_be_visible()
    desk.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(desk.get_by_role("dialog")).to_have_count(0)
    desk.get_by_role("button", name="More views").click()
    expect(desk.get_by_role("menuitemradio", name="On fire")).to_be_visible()


def test_unread_counts_in_the_title_stay_right(desk, acme, alice, talks, now):
    with in_tenant(acme):
        for name in ("Ann", "Ben"):
            take_conversation(talks[name].pk, agent=alice, now=now)
    expect(desk).to_have_title(re.compile(r"^\(2\)"))
    desk.get_by_role("button", name="Mine").click()
    desk.get_by_role("link", name=re.compile("Ann")).click()
    expect(desk).to_have_title(re.compile(r"^\(1\)"))
    tick(desk, "Ann")
    desk.get_by_role("toolbar").get_by_role("button", name="More").click()
    desk.get_by_role("menuitem", name="Mark as unread").click()
    expect(desk).to_have_title(re.compile(r"^\(2\)"))
    desk.reload()
    expect(desk).to_have_title(re.compile(r"^\(2\)"))
    desk.get_by_role("link", name=re.compile("Ann")).click()
    expect(desk).to_have_title(re.compile(r"^\(1\)"))


def test_a_time_of_ones_own_on_a_phone_where_the_list_is_out_of_sight(desk):
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.get_by_role("link", name=re.compile("Ben")).click()
    desk.locator(".thread-head").get_by_role("button", name="Snooze").click()
    desk.get_by_role("menuitem", name="Pick a time").click()
    expect(desk.get_by_role("dialog", name="Snooze")).to_be_visible()
    desk.get_by_role("dialog").get_by_role("button", name="Snooze").click()
    expect(desk.get_by_role("log")).to_contain_text("snoozed")


def test_only_ones_own_queues(person, sign_in, acme, bob, talks, now):
    with in_tenant(acme):
        other = Queue.objects.create(name="Other")
        Agent.objects.filter(pk=bob.pk).update(scope=Agent.Scope.QUEUES)
    try:
        page = person()
        sign_in(page, "bob@acme.test", HOST)
        page.get_by_role("button", name="Unassigned").click()
        expect(rows(page)).to_have_count(5)
        page.get_by_role("link", name=re.compile("Ann")).click()
        expect(page.get_by_role("log")).to_contain_text("I am Ann")
        with in_tenant(acme):
            from agents.assignments import transfer_conversation

            transfer_conversation(talks["Ann"].pk, by=bob, queue=other, now=now)
        expect(rows(page)).to_have_count(4)
        expect(page.get_by_role("alert")).to_contain_text("does not exist")
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=bob.pk).update(scope=Agent.Scope.BRAND)
            Conversation.objects.filter(queue_id=other.pk).update(queue_id=None)
            other.delete()
