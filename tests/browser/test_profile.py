"""The context pane in a real browser: what is known of the visitor, changed by keyboard, live, and merged."""

import re

import pytest
from playwright.sync_api import Page, expect

from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.models import Conversation, Visitor, VisitorNote
from chat.page_trail import View, note_page_views
from chat.visitor_records import update_visitor
from tenants.context import in_tenant
from tests.browser.desk import ALICE, HOST, open_waiting
from tests.browser.wire import Wire


@pytest.fixture
def vera_talks(connect, vera_token):
    client = connect("visitor", token=vera_token)
    client.say("Where is my order?")
    return client


@pytest.fixture
def pane(person, sign_in, vera_talks):
    """Alice's console with Vera's details beside the conversation."""
    page = person()
    sign_in(page, ALICE, HOST)
    open_waiting(page)
    expect(page.get_by_role("heading", name="Pages")).to_be_visible()
    return page


def section(page: Page, name: str):
    return page.get_by_role("region", name=name)


def test_pages_come_live(pane, acme, vera, now):
    with in_tenant(acme):
        note_page_views(vera.pk, [View("https://shop.example/tents", "Tents")], now)
    expect(section(pane, "Pages").get_by_role("listitem").first).to_contain_text("Tents")
    with in_tenant(acme):
        note_page_views(vera.pk, [View("https://shop.example/basket", "Basket")], now)
    expect(section(pane, "Pages").get_by_role("listitem").first).to_contain_text("Basket")


def test_a_page_seen_while_the_console_is_cut_off_comes_with_the_connection(
    person, sign_in, vera_talks, acme, vera, now
):
    page = person()
    wire = Wire(page)
    sign_in(page, ALICE, HOST)
    open_waiting(page)
    with in_tenant(acme):
        note_page_views(vera.pk, [View("https://shop.example/tents", "Tents")], now)
    expect(section(page, "Pages").get_by_role("listitem").first).to_contain_text("Tents")
    wire.cut()
    expect(page.locator(".banner")).to_contain_text("your messages are kept")
    with in_tenant(acme):
        note_page_views(vera.pk, [View("https://shop.example/basket", "Basket")], now)
    wire.mend()
    expect(section(page, "Pages").get_by_role("listitem").first).to_contain_text("Basket")


