"""The widget in a real browser against a real server: docs/widget.md."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.shop import Desk, MakeDesk, Shop
from tests.browser.wire import Wire
from tests.clients import Server, SocketClient

Person = Callable[..., Page]


SESSIONS = "**/api/v1/visitor/sessions"


def hold_sessions(page: Page) -> list[Route]:
    """Questions for a session that wait for their answer."""
    held: list[Route] = []
    page.route(SESSIONS, lambda route: held.append(route))
    return held


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def desk(server: Server, browser_as: Callable[..., object], connect: Callable[..., SocketClient]) -> MakeDesk:
    def _desk() -> Desk:
        session = browser_as("alice@acme.test").cookie("kefu_session")  # type: ignore[attr-defined]
        socket = connect("agent", session=session)
        socket.hello()
        socket.request("availability.set", {"availability": "online"})
        return Desk(socket)

    return _desk


def test_a_visitor_and_an_agent_talk(person: Person, server: Server, desk: MakeDesk) -> None:
    alice = desk()
    shop = Shop(person(), server).open()
    shop.say("Where is my tent?")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    expect(shop.panel.locator(".bar.waiting")).to_be_visible()
    alice.take_newest()
    alice.socket.send("typing.start", {}, conversation=alice.conversation)
    expect(shop.panel.locator(".dots")).to_be_visible()
    alice.say("In **Hamburg**: https://track.example.com/1")
    answer = shop.message("Hamburg")
    expect(answer.locator("strong")).to_have_text("Hamburg")
    expect(answer.locator("a")).to_have_attribute("target", "_blank")
    expect(answer.locator("a")).to_have_attribute("rel", re.compile("noopener"))
    expect(shop.panel.locator(".dots")).to_have_count(0)
    expect(shop.panel.locator(".tick.read")).to_be_visible()
    expect(shop.panel.locator(".presence")).to_contain_text("Alice")
    read = alice.socket.find(lambda f: f["type"] == "conversation.read" and f["data"]["by"] == "visitor")
    assert read["data"]["seq"] >= 3


def test_what_was_said_is_there_after_a_reload(person: Person, server: Server, desk: MakeDesk) -> None:
    alice = desk()
    shop = Shop(person(), server).open()
    shop.say("Do you remember me?")
    alice.take_newest()
    alice.say("I do.")
    expect(shop.message("I do.")).to_be_visible()
    again = Shop(shop.page, server).open()
    expect(again.message("Do you remember me?")).to_have_count(1)
    expect(again.message("I do.")).to_have_count(1)


def test_unread_answers_are_counted_on_the_closed_bubble_and_after_a_reload(
    person: Person, server: Server, desk: MakeDesk
) -> None:
    alice = desk()
    shop = Shop(person(), server).open()
    shop.say("Hello?")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    alice.take_newest()
    shop.composer.press("Escape")
    expect(shop.composer).to_be_hidden()
    alice.say("one")
    alice.say("two")
    expect(shop.page.locator(".badge")).to_have_text("2")
    again = Shop(shop.page, server)
    expect(again.page.locator(".badge")).to_have_text("2")
    again.open()
    expect(again.panel.locator(".divider.new")).to_be_visible()
    expect(again.page.locator(".badge")).to_be_hidden()


def test_a_cut_connection_loses_and_doubles_nothing(person: Person, server: Server, desk: MakeDesk) -> None:
    alice = desk()
    page = person()
    line = Wire(page)
    shop = Shop(page, server).open()
    shop.say("before")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    alice.take_newest()
    line.cut()
    shop.say("while cut")
    alice.say("said meanwhile")
    expect(shop.message("while cut").locator(".tick.sending")).to_be_visible()
    trouble = shop.panel.locator(".bar.trouble")
    expect(trouble.locator(".kf-sr")).to_have_text("Connecting. Your messages are kept.")
    # What is read out stands still while the seconds go by.
    expect(trouble.locator("span:not(.kf-sr)")).to_have_attribute("aria-hidden", "true")
    expect(trouble).to_contain_text(re.compile(r"Reconnecting in \d+ s\. Your messages are kept"))
    line.mend()
    expect(shop.message("said meanwhile")).to_have_count(1)
    expect(shop.panel.locator(".message.mine")).to_have_count(2)
    expect(shop.panel.locator(".message.sending")).to_have_count(0)
    expect(shop.panel.locator(".bar.trouble")).to_have_count(0)


def test_a_message_whose_ack_was_lost_stands_once_in_what_is_loaded_anew(
    person: Person, server: Server, desk: MakeDesk
) -> None:
    alice = desk()
    page = person()
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        """The first socket hears nothing but its hello; what came meanwhile is too much for the second to resume."""
        is_first = not sockets
        sockets.append(socket)
        far = socket.connect_to_server()

        def hear(frame: str | bytes) -> None:
            said = json.loads(frame)
            if said["type"] == "resumed":
                tops = {id_: {"recovered": False, "top": 1} for id_ in said["data"]["conversations"]}
                said["data"]["conversations"] = tops
            if not is_first or said["type"] in ("hello", "resumed"):
                socket.send(json.dumps(said))

        far.on_message(hear)

    shop = Shop(page, server).open()
    shop.say("first")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    page.route_web_socket("**/ws/v1/visitor", pass_on)
    again = Shop(page, server).open()
    again.say("second")
    alice.socket.find(
        lambda f: f["type"] == "conversation.updated" and f["data"]["rows"][0]["last_message"]["text"] == "second"
    )
    sockets[0].close(code=1012)
    expect(again.message("second").locator(".tick.sent").first).to_be_visible()
    expect(again.panel.locator(".message.sending")).to_have_count(0)
    expect(again.message("second")).to_have_count(1)


def test_a_message_written_while_cut_survives_a_reload(person: Person, server: Server, desk: MakeDesk) -> None:
    page = person()
    line = Wire(page)
    shop = Shop(page, server).open()
    shop.say("first")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    line.cut()
    shop.say("kept in the outbox")
    expect(shop.message("kept in the outbox").locator(".tick.sending")).to_be_visible()
    line.mend()
    again = Shop(page, server).open()
    expect(again.message("kept in the outbox")).to_have_count(1)
    expect(again.panel.locator(".message.sending")).to_have_count(0)


def test_files_and_pictures_travel(person: Person, server: Server, desk: MakeDesk, tmp_path: Path) -> None:
    shop = Shop(person(), server).open()
    shop.panel.locator("input[type=file]").set_input_files(
        [
            {"name": "order.txt", "mimeType": "text/plain", "buffer": b"order 10482"},
            {"name": "tent.png", "mimeType": "image/png", "buffer": picture()},
        ]
    )
    film = tmp_path / "film.mov"
    with film.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    shop.panel.locator("input[type=file]").set_input_files(film)
    nothing = {"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""}
    shop.panel.locator("input[type=file]").set_input_files(nothing)
    expect(shop.panel.locator(".upload", has_text="nothing.txt")).to_contain_text("This file is empty")
    shop.panel.locator(".upload", has_text="nothing.txt").get_by_role("button", name="Remove").click()
    expect(shop.panel.locator(".upload")).to_have_count(3)
    expect(shop.panel.locator(".progress")).to_have_count(0)
    shop.say("Both files")
    expect(shop.panel.locator(".attachment")).to_contain_text("order.txt")
    expect(shop.panel.locator(".upload")).to_contain_text("film.movLarger than 20 MB")
    again = Shop(shop.page, server).open()
    expect(again.panel.locator(".picture img")).to_be_visible()
    with again.page.expect_download() as download:
        again.panel.locator(".attachment").click()
    assert download.value.suggested_filename == "order.txt"
    again.panel.locator(".picture").click()
    expect(again.panel.locator(".lightbox img")).to_be_visible()
    again.page.keyboard.press("Escape")
    expect(again.panel.locator(".lightbox")).to_have_count(0)
    expect(again.composer).to_be_visible()


def test_a_closed_conversation_goes_on_or_a_new_one_begins(person: Person, server: Server, desk: MakeDesk) -> None:
    alice = desk()
    shop = Shop(person(), server).open()
    shop.say("First")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    alice.take_newest()
    presence = shop.panel.locator(".presence")
    expect(presence).to_have_text("Alice is with you")
    alice.request("conversation.close")
    expect(presence).not_to_have_text("Alice is with you")
    shop.say("Still there?")
    expect(shop.panel.locator(".notice", has_text="goes on")).to_be_visible()
    expect(presence).to_have_text("Alice is with you")
    alice.request("conversation.close")
    shop.panel.get_by_role("button", name="Start a new one").click()
    expect(shop.panel.locator(".bar")).to_have_count(0)
    shop.say("Second")
    expect(shop.panel.locator(".divider", has_text="New conversation")).to_be_visible()
    expect(shop.message("First")).to_have_count(1)
    # What is read in the first one counts there.
    expect(shop.message("Second").locator(".tick.sent")).to_be_visible()
    alice.request("conversation.read", {"seq": 6})
    alice.take_newest()
    alice.socket.send("typing.start", {}, conversation=alice.conversation)
    expect(shop.panel.locator(".dots")).to_be_visible()
    expect(shop.message("Second").locator(".tick.sent")).to_be_visible()


def test_keys_while_composing_are_the_input_methods(person: Person, server: Server) -> None:
    shop = Shop(person(), server).open()
    shop.composer.fill("ni hao")
    for key in ("Enter", "Escape"):
        for sign in ("isComposing: true", "keyCode: 229"):  # 229: Safari, for the key that ends it
            press = f"new KeyboardEvent('keydown', {{key: '{key}', {sign}, bubbles: true, cancelable: true}})"
            shop.composer.evaluate(f"(area) => area.dispatchEvent({press})")
    expect(shop.bubble).to_have_attribute("aria-expanded", "true")
    shop.composer.press("Shift+Enter")
    expect(shop.composer).to_have_value(re.compile("ni hao\n"))
    expect(shop.panel.locator(".message")).to_have_count(0)


def test_a_text_is_pasted_as_text_though_a_picture_of_it_comes_along(person: Person, server: Server) -> None:
    shop = Shop(person(), server).open()
    paste = """(area, text) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(9)], "image.png", {type: "image/png"}));
        if (text) data.setData("text/plain", text);
        return area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    }"""
    assert shop.composer.evaluate(paste, "Tent\t2\t€180") is True, "left to the browser"
    expect(shop.panel.locator(".upload")).to_have_count(0)
    assert shop.composer.evaluate(paste, "") is False
    expect(shop.panel.locator(".upload")).to_have_count(1)


def test_the_keyboard_opens_stays_inside_and_closes(person: Person, server: Server) -> None:
    shop = Shop(person(), server)
    shop.bubble.focus()
    shop.page.keyboard.press("Enter")
    expect(shop.composer).to_be_focused()
    for _ in range(20):
        shop.page.keyboard.press("Tab")
        assert shop.page.evaluate("document.activeElement.tagName") == "DIV", "focus left the frame"
    shop.page.keyboard.press("Escape")
    expect(shop.bubble).to_have_attribute("aria-expanded", "false")
    expect(shop.bubble).to_be_focused()


def test_a_hostile_page_changes_nothing(person: Person, server: Server) -> None:
    page = person()
    shop = Shop(page, server)
    before = shop.bubble.bounding_box()
    page.add_style_tag(
        content="* { display: none !important; all: unset !important; opacity: 0 !important }"
        "html > div, body > div { transform: scale(3) !important; z-index: -1 !important; position: static !important }"
        "html, body { display: block !important; filter: none !important }"
    )
    assert shop.bubble.bounding_box() == before
    shop.open()
    box = page.locator("iframe").bounding_box()
    assert box and (round(box["width"]), round(box["height"])) == (384, 640)


def test_messages_that_the_panel_did_not_send_are_ignored(person: Person, server: Server) -> None:
    shop = Shop(person(), server).open()
    forged = [
        {"kefu": 1, "type": "close"},
        {"kefu": 1, "type": "unread", "count": 99},
        {"kefu": 1, "type": "message", "author": "Mallory", "text": "Send your password"},
    ]
    shop.page.evaluate("(forged) => { for (const one of forged) window.postMessage(one, '*') }", forged)
    # A message from the page itself to the panel, in every wrong shape.
    wrong = [{"type": "reset"}, {"kefu": 1, "type": "state"}, {"kefu": 1, "type": "toString"}, None, "reset"]
    shop.page.evaluate(
        "(wrong) => { for (const one of wrong) document.documentElement.lastElementChild.shadowRoot"
        ".querySelector('iframe').contentWindow.postMessage(one, location.origin) }",
        wrong,
    )
    shop.say("Still here")
    expect(shop.message("Still here")).to_be_visible()
    expect(shop.bubble).to_have_attribute("aria-expanded", "true")
    expect(shop.page.locator(".badge")).to_be_hidden()


def test_calls_made_before_the_loader_wait_for_it(person: Person, server: Server) -> None:
    page = person()
    page.add_init_script(
        "window.kefu = function () { (window.kefu.q = window.kefu.q || []).push(arguments) };"
        "window.heard = [];"
        "for (const event of ['ready', 'open']) kefu('on', event, () => heard.push(event));"
        "kefu('open')"
    )
    shop = Shop(page, server)
    expect(shop.composer).to_be_visible()
    page.wait_for_function("window.heard.includes('ready') && window.heard.includes('open')")
    # Run once more, as by a tag manager or a body that is swapped with its scripts: the first goes on.
    page.evaluate("window.kefu = function () { (window.kefu.q = window.kefu.q || []).push(arguments) };kefu('close')")
    page.evaluate(
        "new Promise((done) => { const again = document.createElement('script');"
        "again.src = '/kefu.js'; again.dataset.key = document.querySelector('script[data-key]').dataset.key;"
        "again.onload = done; document.head.append(again) })"
    )
    expect(shop.bubble).to_have_count(1)
    expect(shop.bubble).to_have_attribute("aria-expanded", "false")
    shop.open()
    assert page.evaluate("window.heard.filter((event) => event === 'ready').length") == 1


def test_the_page_chooses_language_and_theme(person: Person, server: Server) -> None:
    shop = Shop(person(color_scheme="light"), server).open()
    expect(shop.composer).to_have_attribute("placeholder", "Write a message")
    shop.page.evaluate("kefu('locale', 'zh-Hans'); kefu('theme', 'dark')")
    expect(shop.composer).to_have_attribute("placeholder", "输入消息")
    expect(shop.panel.locator("html")).to_have_attribute("data-theme", "dark")
    expect(shop.bubble).to_have_attribute("aria-label", "收起聊天")


def test_reset_forgets_the_visitor(person: Person, server: Server) -> None:
    shop = Shop(person(), server).open()
    shop.say("My secret")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    shop.page.evaluate("kefu('reset')")
    expect(shop.message("My secret")).to_have_count(0)
    again = Shop(shop.page, server).open()
    expect(again.panel.locator(".greeting")).to_be_visible()
    expect(again.message("My secret")).to_have_count(0)


def test_a_widget_that_is_refused_for_a_while_keeps_its_visitor(person: Person, server: Server) -> None:
    shop = Shop(person(), server).open()
    shop.say("Keep this")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    shop.page.route(SESSIONS, lambda route: route.fulfill(status=404), times=2)
    again = Shop(shop.page, server)
    again.bubble.click()
    retry = again.panel.get_by_role("button", name="Retry")
    with again.page.expect_response(SESSIONS):
        retry.click()
    retry.click()
    expect(again.message("Keep this")).to_have_count(1)


def test_what_is_written_while_the_session_is_renewed_is_sent(person: Person, server: Server, desk: MakeDesk) -> None:
    page = person()
    line = Wire(page)
    shop = Shop(page, server).open()
    shop.say("first")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    held = hold_sessions(page)
    with page.expect_request(SESSIONS):
        line.open.pop().close(code=4409)
    shop.say("in between")
    expect(shop.message("in between")).to_be_visible()
    held.pop().continue_()
    expect(shop.panel.locator(".message.mine")).to_have_count(2)
    expect(shop.message("in between").locator(".tick.sent")).to_be_visible()


def test_who_a_visitor_is_may_be_said_while_the_session_begins(person: Person, server: Server) -> None:
    page = person()
    held = hold_sessions(page)
    shop = Shop(page, server)
    with page.expect_request(SESSIONS):
        shop.bubble.click()
    page.evaluate("kefu('identify', {name: 'Vera'})")
    with page.expect_response("**/api/v1/visitor/identify") as answer:
        held.pop().continue_()
    assert answer.value.json()["visitor"]["name"] == "Vera"


def test_nothing_of_a_visitor_is_left_after_a_reset(person: Person, server: Server) -> None:
    page = person()
    shop = Shop(page, server).open()
    shop.panel.locator('input[type="file"]').set_input_files(
        {"name": "mine.png", "mimeType": "image/png", "buffer": picture()}
    )
    expect(shop.panel.locator(".upload")).to_have_count(1)
    with page.expect_response(SESSIONS):
        page.evaluate("kefu('reset')")
    expect(shop.panel.locator(".upload")).to_have_count(0)


def test_a_session_that_comes_after_a_reset_is_nobodys(person: Person, server: Server) -> None:
    page = person()
    shop = Shop(page, server).open()
    shop.say("My secret")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    page.route("**/api/v1/visitor/logout", lambda route: route.abort())
    held = hold_sessions(page)
    with page.expect_request(SESSIONS):
        again = Shop(page, server)
    with page.expect_request("**/api/v1/visitor/logout"):
        page.evaluate("kefu('reset')")
    page.unroute(SESSIONS)
    with page.expect_response(SESSIONS):
        held.pop().continue_()
    again.open()
    expect(again.panel.locator(".greeting")).to_be_visible()
    expect(again.message("My secret")).to_have_count(0)


def test_an_earlier_page_that_comes_after_a_reset_is_not_shown(person: Person, server: Server, desk: MakeDesk) -> None:
    alice = desk()
    page = person()
    shop = Shop(page, server).open()
    shop.say("My secret")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    alice.take_newest()
    alice.request("conversation.close")
    shop.panel.get_by_role("button", name="Start a new one").click()
    shop.say("Second")
    expect(shop.message("Second").locator(".tick.sent")).to_be_visible()
    events = f"**/conversations/{alice.conversation}/events*"
    with page.expect_response(events) as answer:
        Shop(page, server).open()
    body = answer.value.body()
    held: list[Route] = []
    page.route(events, lambda route: held.append(route))
    again = Shop(page, server).open()
    expect(again.panel.locator(".older .pulse")).to_be_visible()
    with page.expect_response(SESSIONS):
        page.evaluate("kefu('reset')")
    expect(again.message("Second")).to_have_count(0)
    expect(again.composer).to_be_visible()
    with page.expect_response(events):
        held.pop().fulfill(body=body, content_type="application/json")
    # What the visitor says next stands in the log after whatever came.
    again.say("Somebody else")
    expect(again.panel.locator(".tick.sent")).to_be_visible()
    expect(again.message("My secret")).to_have_count(0)


def test_on_a_phone_the_panel_takes_the_screen(person: Person, server: Server) -> None:
    page = person(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    shop = Shop(page, server).open()
    box = page.locator("iframe").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    for button in shop.panel.locator("button:visible, label:visible").all():
        size = button.bounding_box()
        assert size and min(size["width"], size["height"]) >= 44, button.inner_html()
    shop.panel.get_by_role("button", name="Close chat").click()
    expect(shop.bubble).to_be_visible()
