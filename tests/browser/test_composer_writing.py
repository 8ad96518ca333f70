"""Writing: drafts on every device, canned replies, mentions, emoji, what is asked before sending."""

import re
from uuid import uuid4

import pytest
from django.db import transaction
from playwright.sync_api import expect

from agents.accounts import create_agent
from agents.models import Agent, Assignment, CannedReply, DraftReply, Mention, Queue
from tenants.context import in_tenant
from tests.browser.axe import serious
from tests.browser.desk import ALICE, HOST, Console, rows
from tests.browser.wire import Wire
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def replies(acme):
    with in_tenant(acme):
        CannedReply.objects.all().delete()
        for shortcut, title, text in (
            ("hello", "Greeting", "Hello {{visitor.name}}, this is {{agent.name}}."),
            ("shipping", "Where it is", "It leaves us today. {{tracking.number}}"),
            ("refund", "Money back", "We pay it back within {{days}} days."),
        ):
            texts = {"en": text, "zh-hans": f"{{{{visitor.name}}}}，{title}"}
            CannedReply.objects.create(shortcut=shortcut, title=title, texts=texts)
    yield
    with in_tenant(acme):
        CannedReply.objects.all().delete()


def test_a_draft_is_there_on_another_device_and_gone_when_sent(open_console, acme):
    desk = open_console()
    with desk.page.expect_response(re.compile("/draft$")):
        desk.composer.fill("Half an ans")
    other = open_console()
    expect(other.composer).to_have_value("Half an ans")
    other.page.get_by_role("button", name="Unassigned").click()
    expect(other.page.get_by_role("link", name=re.compile("Vera"))).to_contain_text("Draft: Half an ans")
    with other.page.expect_response(re.compile("/draft\\?")):
        other.composer.fill("An answer")
        other.composer.press("Enter")
    with in_tenant(acme):
        assert not DraftReply.objects.exclude(text="").exists()
    desk.page.reload()
    expect(desk.log).to_contain_text("An answer")
    expect(desk.composer).to_have_value("")


def test_what_another_device_wrote_arrives_when_one_comes_back(open_console):
    desk, other = open_console(), open_console()
    with desk.page.expect_response(re.compile("/draft$")):
        desk.composer.fill("from the train")
    # As coming back to this window does; it looks at most every few seconds.
    other.page.evaluate("setInterval(() => dispatchEvent(new Event('focus')), 500)")
    expect(other.composer).to_have_value("from the train", timeout=15_000)


def test_without_a_connection_the_draft_stays_here(open_console, acme):
    desk = open_console()
    desk.page.context.set_offline(True)
    desk.composer.fill("written in a tunnel")
    desk.page.context.set_offline(False)
    desk.page.reload()
    expect(desk.composer).to_have_value("written in a tunnel")
    with in_tenant(acme):
        for _ in range(100):
            if DraftReply.objects.filter(text="written in a tunnel").exists():
                break
            desk.page.wait_for_timeout(100)
        else:
            raise AssertionError("the draft never came to the server")


def test_a_canned_reply_is_found_and_put_in(open_console):
    desk = open_console()
    desk.type("/grt")
    expect(desk.choices).to_have_count(1)
    expect(desk.choices).to_contain_text("/hello")
    expect(desk.composer).to_have_attribute("aria-activedescendant", "completion-0")
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_have_value("Hello Vera, this is Alice.")
    desk.page.keyboard.press("Enter")
    expect(desk.log).to_contain_text("Hello Vera, this is Alice.")
    # Chosen twice while the server takes its time, and something else stands there when it answers.
    held = []
    desk.page.route("**/canned/*/use", lambda route: held.append(route))
    desk.type("您好/hel")
    expect(desk.choices).to_have_count(1)
    with desk.page.expect_request("**/canned/*/use"):
        desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.type(" Yours")
    assert len(held) == 1
    held.pop().continue_()
    expect(desk.composer).to_have_value("您好Hello Vera, this is Alice. Yours")
    desk.page.keyboard.type(", A.")
    expect(desk.composer).to_have_value("您好Hello Vera, this is Alice. Yours, A.")
    desk.composer.fill("")
    desk.type("/hel")
    expect(desk.choices).to_have_count(1)
    with desk.page.expect_request("**/canned/*/use"):
        desk.page.keyboard.press("Enter")
    desk.composer.fill("Never mind")
    with desk.page.expect_response("**/canned/*/use"):
        held.pop().continue_()
    desk.page.wait_for_timeout(100)
    expect(desk.composer).to_have_value("Never mind")


TRANSFER = """(element, [kind, type, text, name]) => {
  const carried = new DataTransfer();
  if (text) carried.setData("text/plain", text);
  if (name) carried.items.add(new File(["picture"], name, { type: "image/png" }));
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste" ? new ClipboardEvent(type, { ...options, clipboardData: carried })
    : new DragEvent(type, { ...options, dataTransfer: carried });
  element.dispatchEvent(event);
  return event.defaultPrevented;
}"""


