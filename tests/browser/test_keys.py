"""Every row of the `?` sheet does what it says. Palette, transfer, macros and completion: test_composer_*.py."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.models import Conversation, Message
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.desk import NAMES, rows

Talks = dict[str, Conversation]

# What the sheet tells, and where it is pressed. A new row of the sheet belongs here, with a test.
HERE = {"J", "K", "1 6", "/", "X", "Shift X", "G", "T", "E", "I", "S", "U", "R", "N", "Enter", "Ctrl Enter", "?", "Esc"}
ELSEWHERE = {"F", "M", "Alt 1 9", "Ctrl K", "@", ":"}  # and "/" in the composer


def press(page: Page, *keys: str) -> None:
    """For nobody in particular."""
    for key in keys:
        page.evaluate("document.activeElement?.blur()")
        page.keyboard.press(key)


def is_open(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=2, name=name)).to_be_visible()


def head(page: Page) -> Locator:
    return page.locator(".thread-head")


def composer(page: Page) -> Locator:
    return page.locator("#composer-text")


def wait_until_read(page: Page, tenant: Tenant, conversation: Conversation) -> None:
    """The page shows at once what the server is only being told."""
    for _ in range(100):
        with in_tenant(tenant):
            if Conversation.objects.get(pk=conversation.pk).unread_count == 0:
                return
        page.wait_for_timeout(100)
    raise AssertionError("it was not read")


def bar(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Actions for the selection")


def are_ticked(page: Page, *names: str) -> None:
    expect(page.get_by_role("checkbox", name="Select ", checked=True)).to_have_count(len(names))
    for name in names:
        expect(page.get_by_role("checkbox", name=f"Select {name}")).to_be_checked()


def test_each_row_of_the_sheet_is_pressed_somewhere(desk: Page) -> None:
    press(desk, "?")
    sheet = desk.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    told = {" ".join(term.locator("kbd").all_inner_texts()) for term in sheet.locator("dt").all()}
    assert told == HERE | ELSEWHERE
    desk.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_walking(unassigned: Page) -> None:
    press(unassigned, "j")
    is_open(unassigned, "Ann")
    press(unassigned, "j", "j")
    is_open(unassigned, "Cat")
    press(unassigned, "k")
    is_open(unassigned, "Ben")
    press(unassigned, "k", "k")  # there is nothing above the first
    is_open(unassigned, "Ann")


def test_views(unassigned: Page) -> None:
    views = unassigned.get_by_role("navigation", name="Views")
    for number, name in enumerate(("Mine", "Unassigned", "All", "Mentions", "Snoozed", "Closed"), start=1):
        press(unassigned, str(number))
        expect(views.locator("[aria-current=true]")).to_contain_text(name)


def test_search_and_filters(unassigned: Page) -> None:
    press(unassigned, "/")
    expect(unassigned.get_by_role("searchbox")).to_be_focused()
    unassigned.keyboard.type("xjs")  # letters, while one writes
    search = unassigned.get_by_role("searchbox")
    expect(search).to_have_value("xjs")
    search.fill("")
    # A blank is kept while one thinks, and what an input method has not finished is not looked for.
    unassigned.keyboard.type("i ")
    expect(unassigned).to_have_url(re.compile("q=i$"))
    unassigned.keyboard.type("am")
    expect(search).to_have_value("i am")
    expect(unassigned).to_have_url(re.compile("q=i%20am|q=i\\+am"))
    search.evaluate(
        """(field) => {
          field.value = "i am an'n";
          field.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
          for (const how of [{ isComposing: true }, { keyCode: 229 }])
            field.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, ...how }));
        }"""
    )
    unassigned.wait_for_timeout(400)
    expect(search).to_have_value("i am an'n")
    assert "an" not in unassigned.url.rsplit("q=", 1)[1]
    search.evaluate("""(field) => {
          field.value = "i am ann";
          field.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "ann" }));
        }""")
    expect(rows(unassigned)).to_have_count(1)
    search.fill("")
    unassigned.keyboard.press("Escape")
    press(unassigned, "g")
    filters = unassigned.get_by_role("dialog", name="Filters")
    expect(filters).to_be_visible()
    unassigned.keyboard.press("Escape")
    expect(filters).to_have_count(0)


def test_marking_one_and_all_up_to_another(unassigned: Page) -> None:
    press(unassigned, "x")  # none is open: the first
    expect(bar(unassigned)).to_contain_text("1 selected")
    are_ticked(unassigned, "Ann")
    press(unassigned, "j", "j", "j", "Shift+X")
    expect(bar(unassigned)).to_contain_text("3 selected")
    are_ticked(unassigned, "Ann", "Ben", "Cat")
    press(unassigned, "x")
    expect(bar(unassigned)).to_contain_text("2 selected")
    press(unassigned, "Escape")
    expect(bar(unassigned)).to_have_count(0)
    is_open(unassigned, "Cat")


def test_keys_work_on_after_a_box_was_ticked_with_the_mouse(unassigned: Page) -> None:
    unassigned.get_by_role("checkbox", name="Select Ben").click()
    unassigned.keyboard.press("j")
    is_open(unassigned, "Ann")
    unassigned.keyboard.press("x")
    expect(bar(unassigned)).to_contain_text("2 selected")


def test_snoozing_the_open_one_and_those_that_are_marked(unassigned: Page, acme: Tenant, talks: Talks) -> None:
    menu = unassigned.get_by_role("menu", name="Snooze")
    press(unassigned, "s")  # nothing is open
    expect(menu).to_have_count(0)
    press(unassigned, "j")
    is_open(unassigned, "Ann")
    press(unassigned, "s")
    expect(menu).to_be_visible()
    unassigned.keyboard.press("Escape")
    press(unassigned, "x")  # marking opens nothing, though S was pressed before
    expect(bar(unassigned)).to_be_visible()
    expect(menu).to_have_count(0)
    press(unassigned, "j", "x", "s")
    expect(menu.get_by_role("menuitem", name="For an hour")).to_be_focused()
    unassigned.keyboard.press("ArrowDown")
    expect(menu.get_by_role("menuitem", name="For 3 hours")).to_be_focused()
    unassigned.keyboard.press("Enter")
    expect(rows(unassigned)).to_have_count(3)
    with in_tenant(acme):
        asleep = Conversation.objects.filter(snoozed_until__isnull=False)
        assert set(asleep.values_list("pk", flat=True)) == {talks["Ann"].pk, talks["Ben"].pk}


@pytest.mark.parametrize("is_marked", [False, True])
def test_unread(unassigned: Page, acme: Tenant, talks: Talks, is_marked: bool) -> None:
    press(unassigned, "j", "t")
    expect(head(unassigned)).to_contain_text("with you")
    press(unassigned, "1")
    expect(rows(unassigned)).to_have_count(1)
    expect(unassigned.locator(".row .unread, .row .badge")).to_have_count(0)
    wait_until_read(unassigned, acme, talks["Ann"])  # or else it is read a moment after it was marked
    press(unassigned, *("x" if is_marked else ""), "u")
    expect(unassigned.get_by_text("Marked as unread", exact=False)).to_be_visible()
    expect(composer(unassigned)).to_have_count(0)  # otherwise it would be read again at once
    with in_tenant(acme):
        assert Conversation.objects.get(pk=talks["Ann"].pk).unread_count == 1


def test_taking_answering_closing(unassigned: Page, acme: Tenant) -> None:
    press(unassigned, "j", "t")
    expect(head(unassigned)).to_contain_text("with you")
    expect(composer(unassigned)).to_be_visible()
    press(unassigned, "n")
    expect(composer(unassigned)).to_have_attribute("placeholder", "Only your team sees notes")
    expect(composer(unassigned)).to_be_focused()
    unassigned.keyboard.type("A regular.")
    unassigned.keyboard.press("Enter")
    expect(unassigned.get_by_role("log")).to_contain_text("Private note")
    # Whoever types on means the composer: neither is a letter lost, nor does one close the conversation.
    unassigned.evaluate("document.activeElement?.blur()")
    unassigned.keyboard.type("nevertheless", delay=0)
    expect(composer(unassigned)).to_have_value("evertheless")
    composer(unassigned).fill("")
    press(unassigned, "r")
    expect(composer(unassigned)).to_have_attribute("placeholder", f"Reply to {NAMES[0]}")
    expect(composer(unassigned)).to_be_focused()
    unassigned.keyboard.type("On its way.")
    unassigned.keyboard.press("Control+Enter")
    closed = unassigned.get_by_text("This conversation is closed.")
    expect(closed).to_be_visible()
    expect(composer(unassigned)).to_have_count(0)  # who closed it is done there: keys go on
    with in_tenant(acme):  # the close has not overtaken the answer, which waited for the note
        assert Message.objects.filter(body__text="On its way.").exists()
    press(unassigned, "e")
    expect(closed).to_have_count(0)
    expect(head(unassigned)).to_contain_text("with you")
    press(unassigned, "e")
    expect(closed).to_be_visible()


def test_details_are_hidden_and_shown(unassigned: Page) -> None:
    press(unassigned, "j")
    details = unassigned.get_by_role("complementary", name="Visitor")
    expect(details).to_be_visible()
    press(unassigned, "i")
    expect(details).to_have_count(0)
    press(unassigned, "i")
    expect(details).to_be_visible()


def test_escape_leaves_the_field(unassigned: Page) -> None:
    press(unassigned, "j")
    expect(composer(unassigned)).to_be_visible()  # whom the key asks to take the focus
    press(unassigned, "r")
    expect(composer(unassigned)).to_be_focused()
    unassigned.keyboard.press("Escape")
    expect(composer(unassigned)).not_to_be_focused()
    unassigned.keyboard.press("j")
    is_open(unassigned, "Ben")