def test_the_profile_is_edited_by_keyboard_and_refusals_stay_in_the_field(pane, acme, vera):
    pane.get_by_role("button", name="Add email").focus()
    pane.keyboard.press("Enter")
    pane.keyboard.type("vera at example")
    pane.keyboard.press("Enter")
    field = pane.get_by_role("textbox", name="Email")
    expect(pane.locator(".fact-problem")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("vera at example")
    field.fill("vera@example.com")
    pane.keyboard.press("Enter")
    changed = pane.get_by_role("button", name=re.compile("vera@example.com"))
    expect(changed).to_be_focused()
    changed.press("Enter")
    pane.keyboard.type("nonsense")
    pane.keyboard.press("Escape")
    expect(changed).to_be_focused()
    with in_tenant(acme):
        vera.refresh_from_db()
    assert vera.email == "vera@example.com"


def test_attributes_are_added_changed_and_removed(pane, acme, vera):
    attributes = section(pane, "Attributes")
    attributes.get_by_role("button", name="Add attribute").click()
    attributes.get_by_role("textbox", name="Name").fill("plan")
    attributes.get_by_role("textbox", name="Value").fill("free")
    pane.keyboard.press("Enter")
    attributes.get_by_role("button", name=re.compile("^free")).click()
    pane.keyboard.type("pro")
    pane.keyboard.press("Enter")
    expect(attributes.get_by_role("button", name=re.compile("^pro"))).to_be_visible()
    attributes.get_by_role("button", name="Remove plan").click()
    expect(attributes.get_by_role("button", name="Remove plan")).to_have_count(0)
    with in_tenant(acme):
        vera.refresh_from_db()
    assert vera.attributes == {}


def test_notes_about_the_person_reach_colleagues_and_belong_to_their_author(pane, person, sign_in):
    other = person()
    sign_in(other, "bob@acme.test", HOST)
    open_waiting(other)
    notes = section(pane, "About this person")
    notes.get_by_role("button", name="Add a note").click()
    notes.get_by_role("textbox").fill("Likes blue.")
    notes.get_by_role("button", name="Save note").click()
    theirs = section(other, "About this person").get_by_role("listitem")
    expect(theirs).to_contain_text("Likes blue.")
    expect(theirs.get_by_role("button")).to_have_count(0)
    notes.get_by_role("button", name="Edit note").click()
    notes.get_by_role("textbox").fill("Likes green.")
    pane.keyboard.press("Control+Enter")
    expect(theirs).to_contain_text("Likes green.")
    notes.get_by_role("button", name="Delete note").click()
    expect(theirs).to_have_count(0)
    pane.get_by_role("button", name="Undo").click()
    expect(theirs).to_contain_text("Likes green.")


def test_what_is_begun_about_one_person_is_saved_for_nobody_else(pane, acme, vera, now):
    with in_tenant(acme):
        ben = Visitor.objects.create(name="Ben")
        open_conversation(ben, now=now)

    def look_at(name: str) -> None:
        pane.get_by_role("link", name=re.compile(name)).click()
        expect(pane.get_by_role("heading", level=2, name=name)).to_be_visible()
        expect(section(pane, "About this person")).to_be_visible()

    notes, attributes = section(pane, "About this person"), section(pane, "Attributes")
    look_at("Ben")  # both are kept from now on: the pane goes from one to the other at once
    look_at("Vera")
    attributes.get_by_role("button", name="Add attribute").click()
    attributes.get_by_role("textbox", name="Name").fill("plan")
    notes.get_by_role("button", name="Add a note").click()
    notes.get_by_role("textbox").fill("Likes blue.")
    look_at("Ben")
    expect(notes.get_by_role("textbox")).to_have_count(0)
    expect(attributes.get_by_role("textbox")).to_have_count(0)
    notes.get_by_role("button", name="Add a note").click()
    expect(notes.get_by_role("textbox")).to_have_value("")
    notes.get_by_role("textbox").fill("Likes red.")
    notes.get_by_role("button", name="Save note").click()
    expect(notes.get_by_role("listitem")).to_contain_text("Likes red.")
    # A field that is left is saved for whom it was opened.
    pane.get_by_role("button", name="Add email").click()
    pane.get_by_role("textbox", name="Email").fill("ben@example.com")
    look_at("Vera")
    expect(attributes.get_by_role("textbox", name="Name")).to_have_value("plan")
    expect(notes.get_by_role("textbox")).to_have_value("Likes blue.")
    expect(notes.get_by_role("textbox")).not_to_be_focused()  # keys go on walking
    notes.get_by_role("button", name="Save note").dblclick(delay=0)
    expect(notes.get_by_role("listitem")).to_contain_text("Likes blue.")
    look_at("Ben")
    expect(pane.get_by_role("button", name=re.compile("ben@example.com"))).to_be_visible()
    with in_tenant(acme):
        about = VisitorNote.objects.order_by("created_at").values_list("visitor__name", "text")
        assert list(about) == [("Ben", "Likes red."), ("Vera", "Likes blue.")]
        vera.refresh_from_db()
    assert vera.email in ("", None)


def test_folded_sections_stay_folded(pane):
    title = section(pane, "Attributes").get_by_role("button", name="Attributes", exact=True)
    title.click()
    expect(title).to_have_attribute("aria-expanded", "false")
    pane.reload()
    expect(section(pane, "Attributes").get_by_role("button", name="Attributes", exact=True)).to_have_attribute(
        "aria-expanded", "false"
    )
    expect(section(pane, "Pages").get_by_role("button", name="Pages", exact=True)).to_have_attribute(
        "aria-expanded", "true"
    )


def test_the_same_person_is_suggested_and_merged(pane, acme, vera, now):
    with in_tenant(acme):
        twin = Visitor.objects.create(name="V. Vogel", email="vera@example.com")
        close_conversation(open_conversation(twin, now=now).pk, by=SYSTEM, reason="agent", now=now)
        update_visitor(vera.pk, {"email": "vera@example.com"})
    pane.get_by_role("button", name="Merge with V. Vogel").click()
    dialog = pane.get_by_role("dialog", name="Merge two visitors")
    expect(dialog.locator(".is-kept")).to_contain_text("Vera")
    expect(dialog).to_contain_text("1 conversation will move.")
    dialog.get_by_role("button", name="The other way round").click()
    expect(dialog.locator(".is-kept")).to_contain_text("V. Vogel")
    expect(dialog).to_contain_text("Vera is online")
    dialog.get_by_role("button", name="The other way round").click()
    expect(dialog.locator(".is-kept")).to_contain_text("Vera")
    dialog.get_by_role("button", name="Merge", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(pane.get_by_text("Merged into Vera")).to_be_visible()
    expect(section(pane, "Former conversations").get_by_role("listitem")).to_have_count(1)
    expect(pane.get_by_role("button", name="Merge with V. Vogel")).to_have_count(0)
    expect(pane.get_by_role("log")).to_contain_text("You merged V. Vogel into Vera")
    with in_tenant(acme):
        assert Conversation.objects.filter(visitor=vera).count() == 2


def test_the_dialog_finds_people_and_gives_the_focus_back(pane, acme):
    with in_tenant(acme):
        Visitor.objects.create(name="Walter Vogel", external_id="customer-7")
    opener = pane.get_by_role("button", name="Merge with another visitor")
    opener.click()
    dialog = pane.get_by_role("dialog", name="Merge two visitors")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    pane.keyboard.type("walter")
    dialog.get_by_role("button", name=re.compile("Walter Vogel")).click()
    # He is identified: he stays, and says what that means for who is online.
    expect(dialog.locator(".is-kept")).to_contain_text("Walter Vogel")
    pane.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    opener.press("Enter")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_slides_over_where_there_is_little_room(person, sign_in, vera_talks):
    page = person(viewport={"width": 1024, "height": 768})
    sign_in(page, ALICE, HOST)
    open_waiting(page)
    expect(page.get_by_role("complementary", name="Visitor")).to_have_count(0)
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_role("complementary", name="Visitor")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="Visitor")).to_have_count(0)