def test_files_are_dropped_anywhere_on_the_conversation_and_open_nowhere(open_console):
    desk = open_console()
    chips, sign = desk.page.locator(".chip"), desk.page.locator(".drop-sign")
    rail = desk.page.get_by_role("navigation", name="Views")
    # Or else the browser opens it in place of the console.
    assert rail.evaluate(TRANSFER, ["drag", "dragover", "", "a.png"])
    assert rail.evaluate(TRANSFER, ["drag", "drop", "", "a.png"])
    assert not rail.evaluate(TRANSFER, ["drag", "dragover", "text", ""])
    expect(chips).to_have_count(0)
    assert desk.log.evaluate(TRANSFER, ["drag", "dragover", "", "b.png"])
    expect(sign).to_have_text("Drop files to attach them")
    assert desk.log.evaluate(TRANSFER, ["drag", "drop", "", "b.png"])
    expect(sign).to_have_count(0)
    expect(chips).to_have_count(1)
    # A picture of the log that is dragged by a slip of the hand is no file to send.
    desk.log.evaluate(TRANSFER, ["drag", "dragstart", "", "own.png"])
    desk.log.evaluate(TRANSFER, ["drag", "drop", "", "own.png"])
    expect(chips).to_have_count(1)
    desk.log.evaluate(TRANSFER, ["drag", "dragend", "", ""])
    # Cells come with a picture of themselves; a file with its name.
    assert not desk.composer.evaluate(TRANSFER, ["paste", "paste", "Order\t4711", "image.png"])
    expect(chips).to_have_count(1)
    assert desk.composer.evaluate(TRANSFER, ["paste", "paste", "c.png", "c.png"])
    expect(chips).to_have_count(2)
    desk.press("n")
    assert desk.log.evaluate(TRANSFER, ["drag", "dragover", "", "d.png"])
    expect(sign).to_have_text("Notes carry no files. Attach them to a reply.")
    desk.log.evaluate(TRANSFER, ["drag", "drop", "", "d.png"])
    assert desk.composer.evaluate(TRANSFER, ["paste", "paste", "", "d.png"])
    expect(desk.page.locator(".toast", has_text="Notes carry no files.")).to_have_count(2)
    desk.press("r")
    expect(chips).to_have_count(2)


def test_arrows_choose_and_escape_puts_the_list_away(open_console):
    desk = open_console()
    desk.type("/")
    expect(desk.choices).to_have_count(3)
    desk.page.keyboard.press("ArrowDown")
    expect(desk.choices.nth(1)).to_have_attribute("aria-selected", "true")
    assert serious(desk.page) == []
    desk.page.keyboard.press("Escape")
    expect(desk.choices).to_have_count(0)
    expect(desk.composer).to_be_focused()
    expect(desk.composer).to_have_value("/")


def test_a_variable_that_stayed_is_asked_about(open_console, vera_writes):
    desk = open_console()
    desk.type("/refund")
    expect(desk.choices).to_have_count(1)
    desk.page.keyboard.press("Tab")
    expect(desk.composer).to_have_value("We pay it back within {{days}} days.")
    desk.page.keyboard.press("Enter")
    question = desk.dialog("Send anyway")
    expect(question).to_contain_text("{{days}}")
    assert serious(desk.page) == []
    question.get_by_role("button", name="Go back").click()
    expect(question).to_have_count(0)
    expect(desk.composer).to_be_focused()
    desk.composer.fill("We pay it back within 5 days.")
    desk.page.keyboard.press("Enter")
    told = vera_writes.find(lambda f: f["type"] == "message.created" and f["data"]["author"]["kind"] == "agent")
    assert told["data"]["text"] == "We pay it back within 5 days."


def test_a_message_is_kept_as_ones_own_reply(open_console):
    desk = open_console()
    desk.composer.fill("Our shop opens at nine.")
    desk.composer.press("Enter")
    message = desk.log.locator(".message", has_text="opens at nine")
    message.hover()
    message.get_by_role("button", name="Keep as canned reply").click()
    form = desk.dialog("New canned reply")
    expect(form.get_by_label("Text in English")).to_have_value("Our shop opens at nine.")
    form.get_by_label("Shortcut, after “/”").fill("hello")
    assert serious(desk.page) == []
    form.get_by_label("Shortcut, after “/”").fill("open")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    desk.type("/ope")
    expect(desk.choices).to_contain_text("yours")
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_have_value("Our shop opens at nine.")


def test_a_colleague_is_named_told_and_sees_it(open_console, acme, bob):
    desk, bobs = open_console(), open_console("bob@acme.test")
    bobs.page.get_by_role("button", name="Mine").click()
    bobs.page.goto(bobs.server.url("acme.localhost", "/console/"))
    expect(bobs.page.get_by_role("navigation", name="Views")).to_be_visible()
    desk.press("n")
    desk.type("look @bo")
    expect(desk.choices).to_have_count(1)
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_have_value("look @Bob ")
    desk.page.keyboard.type("please")
    desk.page.keyboard.press("Enter")
    expect(desk.log.locator(".mention")).to_have_text("@Bob")
    expect(bobs.page).to_have_title(re.compile(r"^\(1\)"))
    bobs.open(desk.page.url.rsplit("/", 1)[1])
    expect(bobs.log.locator(".mention.is-me")).to_have_text("@Bob")
    expect(bobs.page).not_to_have_title(re.compile(r"^\("))
    with in_tenant(acme):
        assert Mention.objects.get(agent=bob).seen_at is not None


