"""The agent's console in a real browser, against a running server; Vera writes through a socket of her own."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agents.models import Agent, Queue
from chat.models import Conversation
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.desk import ALICE, HOST, open_waiting
from tests.browser.wire import Wire
from tests.clients import SocketClient


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def composer(page: Page) -> Locator:
    return page.locator("#composer-text")


def test_answers_a_waiting_visitor(desk, vera_writes):
    vera_writes.say("Where is my order?")
    open_waiting(desk)
    expect(log(desk)).to_contain_text("Where is my order?")
    composer(desk).fill("On its way.")
    composer(desk).press("Enter")
    answer = vera_writes.find(lambda f: f["type"] == "message.created" and f["data"]["author"]["kind"] == "agent")
    assert answer["data"]["text"] == "On its way."
    expect(desk.get_by_text("You took this conversation")).to_be_visible()
    desk.get_by_role("button", name="Mine").click()
    expect(desk.get_by_role("link", name=re.compile("Vera"))).to_contain_text("You: On its way.")


@pytest.fixture
def previewing(acme):
    Tenant.objects.filter(pk=acme.pk).update(shows_typing_preview=True)
    yield
    Tenant.objects.filter(pk=acme.pk).update(shows_typing_preview=False)


def test_shows_what_the_visitor_writes_before_it_is_sent(previewing, desk, vera_writes):
    conversation = vera_writes.say("Hello")["data"]["conversation"]
    open_waiting(desk)
    expect(log(desk)).to_contain_text("Hello")
    # A process may remember for a few seconds that the brand did not show it.
    for _try in range(20):
        vera_writes.send("typing.start", {"text": "I would li"}, conversation=conversation)
        with suppress(AssertionError):
            expect(log(desk)).to_contain_text("I would li", timeout=1000)
            break
    expect(log(desk)).to_contain_text("I would li")
    vera_writes.say("I would like to return it")
    expect(log(desk).locator(".typing")).to_have_count(0)


def test_enter_that_ends_a_composition_does_not_send(desk, vera_writes):
    vera_writes.say("你好")
    open_waiting(desk)
    composer(desk).fill("nihao")
    for options in ({"isComposing": True}, {"keyCode": 229}):
        composer(desk).dispatch_event("keydown", {"key": "Enter", "bubbles": True, **options})
    expect(composer(desk)).to_have_value("nihao")
    composer(desk).press("Shift+Enter")
    composer(desk).press("Enter")
    expect(composer(desk)).to_have_value("")


def test_keeps_a_draft_over_a_reload(desk, vera_writes):
    vera_writes.say("Hello")
    open_waiting(desk)
    composer(desk).fill("Half an ans")
    desk.reload()
    expect(composer(desk)).to_have_value("Half an ans")
    expect(desk.get_by_role("link", name=re.compile("Vera"))).to_contain_text("Draft: Half an ans")


def test_a_note_stays_with_the_team(desk, vera_writes):
    vera_writes.say("Hello")
    open_waiting(desk)
    desk.locator("body").press("Escape")
    desk.get_by_role("button", name="Note", exact=True).click()
    asked = []
    desk.on("request", lambda request: request.url.endswith("/bulk") and asked.append(request.url))
    composer(desk).fill("She is a regular.")
    composer(desk).press("Control+Enter")  # which closes after a reply, and only saves a note
    expect(log(desk)).to_contain_text("Private note")
    expect(composer(desk)).to_have_value("")
    desk.get_by_role("button", name="Reply", exact=True).click()
    expect(composer(desk)).to_be_editable()
    vera_writes.expect("conversation.advanced")
    assert "regular" not in str(vera_writes.drain())
    assert not asked


def test_who_writes_while_it_is_closed_writes_on_into_nothing(desk, vera_writes, acme):
    where = vera_writes.say("Hello")["data"]["conversation"]
    open_waiting(desk)
    composer(desk).focus()
    desk.keyboard.type("I will lo")
    vera_writes.request("conversation.close", conversation=where)
    closed = desk.get_by_text("This conversation is closed.")
    expect(closed).to_be_visible()
    desk.keyboard.type("ok after it em")  # e reopens, m and a letter run a macro
    desk.keyboard.press("Enter")
    expect(composer(desk)).to_be_focused()
    expect(composer(desk)).to_have_value("I will lo")
    expect(composer(desk)).not_to_be_editable()
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(closed).to_be_visible()
    with in_tenant(acme):
        assert Conversation.objects.get(pk=where).status == "closed"
    # Pressed while it has the focus: what is pressed does not move away under the pointer.
    desk.get_by_role("button", name="Reopen").last.click()
    expect(closed).to_have_count(0)
    expect(composer(desk)).to_have_value("I will lo")
    expect(composer(desk)).to_be_editable()
    # Where the field is taken away altogether, what is typed on is no shortcut either.
    composer(desk).focus()
    desk.keyboard.type("ok")
    desk.evaluate("document.getElementById('composer-text').remove()")
    desk.keyboard.type("mej")
    expect(desk.get_by_role("dialog")).to_have_count(0)
    expect(closed).to_have_count(0)


def test_what_is_written_while_cut_goes_out_once(person, sign_in, vera_writes):
    page = person()
    wire = Wire(page)
    sign_in(page, ALICE, HOST)
    vera_writes.say("Hello")
    open_waiting(page)
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    # On a busy machine it may have begun by asking: only a socket can be cut.
    expect(page.get_by_role("img", name=re.compile("Connected another way"))).to_have_count(0)
    wire.cut()
    expect(page.locator(".banner")).to_contain_text("your messages are kept")
    composer(page).fill("Are you there?")
    composer(page).press("Enter")
    label = {"name": "label.txt", "mimeType": "text/plain", "buffer": b"label"}
    page.locator(".composer input[type=file]").set_input_files(label)
    expect(page.locator(".chip")).to_contain_text("5 B")
    composer(page).press("Enter")
    vera_writes.say("Yes, I am")
    expect(log(page)).to_contain_text("Sending")
    expect(log(page)).not_to_contain_text("Yes, I am")
    page.reload()
    expect(log(page).get_by_text("label.txt")).to_be_visible()  # a file that waits is no empty bubble
    expect(log(page)).to_contain_text("Sending")
    # Asked for, it tries at once, in vain; and goes on to wait.
    page.get_by_role("button", name="Now").click()
    wire.mend()
    expect(log(page)).to_contain_text("Yes, I am")
    expect(log(page)).not_to_contain_text("Sending")
    page.reload()
    expect(log(page).get_by_text("Are you there?", exact=True)).to_have_count(1)


def state(acme):
    names = (
        "status",
        "assignee_id",
        "awaiting_reply_since",
        "waiting_since",
        "queued_at",
        "snoozed_until",
        "unread_count",
    )
    with in_tenant(acme):
        return Conversation.objects.values(*names).get()


def test_closing_can_be_undone(desk, vera_writes, acme):
    vera_writes.say("Hello")
    open_waiting(desk)
    desk.get_by_role("button", name="Take").click()
    expect(desk.locator(".thread-head")).to_contain_text("with you")
    with in_tenant(acme):
        # Asleep and unread, with a question: all of that goes by closing.
        later = timezone.now() + timedelta(hours=1)
        Conversation.objects.update(snoozed_until=later, unread_count=1, agent_read_seq=0)
    before = state(acme)
    assert before["awaiting_reply_since"] is not None
    desk.get_by_role("button", name="Close", exact=True).click()
    expect(desk.get_by_text("This conversation is closed.")).to_be_visible()
    desk.get_by_role("button", name="Undo").click()
    expect(composer(desk)).to_be_visible()
    expect(desk.locator(".thread-head")).to_contain_text("with you")
    assert state(acme) | {"unread_count": 1} == before  # looked at, it may be read by now


def test_undoing_a_release_takes_it_back_from_whom_routing_gave_it_to(desk, vera_writes, acme, bob):
    vera_writes.say("Hello")
    open_waiting(desk)
    desk.get_by_role("button", name="Take").click()
    expect(desk.locator(".thread-head")).to_contain_text("with you")
    with in_tenant(acme):
        queues, agents = Queue.objects.filter(is_default=True), Agent.objects.filter(pk=bob.pk)
        before = queues.get().strategy
        agents.update(is_present=True, absent_since=None)
        # Alice is away, so that it can only be Bob's.
        Agent.objects.exclude(pk=bob.pk).update(availability="away")
        queues.update(strategy="least_loaded")
    try:
        desk.get_by_role("button", name="Release").click()
        expect(desk.locator(".thread-head")).to_contain_text("with Bob")
        desk.get_by_role("button", name="Undo").click()
        expect(desk.locator(".thread-head")).to_contain_text("with you")
    finally:
        with in_tenant(acme):
            queues.update(strategy=before)


def test_keys_walk_and_act(desk, vera_writes):
    vera_writes.say("Hello")
    expect(desk.locator(".view-count.is-calling")).to_have_text("1")
    desk.locator("body").press("2")
    expect(desk.get_by_role("link", name=re.compile("Vera"))).to_be_visible()
    desk.locator("body").press("j")
    expect(log(desk)).to_contain_text("Hello")
    desk.locator("body").press("t")
    expect(desk.locator(".thread-head")).to_contain_text("with you")
    desk.locator("body").press("r")
    expect(composer(desk)).to_be_focused()
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_a_file_reaches_the_visitor(desk, vera_writes, tmp_path):
    vera_writes.say("Hello")
    open_waiting(desk)
    file = tmp_path / "退货标签.txt"
    file.write_text("label")
    files = desk.locator(".composer input[type=file]")
    files.set_input_files({"name": "nothing.txt", "mimeType": "text/plain", "buffer": b""})
    expect(desk.locator(".toast")).to_contain_text("nothing.txt is empty.")
    files.set_input_files(file)
    expect(desk.locator(".chip")).to_contain_text("5 B")
    desk.get_by_role("button", name="Send", exact=True).click()
    event = vera_writes.find(lambda f: f["type"] == "message.created" and f["data"]["files"])
    assert event["data"]["files"][0]["name"] == "退货标签.txt"
    expect(log(desk)).to_contain_text("退货标签.txt")


def test_profile_is_changed_in_place(desk, vera_writes):
    vera_writes.say("Hello")
    open_waiting(desk)
    desk.get_by_role("button", name="Add email").click()
    desk.get_by_role("textbox", name="Email").fill("vera@example.org")
    desk.keyboard.press("Enter")
    desk.reload()
    expect(desk.get_by_role("complementary")).to_contain_text("vera@example.org")


def test_another_brands_conversation_does_not_exist(desk, server, globex_conversation):
    desk.goto(server.url(HOST, f"/console/c/{globex_conversation.pk}"))
    expect(desk.get_by_role("alert")).to_contain_text("does not exist")
    assert "Gus" not in desk.content()


def test_speaks_chinese_and_goes_dark(desk):
    desk.get_by_role("button", name=re.compile("^Account")).click()
    desk.get_by_role("menuitem", name="Preferences").click()
    desk.get_by_role("radio", name="简体中文").check()
    expect(desk.get_by_role("navigation", name="视图")).to_contain_text("未分配")
    desk.get_by_role("dialog", name="偏好设置").get_by_role("radio", name="深色").check()
    desk.reload()
    expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
    expect(desk.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_one_pane_on_a_phone(person, sign_in, vera_writes):
    vera_writes.say("Hello")
    page = person(viewport={"width": 390, "height": 844})
    sign_in(page, ALICE, HOST)
    open_waiting(page)
    expect(page.get_by_role("search")).to_be_hidden()
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_role("search")).to_be_visible()


def answered(desk: Page, vera_writes: SocketClient, text: str) -> Locator:
    """Alice has answered Vera; returns her message."""
    vera_writes.say("Where is my order?")
    open_waiting(desk)
    composer(desk).fill(text)
    composer(desk).press("Enter")
    message = log(desk).locator(".message", has_text=text)
    expect(message.get_by_role("button", name="Edit")).to_be_attached()
    return message


def test_edits_an_answer_with_the_keyboard(desk, vera_writes):
    message = answered(desk, vera_writes, "On its wya.")
    composer(desk).fill("half a thought")
    message.get_by_role("button", name="Edit").focus()
    expect(message.get_by_role("button", name="Edit")).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(composer(desk)).to_have_value("On its wya.")
    expect(composer(desk)).to_be_focused()
    composer(desk).press("Escape")
    expect(composer(desk)).to_have_value("half a thought")
    message.get_by_role("button", name="Edit").click()
    expect(composer(desk)).to_have_value("On its wya.")
    composer(desk).fill("On its way.")
    composer(desk).press("Enter")
    edited = vera_writes.expect("message.edited")
    assert edited["data"]["text"] == "On its way."
    changed = log(desk).locator(".message", has_text="On its way.")
    expect(changed).to_contain_text("edited")
    expect(composer(desk)).to_have_value("half a thought")
    expect(log(desk).get_by_text("On its wya.")).to_have_count(0)
    desk.reload()
    expect(log(desk).locator(".message", has_text="On its way.")).to_contain_text("edited")


def test_recalls_an_answer_after_asking(desk, vera_writes):
    message = answered(desk, vera_writes, "Wrong window")
    message.get_by_role("button", name="Recall").click()
    question = desk.get_by_role("dialog", name="Recall this message?")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    expect(log(desk)).to_contain_text("Wrong window")
    message.get_by_role("button", name="Recall").click()
    expect(question).to_be_visible()
    desk.keyboard.press("Enter")
    assert vera_writes.expect("message.recalled")
    expect(log(desk).get_by_text("Message recalled")).to_be_visible()
    expect(desk.get_by_text("Wrong window")).to_have_count(0)


def test_others_messages_and_closed_conversations_cannot_be_corrected(desk, vera_writes):
    message = answered(desk, vera_writes, "On its way.")
    expect(
        log(desk).locator(".message", has_text="Where is my order?").get_by_role("button", name="Edit")
    ).to_have_count(0)
    desk.get_by_role("button", name="Close", exact=True).first.click()
    expect(message.get_by_role("button", name="Edit")).to_have_count(0)


def test_who_is_offline_is_told_soon_and_in_one_sentence(desk: Page) -> None:
    """The browser cuts no socket that is open: going offline is a reason to probe it, which takes 7 s."""
    said = "You are offline. You can read and write; messages go out when you are back."
    desk.context.set_offline(True)
    banner = desk.locator(".banner-place")
    expect(banner).to_have_text(said, timeout=15_000)
    # Attempts go on meanwhile, and are nobody's business.
    desk.evaluate(
        "() => new MutationObserver(() => (window.hasChanged = true))"
        ".observe(document.querySelector('.banner-place'), { childList: true, characterData: true, subtree: true })"
    )
    desk.wait_for_timeout(3_000)
    assert desk.evaluate("window.hasChanged") is None
    desk.context.set_offline(False)
    expect(banner).to_have_text("Back online")
