"""An agent's own canned replies: made in two languages with a file, changed, deleted and taken back."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import CannedReply
from chat.models import File
from tenants.context import in_tenant
from tests.browser.axe import serious
from tests.rest.conftest import png

PNG = {"name": "map.png", "mimeType": "image/png", "buffer": png()}
SHORTCUT = "Shortcut, after “/”"


@pytest.fixture(autouse=True)
def no_replies(acme):
    yield
    with in_tenant(acme):
        CannedReply.objects.all().delete()


@pytest.fixture
def open_hours(acme, alice):
    with in_tenant(acme):
        return CannedReply.objects.create(shortcut="hours", title="Hours", texts={"en": "From nine."}, owner=alice)


def own(acme) -> list[CannedReply]:
    with in_tenant(acme):
        return list(CannedReply.objects.order_by("shortcut"))


def open_list(desk):
    desk.press("Control+k")
    desk.page.keyboard.type("my canned")
    desk.page.keyboard.press("Enter")
    shown = desk.dialog("My canned replies")
    expect(shown).to_be_visible()
    return shown


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_is_made_in_two_languages_with_a_file(open_console, acme, theme):
    desk = open_console(color_scheme=theme)
    shown = open_list(desk)
    expect(shown).to_contain_text("Texts that you write often")
    assert serious(desk.page) == []
    shown.get_by_role("button", name="New canned reply").click()
    form = desk.dialog("New canned reply")
    form.get_by_role("button", name="Save").click()
    # What is wrong stands beside its field, and the first of them has the focus.
    expect(form.get_by_label(SHORTCUT)).to_be_focused()
    expect(form.get_by_label(SHORTCUT)).to_have_accessible_description("Give it a shortcut: what you type after “/”.")
    text = form.get_by_label("Text in English")
    expect(text).to_have_accessible_description("Write the text in at least one language.")
    assert serious(desk.page) == []
    form.get_by_label(SHORTCUT).fill("/way")
    text.fill("Here is the way, {{visitor.name|you}}. {{street}}")
    expect(form).to_contain_text("There is no variable {{street}}")
    text.fill("Here is the way, {{visitor.name|you}}.")
    form.get_by_label("Further language").select_option("zh-hans")
    form.get_by_role("button", name="Add", exact=True).click()
    expect(form.get_by_role("textbox", name="Text in Simplified Chinese")).to_be_focused()
    desk.page.keyboard.type("这是路线图。")
    form.locator("input[type=file]").set_input_files(PNG)
    expect(form.get_by_text("map.png")).to_be_visible()
    # With the end of the upload it can be saved: not in the middle of a look at its colours.
    expect(form.get_by_role("button", name="Save")).to_be_enabled()
    expect(form.locator(".chip-progress")).to_have_count(0)
    assert serious(desk.page) == []
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    (made,) = own(acme)
    assert made.texts == {"en": "Here is the way, {{visitor.name|you}}.", "zh-hans": "这是路线图。"}
    desk.type("/way")
    expect(desk.choices).to_contain_text("Here is the way, Vera.")
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_have_value("Here is the way, Vera.")
    expect(desk.page.locator(".composer .chip", has_text="map.png")).to_be_visible()


def test_is_changed_with_its_files(open_console, acme, open_hours):
    desk = open_console()
    open_list(desk).get_by_role("button", name="Edit /hours").click()
    form = desk.dialog("My canned replies")
    expect(form.get_by_label("Text in English")).to_have_value("From nine.")
    form.get_by_label("Text in English").fill("From ten.")
    form.locator("input[type=file]").set_input_files([PNG, {**PNG, "name": "b.png"}])
    expect(form.locator(".chip")).to_have_count(2)
    form.get_by_role("button", name="Remove map.png").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    with in_tenant(acme):
        (changed,) = CannedReply.objects.all()
        assert changed.texts == {"en": "From ten."}
        assert [File.objects.get(pk=pk).name for pk in changed.file_ids] == ["b.png"]
    open_list(desk).get_by_role("button", name="Edit /hours").click()
    expect(form.locator(".chip")).to_have_count(1)
    form.get_by_role("button", name="Remove b.png").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert own(acme)[0].file_ids == []


def test_a_taken_shortcut_is_said_in_its_field(open_console, acme, open_hours, alice):
    with in_tenant(acme):
        CannedReply.objects.create(shortcut="map", title="Map", texts={"en": "Here"}, owner=alice)
    desk = open_console()
    open_list(desk).get_by_role("button", name="Edit /hours").click()
    form = desk.dialog("My canned replies")
    form.get_by_label(SHORTCUT).fill("map")
    desk.page.keyboard.press("Enter")
    expect(form.get_by_label(SHORTCUT)).to_have_accessible_description(
        "You have a canned reply with this shortcut already."
    )
    expect(form.get_by_label(SHORTCUT)).to_be_focused()
    form.get_by_label(SHORTCUT).fill("maps")
    expect(form.get_by_label(SHORTCUT)).not_to_have_attribute("aria-invalid", "true")
    desk.page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    assert [one.shortcut for one in own(acme)] == ["map", "maps"]


def test_is_deleted_and_taken_back_by_keyboard(open_console, acme, open_hours):
    desk = open_console()
    shown = open_list(desk)
    shown.get_by_role("button", name="Delete /hours").focus()
    desk.page.keyboard.press("Enter")
    expect(shown.get_by_role("button", name="Undo")).to_be_focused()
    desk.page.keyboard.press("Enter")
    expect(shown.get_by_role("button", name="Edit /hours")).to_be_visible()
    shown.get_by_role("button", name="Delete /hours").focus()
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    # The way back outlives the dialog, and the list of the composer no longer offers it.
    notice = desk.page.locator(".toast", has_text="/hours deleted")
    expect(notice).to_be_visible()
    desk.type("/hours")
    expect(desk.page.get_by_text("No canned reply fits.")).to_be_visible()
    assert len(own(acme)) == 1
    with desk.page.expect_response(re.compile("/canned/")) as told:
        desk.page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert told.value.status == 204
    assert own(acme) == []


# Eight seconds are three here.
SHORT_NOTICES = """
const given = window.setTimeout;
window.setTimeout = (run, wait, ...more) => given(run, wait === 8000 ? 3000 : wait, ...more);
"""


def test_the_way_back_stays_while_the_pointer_is_on_it(open_console, acme, open_hours):
    desk = open_console(script=SHORT_NOTICES)
    shown = open_list(desk)
    shown.get_by_role("button", name="Delete /hours").click()
    desk.page.keyboard.press("Escape")
    notice = desk.page.locator(".toast", has_text="/hours deleted")
    notice.hover()
    desk.page.wait_for_timeout(4_000)
    assert len(own(acme)) == 1
    with desk.page.expect_response(re.compile("/canned/")) as told:
        desk.page.mouse.move(700, 300)
    assert told.value.status == 204
    expect(notice).to_have_count(0)
    assert own(acme) == []


def test_a_new_one_takes_the_shortcut_of_one_that_goes(open_console, acme, open_hours):
    desk = open_console()
    shown = open_list(desk)
    shown.get_by_role("button", name="Delete /hours").click()
    shown.get_by_role("button", name="New canned reply").click()
    form = desk.dialog("New canned reply")
    form.get_by_label(SHORTCUT).fill("hours")
    form.get_by_label("Text in English").fill("From eleven.")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert [one.texts for one in own(acme)] == [{"en": "From eleven."}]


def test_in_chinese_on_a_phone(open_console, acme, open_hours):
    desk = open_console(locale="zh-CN", viewport={"width": 390, "height": 844})
    desk.press("Control+k")
    desk.page.keyboard.type("我的快捷")
    desk.page.keyboard.press("Enter")
    shown = desk.dialog("我的快捷回复")
    assert serious(desk.page) == []
    shown.get_by_role("button", name="编辑 /hours").click()
    expect(shown.get_by_label("英语内容")).to_have_value("From nine.")
    assert serious(desk.page) == []
    width = desk.page.evaluate("document.querySelector('dialog[open]').scrollWidth")
    assert width <= 390