def test_who_was_named_while_cut_off_is_told_when_back(person, sign_in, acme, alice, bobs_socket, where):
    page = person()
    wire = Wire(page)
    sign_in(page, ALICE, HOST)
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Connected another way"))).to_have_count(0)
    wire.cut()
    expect(page.locator(".banner")).to_be_visible()
    data = {"client_id": str(uuid4()), "text": "@Alice hi", "mentions": [str(alice.pk)]}
    bobs_socket.request("note.create", data, conversation=where)
    wire.mend()
    expect(page.locator(".view-more .view-count")).to_have_text("1")
    page.get_by_role("button", name="Unassigned").click()
    rows(page).first.click()
    expect(page.locator(".view-more .view-count")).to_have_count(0)
    with in_tenant(acme):
        assert Mention.objects.get(agent=alice).seen_at is not None


def test_an_emoji_is_found_by_its_name(open_console):
    desk = open_console()
    desk.type("at 10:30 :par")
    expect(desk.choices.first).to_contain_text("🎉")
    desk.page.keyboard.press("Enter")
    expect(desk.composer).to_have_value("at 10:30 🎉 ")


def test_an_answer_that_came_meanwhile_is_shown_first(open_console, bobs_socket, where, vera_writes):
    desk = open_console()
    desk.composer.fill("It is lost, sorry")
    bobs_socket.say("It is on its way", conversation=where)
    expect(desk.log).to_contain_text("It is on its way")
    desk.composer.press("Enter")
    question = desk.dialog("Send anyway")
    expect(question).to_contain_text("Bob answered while you were writing")
    expect(question).to_contain_text("It is on its way")
    desk.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(desk.log).not_to_contain_text("It is lost")
    # Seen now: it asks once about one answer.
    desk.composer.press("Enter")
    expect(desk.log).to_contain_text("It is lost, sorry")
    desk.composer.fill("And another thing")
    desk.composer.press("Enter")
    expect(desk.log).to_contain_text("And another thing")


def test_who_looks_and_who_writes_is_seen(open_console, bobs_socket, where):
    desk = open_console()
    bobs_socket.request("conversation.view", conversation=where)
    expect(desk.page.locator(".viewers")).to_contain_text("Bob is looking")
    bobs_socket.request("conversation.view", {"is_writing": True}, conversation=where)
    expect(desk.page.locator(".viewers")).to_contain_text("Bob is writing too")
    bobs_socket.request("conversation.view", {"has_left": True}, conversation=where)
    expect(desk.page.locator(".viewers")).not_to_contain_text("Bob")
    desk.type("He")
    told = bobs_socket.find(lambda f: f["type"] == "conversation.viewers" and f["data"]["viewers"][0]["is_writing"])
    assert told["data"]["viewers"][0]["agent"]["name"] == "Alice"


@pytest.fixture
def both_brands(acme, globex, now) -> str:
    """An account that works for both brands."""
    email = f"cara.{uuid4().hex[:8]}@both.test"
    made = []
    for tenant, password in ((acme, PASSWORD), (globex, None)):
        with in_tenant(tenant):
            queues = [Queue.objects.first()]
            agent, _ = create_agent(email=email, name="Cara", password=password, role="agent", queues=queues, now=now)
            made.append((tenant, agent))
    yield email
    for tenant, agent in made:
        with in_tenant(tenant), transaction.atomic():
            # Locked as routing locks it, which may still give this agent something.
            Agent.objects.select_for_update(no_key=False).get(pk=agent.pk)
            Assignment.objects.filter(agent=agent).delete()
            agent.delete()


def test_another_brands_name_is_asked_about(open_console, both_brands):
    desk = open_console(both_brands)
    expect(desk.page.locator(".brand-sign")).to_contain_text("as Acme")
    desk.composer.fill("Thank you for choosing Globex!")
    desk.composer.press("Enter")
    expect(desk.dialog("Send anyway")).to_contain_text("The text names Globex, and you are writing as Acme.")
    desk.dialog("Send anyway").get_by_role("button", name="Send anyway").click()
    expect(desk.log).to_contain_text("Thank you for choosing Globex!")


def test_a_message_that_is_edited_leaves_the_draft_alone(open_console):
    desk: Console = open_console()
    desk.composer.fill("On its wya.")
    desk.composer.press("Enter")
    desk.composer.fill("half a thought")
    message = desk.log.locator(".message", has_text="wya")
    message.hover()
    message.get_by_role("button", name="Edit").click()
    expect(desk.composer).to_have_value("On its wya.")
    desk.composer.fill("On its way.")
    desk.composer.press("Enter")
    expect(desk.log).to_contain_text("On its way.")
    expect(desk.composer).to_have_value("half a thought")
