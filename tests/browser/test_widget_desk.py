"""What the desk tells visitors in the widget, and what it asks of them: docs/widget.md, "Around the talk"."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from agents.assignments import take_conversation
from agents.models import Agent
from agents.waiting.telling import tell_standings
from chat.models import Conversation, PageView, Rating, Visitor, Widget
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.axe import serious
from tests.browser.shop import Desk, MakeDesk, Shop
from tests.browser.waiting_room import changed_queue, closed_queue, let_be_answered, let_wait, wishing
from tests.browser.wire import Wire
from tests.clients import Server, SocketClient

Person = Callable[..., Page]
GLOBEX = "globex.localhost"


@pytest.fixture
def desk(server: Server, browser_as: Callable[..., object], connect: Callable[..., SocketClient]) -> MakeDesk:
    def _desk() -> Desk:
        session = browser_as("alice@acme.test").cookie("kefu_session")  # type: ignore[attr-defined]
        socket = connect("agent", session=session)
        socket.hello()
        return Desk(socket)

    return _desk


def test_who_waits_sees_their_place(person: Person, server: Server, acme: Tenant, alice: Agent, now: datetime) -> None:
    with changed_queue(acme):
        before = let_wait(acme, "Ann", "Ben", now=now)
        shop = Shop(person(), server).open()
        shop.say("Where is my tent?")
        bar = shop.panel.locator(".bar.waiting")
        expect(bar).to_have_text("You are 3rd in line")
        expect(bar).to_have_attribute("role", "status")
        with in_tenant(acme):
            take_conversation(before[0].pk, agent=alice, now=now)
            tell_standings(now)
        expect(bar).to_have_text("You are 2nd in line")
        with in_tenant(acme):
            take_conversation(before[1].pk, agent=alice, now=now)
            tell_standings(now)
        expect(bar).to_have_text("You are next in line")
        with in_tenant(acme):
            mine = Conversation.objects.get(status="waiting")
            take_conversation(mine.pk, agent=alice, now=now)
        expect(bar).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "usual"), [("en-US", "Usually answers in 2 minutes"), ("zh-CN", "通常 2 分钟内回复")]
)
def test_how_soon_somebody_answers_is_said_before_one_waits(
    person: Person, server: Server, desk: MakeDesk, acme: Tenant, now: datetime, locale: str, usual: str
) -> None:
    desk()  # Alice is there
    let_be_answered(acme, 60, 90, 600, now=now)
    with changed_queue(acme):
        shop = Shop(person(locale=locale), server, query=f"?lang={locale[:2]}")
        presence = shop.open().panel.locator(".presence")
        # The process may remember for a few seconds that nothing was known.
        for _try in range(15):
            if presence.inner_text() == usual:
                break
            shop.page.wait_for_timeout(1000)
            shop.page.reload()
            shop.open()
        expect(presence).to_have_text(usual)
        shop.say("Where is my tent?")
        expect(shop.panel.locator(".bar.waiting")).to_be_visible()
        expect(presence).not_to_have_text(usual)


def test_who_does_not_want_to_wait_leaves_a_message(
    person: Person, server: Server, acme: Tenant, now: datetime
) -> None:
    with changed_queue(acme, max_waiting_count=1):
        let_wait(acme, "Ann", now=now)
        shop = Shop(person(), server).open()
        shop.say("Hello?")
        instead = shop.panel.get_by_role("button", name="Leave a message instead")
        instead.click()
        expect(shop.panel.get_by_label("Name")).to_be_focused()
        shop.panel.get_by_role("button", name="Back").click()
        expect(shop.composer).to_be_focused()
        instead.click()
        shop.panel.get_by_label("E-mail").fill("vera@example.com")
        shop.panel.get_by_role("textbox", name="Message").fill("Please call me back.")
        shop.panel.get_by_role("button", name="Send").click()
        expect(shop.panel.locator(".notice")).to_contain_text("Your e-mail: vera@example.com")
        expect(shop.panel.locator(".bar.waiting")).to_contain_text("Your message is kept")
        again = Shop(shop.page, server).open()
        expect(again.message("Please call me back.")).to_have_count(1)
        expect(again.panel.locator(".bar.waiting")).to_contain_text("Your message is kept")
        with in_tenant(acme):
            assert Conversation.objects.get(visitor__email="vera@example.com").left_message


def test_outside_hours_there_is_a_form_that_says_when_it_opens(
    person: Person, server: Server, acme: Tenant, globex: Tenant, now: datetime
) -> None:
    with closed_queue(globex, now) as opens:
        page = person(timezone_id="Asia/Shanghai")
        shop = Shop(page, server, GLOBEX).open()
        # In the visitor's zone, not in the queue's.
        there = opens.astimezone(ZoneInfo("Asia/Shanghai"))
        expect(shop.panel.locator(".presence")).to_have_text(f"Back {there:%A} at 17:00")
        expect(shop.panel.locator(".composer")).to_have_count(0)
        send = shop.panel.get_by_role("button", name="Send")
        send.click()
        expect(shop.panel.locator("input:invalid")).to_have_attribute("name", "email")
        shop.panel.get_by_label("Name").fill("Vera")
        shop.panel.get_by_label("E-mail").fill("vera@example.com")
        shop.panel.get_by_role("textbox", name="Message").fill("Do you grind for moka pots?")
        kept = Shop(page, server, GLOBEX).open()
        expect(kept.panel.get_by_role("textbox", name="Message")).to_have_value("Do you grind for moka pots?")
        kept.panel.get_by_label("E-mail").fill("vera@example.com")
        kept.panel.get_by_role("button", name="Send").click()
        expect(kept.message("moka pots")).to_have_count(1)
        expect(kept.panel.locator(".notice")).to_contain_text("Your e-mail: vera@example.com")
        expect(kept.composer).to_have_value("")
        again = Shop(page, server, GLOBEX).open()
        expect(again.panel.locator(".notice")).to_contain_text("Your e-mail: vera@example.com")
        # The other brand is open.
        other = Shop(person(), server).open()
        expect(other.panel.locator(".composer")).to_be_visible()
    with in_tenant(globex):
        assert Visitor.objects.get(email="vera@example.com").conversations.get().left_message
    with in_tenant(acme):
        assert not Visitor.objects.filter(email="vera@example.com").exists()


def test_a_machine_that_slept_finds_the_hours_as_they_are_now(
    person: Person, server: Server, globex: Tenant, now: datetime
) -> None:
    page = person()
    # Its timers stand meanwhile, its clock does not, and its socket is gone.
    page.add_init_script("const now = Date.now; window.slept = 0; Date.now = () => now() + slept")
    wire = Wire(page)
    shop = Shop(page, server, GLOBEX).open()

    def sleep(days: float) -> None:
        shop.frame.evaluate("(days) => { slept += days * 86_400_000 }", days)
        wire.cut()
        wire.mend()

    composer = shop.panel.locator(".composer")
    with closed_queue(globex, now):
        sleep(0.01)
        expect(shop.panel.locator(".trouble")).to_have_count(0)
        expect(composer).to_be_visible()
        sleep(0.5)
        expect(composer).to_have_count(0)
    sleep(4)
    expect(composer).to_be_visible()


def test_a_closed_conversation_is_rated_by_keyboard(
    person: Person, server: Server, desk: MakeDesk, acme: Tenant
) -> None:
    with changed_queue(acme):
        alice = desk()
        shop = Shop(person(), server).open()
        shop.say("Thanks!")
        alice.take_newest()
        alice.request("conversation.close")
        faces = shop.panel.get_by_role("radio")
        expect(faces).to_have_count(5)
        expect(shop.panel.get_by_role("button", name="Send", exact=True)).to_have_count(1)  # the composer's
        faces.first.focus()
        for _ in range(3):
            shop.page.keyboard.press("ArrowRight")
        expect(shop.panel.get_by_label("Good", exact=True)).to_be_checked()
        shop.panel.get_by_label("Anything to add?").fill("Quick and kind.")
        shop.panel.locator(".rating").get_by_role("button", name="Send").click()
        expect(shop.panel.locator(".notice", has_text="You rated this conversation: Good. Thank you!")).to_be_visible()
        expect(faces).to_have_count(0)
        with in_tenant(acme):
            rating = Rating.objects.get()
            assert (rating.score, rating.comment, rating.agent_name) == (4, "Quick and kind.", "Alice")
        again = Shop(shop.page, server).open()
        expect(again.panel.locator(".rating")).to_have_count(0)


def test_who_left_before_the_end_is_asked_on_return_and_once(
    person: Person, server: Server, desk: MakeDesk, acme: Tenant
) -> None:
    with changed_queue(acme):
        alice = desk()
        shop = Shop(person(), server).open()
        shop.say("Thanks!")
        alice.take_newest()
        shop.page.goto("about:blank")
        alice.request("conversation.close")
        back = Shop(shop.page, server).open()
        expect(back.panel.locator(".rating")).to_be_visible()
        expect(back.message("Thanks!")).to_have_count(1)
        back.panel.get_by_role("button", name="Not now").click()
        expect(back.panel.locator(".rating")).to_have_count(0)
        again = Shop(shop.page, server).open()
        expect(again.panel.locator(".greeting, .older").first).to_be_attached()
        expect(again.panel.locator(".rating")).to_have_count(0)


@pytest.mark.parametrize("shows", [True, False])
def test_what_is_being_written_is_sent_only_where_the_visitor_is_told(
    shows: bool, person: Person, server: Server, desk: MakeDesk, acme: Tenant
) -> None:
    with changed_queue(acme), wishing(acme, acme, shows_typing_preview=shows):
        alice = desk()
        shop = Shop(person(), server).open()
        expect(shop.panel.get_by_text("Agents see what you are writing.")).to_have_count(int(shows))
        shop.say("Hello")
        alice.take_newest()
        shop.composer.type("My card is 4111")
        typing = alice.socket.find(lambda frame: frame["type"] == "typing.started")
        assert bool(typing["data"].get("text")) is shows


def test_the_widget_may_ask_who_is_there(
    person: Person, server: Server, acme: Tenant, acme_widget: Widget, now: datetime
) -> None:
    with wishing(acme_widget, acme, theme={"ask": ["name", "email"]}):
        page = person()
        shop = Shop(page, server)
        shop.bubble.click()
        expect(shop.panel.get_by_label("Name")).to_be_focused()
        expect(shop.composer).to_have_count(0)
        shop.panel.get_by_label("Name").fill("Vera")
        shop.panel.get_by_label("E-mail").fill("vera@example.com")
        shop.page.keyboard.press("Enter")
        expect(shop.composer).to_be_focused()
        Shop(page, server).open()
    with in_tenant(acme):
        assert Visitor.objects.get(email="vera@example.com").name == "Vera"


def test_pages_that_the_visitor_goes_on_to_are_told(person: Person, server: Server, acme: Tenant) -> None:
    page = person()
    shop = Shop(page, server).open()
    shop.say("Hello")
    expect(shop.panel.locator(".tick.sent")).to_be_visible()
    with page.expect_request("**/visitor/page-views") as told:
        page.evaluate("history.pushState({}, '', '/demo/?tent=2'); document.title = 'Two-person tent'")
    views = told.value.post_data_json["views"]
    assert [view["title"] for view in views] == ["Two-person tent"]
    assert told.value.response() and told.value.response().status == 201
    with in_tenant(acme):
        newest = PageView.objects.order_by("-viewed_at").first()
        assert newest is not None and newest.url.endswith("/demo/?tent=2")
    assert page.context.cookies(server.url("acme.localhost")) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    scheme: str, person: Person, server: Server, desk: MakeDesk, acme: Tenant, globex: Tenant, now: datetime
) -> None:
    with closed_queue(globex, now):
        form = Shop(person(color_scheme=scheme), server, GLOBEX).open()
        expect(form.panel.locator(".form")).to_be_visible()
        assert serious(form.frame) == []
    with changed_queue(acme, max_waiting_count=1):
        let_wait(acme, "Ann", now=now)
        alice = desk()
        shop = Shop(person(color_scheme=scheme), server).open()
        assert serious(shop.frame) == []
        shop.say("Where is **my** tent? https://example.com/a")
        expect(shop.panel.locator(".bar.waiting")).to_contain_text("2nd in line")
        assert serious(shop.frame) == []
        alice.take_newest()
        alice.say("In Hamburg: https://track.example.com/1")
        expect(shop.message("Hamburg")).to_be_visible()
        shop.panel.get_by_role("button", name="Emoji").click()
        assert serious(shop.frame) == []
        shop.page.keyboard.press("Escape")
        shop.panel.get_by_role("button", name="More").click()
        assert serious(shop.frame) == []
        alice.request("conversation.close")
        shop.panel.get_by_role("radio").nth(4).check(force=True)
        expect(shop.panel.get_by_label("Anything to add?")).to_be_visible()
        assert serious(shop.frame) == []
