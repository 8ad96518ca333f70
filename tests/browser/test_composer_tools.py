"""What helps at the desk: palette, keys, transfer, macros, notifications, preferences; axe in both themes."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import Agent, Macro
from chat.conversations import open_conversation
from chat.models import Conversation, Tag, Visitor
from tenants.context import in_tenant
from tenants.models import User
from tests.browser.axe import serious
from tests.browser.desk import UNSEEN


@pytest.fixture
def macro(acme):
    with in_tenant(acme):
        Macro.objects.all().delete()
        tag = Tag.objects.create(name="lost parcel")
        made = Macro.objects.create(
            name="Lost parcel",
            actions=[{"do": "tag.add", "tag": str(tag.pk)}, {"do": "note.add", "text": "Asked the carrier."}],
        )
    yield made
    with in_tenant(acme):
        Macro.objects.all().delete()
        tag.delete()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_in_thread_and_dialogs(open_console, theme):
    desk = open_console(color_scheme=theme)
    desk.composer.fill("A draft")
    assert serious(desk.page) == []
    for key, name in (("Control+k", "Commands"), ("?", "Keyboard shortcuts"), ("f", "Transfer")):
        desk.press(key)
        expect(desk.dialog(name)).to_be_visible()
        assert serious(desk.page) == [], name
        desk.page.keyboard.press("Escape")
        expect(desk.dialog(name)).to_have_count(0)
    desk.page.get_by_role("button", name=re.compile("^Account")).click()
    desk.page.get_by_role("menuitem", name="Preferences").click()
    expect(desk.dialog("Preferences")).to_be_visible()
    assert serious(desk.page) == []


def test_the_palette_finds_people_and_does_things(open_console, where):
    desk = open_console()
    desk.page.goto(desk.server.url("acme.localhost", "/console/"))
    expect(desk.page.get_by_role("navigation", name="Views")).to_be_visible()
    desk.page.keyboard.press("Control+k")
    expect(desk.dialog("Commands")).to_be_visible()
    desk.page.keyboard.type("vera")
    expect(desk.page.get_by_role("option", name=re.compile("Vera"))).to_be_visible()
    desk.page.keyboard.press("Enter")
    expect(desk.page).to_have_url(re.compile(where))
    expect(desk.page.get_by_role("heading", level=2, name="Vera")).to_be_visible()
    # Also while writing; what was chosen lately comes first.
    desk.composer.focus()
    desk.page.keyboard.press("Control+k")
    desk.page.keyboard.type("theme dark")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(desk.composer).to_be_focused()
    desk.page.keyboard.press("Control+k")
    # What was found for other letters is not what Enter opens.
    desk.page.keyboard.type("where is my")
    expect(desk.dialog("Commands").get_by_role("option", name=re.compile("Vera"))).to_be_visible()
    desk.page.route(re.compile("q=(theme|xyz)"), lambda route: route.abort())
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type("theme")
    expect(desk.dialog("Commands").get_by_role("option").first).to_contain_text("Theme")
    expect(desk.dialog("Commands").get_by_role("option", name=re.compile("Vera"))).to_have_count(0)
    desk.page.keyboard.press("Escape")
    expect(desk.composer).to_be_focused()
    desk.page.keyboard.press("Control+k")
    expect(desk.dialog("Commands").get_by_role("option").first).to_contain_text("Theme: Dark")
    desk.page.keyboard.type("take")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".thread-head")).to_contain_text("with you")


def test_the_palette_marks_the_conversation(open_console, macro, acme, where):
    desk = open_console()
    for typed, told in (("urgent", "Priority"), ("add tag lost", "lost parcel")):
        desk.press("Control+k")
        desk.page.keyboard.type(typed)
        expect(desk.dialog("Commands").get_by_role("option").first).to_contain_text(told)
        desk.page.keyboard.press("Enter")
        expect(desk.page.locator(".toast", has_text=told)).to_be_visible()
    with in_tenant(acme):
        changed = Conversation.objects.get(pk=where)
    assert (changed.priority, len(changed.tag_ids)) == (4, 1)


def test_the_sheet_tells_what_the_keys_do(open_console):
    desk = open_console()
    desk.press("?")
    sheet = desk.dialog("Keyboard shortcuts")
    for text in ("Transfer", "Run a macro", "All commands", "Canned reply"):
        expect(sheet).to_contain_text(text)


def test_hands_over_with_a_note(open_console, where, bobs_socket):
    desk = open_console()
    desk.press("f")
    dialog = desk.dialog("Transfer")
    expect(dialog.get_by_role("option", name=re.compile("Bob"))).to_contain_text("0 of 5")
    desk.page.keyboard.type("bob")
    expect(dialog.get_by_role("option")).to_have_count(1)
    note = dialog.get_by_label("Note for whoever gets it")
    note.fill("She has waited since Monday.")
    # Marked up to beside the dialog: that is no click beside it.
    box = note.bounding_box() or {}
    desk.page.mouse.move(box["x"] + 40, box["y"] + 12)
    desk.page.mouse.down()
    desk.page.mouse.move(10, 10, steps=3)
    desk.page.mouse.up()
    expect(note).to_have_value("She has waited since Monday.")
    # Refused: said here, and what was written stays.
    refused = {"results": [{"conversation": where, "code": "agent_at_capacity"}]}
    desk.page.route("**/api/v1/agent/bulk", lambda route: route.fulfill(json=refused))
    note.press("Control+Enter")
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    expect(note).to_have_value("She has waited since Monday.")
    desk.page.unroute("**/api/v1/agent/bulk")
    note.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(desk.page.locator(".thread-head")).to_contain_text("with Bob")
    expect(desk.log).to_contain_text("She has waited since Monday.")
    told = bobs_socket.expect("agent.mentioned")
    assert told["data"]["text"] == "She has waited since Monday."


@pytest.fixture
def busy_bob(acme, bob, where, now):
    """Bob has something to do, Carol has not: by load she stands first, by name he does."""
    with in_tenant(acme):
        user = User.objects.create_user(email="carol@acme.test", password=None, name="Carol")
        carol = Agent.objects.create(user=user, display_name="Carol")
        visitor = Visitor.objects.create(name="Wanda")
        taken = open_conversation(visitor, now=now)
        Conversation.objects.filter(pk=taken.pk).update(status="assigned", assignee_id=bob.pk, assignee_name="Bob")
    yield
    with in_tenant(acme):
        carol.delete()
        user.delete()


def test_whoever_was_chosen_stays_chosen_when_the_loads_come(open_console, busy_bob, where):
    """The list is there at once and ordered by load a moment later: nobody must hand over to somebody else by that."""
    desk = open_console()
    held = []
    desk.page.route("**/api/v1/agent/colleagues", lambda route: held.append(route))
    desk.press("f")
    dialog = desk.dialog("Transfer")
    options = dialog.get_by_role("option")
    expect(options.first).to_contain_text("Bob")
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("ArrowUp")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text("Bob")
    held[0].continue_()
    expect(options.first).to_contain_text("Carol")
    expect(dialog.get_by_role("option", selected=True)).to_contain_text("Bob")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".thread-head")).to_contain_text("with Bob")


def test_hands_over_to_a_queue_by_keys_alone(open_console, acme, where):
    desk = open_console()
    desk.press("t")
    expect(desk.page.locator(".thread-head")).to_contain_text("with you")
    desk.press("f")
    expect(desk.dialog("Transfer").get_by_role("option", name=re.compile("General"))).to_contain_text("0 waiting")
    desk.page.keyboard.type("general")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".thread-head")).to_contain_text("Waiting")
    desk.page.get_by_role("button", name="Undo").click()
    expect(desk.page.locator(".thread-head")).to_contain_text("with you")


def test_a_macro_runs_by_key(open_console, macro, acme, where):
    desk = open_console()
    desk.press("m")
    expect(desk.page.get_by_role("option", name=re.compile("Lost parcel"))).to_be_visible()
    desk.page.keyboard.press("1")
    expect(desk.log).to_contain_text("Asked the carrier.")
    expect(desk.page.locator(".toast")).to_contain_text("Lost parcel: done")
    with in_tenant(acme):
        assert len(Conversation.objects.get(pk=where).tag_ids) == 1


def test_a_macro_runs_by_one_key(open_console, macro, where):
    desk = open_console()
    expect(desk.page.get_by_role("button", name="Macros")).to_be_visible()
    desk.page.evaluate("addEventListener('keydown', (event) => (window.taken = event.defaultPrevented))")
    for key in ("Alt+9", "Alt+d"):  # nobody's: the browser's, as for its address bar
        desk.press(key)
        assert desk.page.evaluate("window.taken") is False, key
    desk.press("Alt+1")
    assert desk.page.evaluate("window.taken") is True
    expect(desk.log).to_contain_text("Asked the carrier.")
    expect(desk.page.locator(".toast")).to_have_count(1)
    # Whoever writes types what the keyboard gives, and runs nothing.
    desk.composer.focus()
    desk.page.keyboard.press("Alt+1")
    assert desk.page.evaluate("window.taken") is False


def test_a_window_nobody_looks_at_tells_of_news(open_console, vera_writes, bobs_socket, where, alice):
    desk = open_console(script=UNSEEN)
    desk.press("t")
    expect(desk.page.locator(".thread-head")).to_contain_text("with you")
    vera_writes.say("Are you there?", conversation=where)
    assert desk.told(1) == [["Vera", "Are you there?"]]
    assert desk.page.evaluate("window.tones") == 2
    data = {"client_id": "0189a000-0000-7000-8000-000000000001", "text": "@Alice hi", "mentions": [str(alice.pk)]}
    bobs_socket.request("note.create", data, conversation=where)
    assert desk.told(2)[1] == ["Bob mentioned you", "@Alice hi"]
    expect(desk.page).to_have_title(re.compile(r"^\(3\)"))


def test_what_is_turned_off_stays_quiet(open_console, vera_writes, where):
    desk = open_console(script=UNSEEN)
    desk.press("t")
    desk.page.get_by_role("button", name=re.compile("^Account")).click()
    desk.page.get_by_role("menuitem", name="Preferences").click()
    desk.page.get_by_role("checkbox", name="Message in my conversations: Sound").uncheck()
    desk.page.get_by_role("checkbox", name="Message in my conversations: Desktop").uncheck()
    desk.page.keyboard.press("Escape")
    vera_writes.say("Are you there?", conversation=where)
    expect(desk.log).to_contain_text("Are you there?")
    expect(desk.page).to_have_title(re.compile(r"^\(1\)"))
    desk.page.wait_for_timeout(500)
    assert desk.page.evaluate("[window.told.length, window.tones]") == [0, 0]
    desk.page.reload()
    desk.page.get_by_role("button", name=re.compile("^Account")).click()
    desk.page.get_by_role("menuitem", name="Preferences").click()
    expect(desk.page.get_by_role("checkbox", name="Message in my conversations: Sound")).not_to_be_checked()


def test_density_is_remembered(open_console):
    desk = open_console()
    desk.page.keyboard.press("Control+k")
    desk.page.keyboard.type("compact")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("html")).to_have_attribute("data-density", "compact")
    desk.page.get_by_role("button", name="Unassigned").click()
    row = desk.page.get_by_role("link", name=re.compile("Vera"))
    assert (row.bounding_box() or {})["height"] == 48
    desk.page.reload()
    expect(desk.page.locator("html")).to_have_attribute("data-density", "compact")


def test_all_of_it_in_chinese(open_console):
    desk = open_console(locale="zh-CN")
    desk.page.keyboard.press("Control+k")
    expect(desk.dialog("命令")).to_be_visible()
    desk.page.keyboard.type("转接")
    desk.page.keyboard.press("Enter")
    expect(desk.dialog("转接")).to_contain_text("给接手者的备注")
    desk.page.keyboard.press("Escape")
    # Found by its English name too.
    desk.press("Control+k")
    desk.page.keyboard.type("theme dark")
    expect(desk.dialog("命令").get_by_role("option").first).to_contain_text("深色")


def test_a_macros_key_waits_for_the_list(open_console, macro, acme, where):
    desk = open_console()
    held = []
    desk.page.route("**/api/v1/agent/macros", lambda route: held.append(route))
    desk.page.reload()
    expect(desk.composer).to_be_visible()
    desk.press("m")
    desk.page.keyboard.press("1")
    expect(desk.dialog("Run a macro").get_by_text("Loading")).to_be_visible()
    for route in held:
        route.continue_()
    expect(desk.log).to_contain_text("Asked the carrier.")


def test_a_macro_keeps_its_key_and_is_found_by_name(open_console, macro, acme, where):
    with in_tenant(acme):
        Macro.objects.filter(pk=macro.pk).update(key="l", position=1)
        Macro.objects.create(name="Of the same letter", actions=[{"do": "priority.set", "priority": 4}])
    desk = open_console()
    desk.press("m")
    expect(desk.page.get_by_role("option", name=re.compile("Lost parcel")).locator("kbd")).to_have_text("L")
    expect(desk.page.get_by_role("option", name=re.compile("Of the same")).locator("kbd")).to_have_text("1")
    desk.page.keyboard.type(" lost")  # a space before it is a name and no key
    expect(desk.dialog("Run a macro").get_by_role("option")).to_have_count(1)
    desk.page.keyboard.press("Escape")
    expect(desk.dialog("Run a macro")).to_be_hidden()
    desk.press("m")
    expect(desk.dialog("Run a macro").get_by_role("option")).to_have_count(2)
    desk.page.keyboard.press("l")
    expect(desk.log).to_contain_text("Asked the carrier.")
