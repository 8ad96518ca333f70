"""The live board and the reports in a real browser: watching, moving conversations, charts with tables."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from agents.models import Agent, Queue
from chat.authors import SYSTEM
from chat.marks import tag_conversation
from chat.models import Conversation, Tag
from history.reports.sweep import sweep_reports
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.axe import serious
from tests.browser.desk import ALICE, HOST
from tests.clients import Server, SocketClient
from tests.reports.generated import Play, Recount

BOB = "bob@acme.test"
NARROW = {"width": 390, "height": 844}


@pytest.fixture
def board(desk: Page) -> Page:
    desk.get_by_role("button", name="Live board").click()
    expect(desk.get_by_role("heading", level=1, name="Live board")).to_be_visible()
    expect(desk.get_by_role("status").filter(has_text="Live")).to_be_visible()
    return desk


@pytest.fixture
def month(acme: Tenant, alice: Agent, bob: Agent) -> Iterator[None]:
    """Some talks of the last days, rolled up."""
    now = timezone.now()
    noon = now.replace(hour=12)  # of the same days whenever the test runs
    with in_tenant(acme):
        queue = Queue.objects.get(is_default=True)
        for day in range(1, 15):
            steps = [
                ("ask", 0, 0),
                ("take", day % 2, 60 + day),
                ("answer", day % 2, 30),
                ("close", 0, 900),
                ("rate", 1, 5),
            ]
            begun = noon - timedelta(days=day, hours=day % 5)
            Play([alice, bob], [queue, queue], Recount(), begun).play(steps)
        sweep_reports(now)
    yield


def figure(page: Page, name: str) -> Locator:
    return page.locator(".figure", has=page.get_by_text(name, exact=True)).locator("dd")


def test_a_new_conversation_is_on_the_board_without_a_reload(board: Page, vera_writes: SocketClient) -> None:
    expect(figure(board, "Waiting")).to_have_text("0")
    vera_writes.say("Where is my order?")
    expect(board.get_by_role("row", name=re.compile("Vera"))).to_contain_text("Where is my order?")
    expect(figure(board, "Waiting")).to_have_text("1")
    assert serious(board) == []


def test_a_burst_is_few_questions(board: Page, vera_writes: SocketClient) -> None:
    asked: list[str] = []
    board.on("request", lambda request: asked.append(request.url) if "/agent/board" in request.url else None)
    begun = time.monotonic()
    for number in range(20):
        vera_writes.say(f"Message {number}")
    expect(board.get_by_role("row", name=re.compile("Vera"))).to_contain_text("Message 19")
    # Never more often than once in 2.5 s, however long the burst takes.
    assert len(asked) <= 4 + (time.monotonic() - begun) / 2.5


def test_watching_cannot_write_until_it_is_taken_over(
    board: Page, vera_writes: SocketClient, acme: Tenant, bob: Agent
) -> None:
    from agents.assignments import take_conversation

    conversation = vera_writes.say("Hello")["data"]["conversation"]
    with in_tenant(acme):
        take_conversation(conversation, agent=bob, now=timezone.now())
    board.get_by_role("link", name="Watch Vera").click()
    expect(board.get_by_text("You are watching. Bob has this conversation.")).to_be_visible()
    expect(board.locator("#composer-text")).to_have_count(0)
    expect(board).to_have_url(re.compile("watch=1"))
    vera_writes.say("Are you there?")
    expect(board.get_by_role("log")).to_contain_text("Are you there?")
    board.locator(".watch-bar").get_by_role("button", name="Take over").click()
    expect(board.locator("#composer-text")).to_be_visible()
    with in_tenant(acme):
        assert Conversation.objects.get(pk=conversation).assignee_name == "Alice"


def test_who_waited_waits_again_beside_whose_it_was(
    board: Page, talks: dict[str, Conversation], acme: Tenant, alice: Agent, bob: Agent
) -> None:
    from agents.assignments import take_conversation

    def stands() -> dict[str, tuple[object, ...]]:
        with in_tenant(acme):
            rows = Conversation.objects.values_list("visitor__name", "assignee_name", "waiting_since", "queued_at")
            return {name: tuple(rest) for name, *rest in rows if name in ("Ann", "Ben")}

    with in_tenant(acme):
        take_conversation(talks["Ann"].pk, agent=alice, now=timezone.now())
        Agent.objects.filter(pk=bob.pk).update(is_present=True, absent_since=None)
    board.reload()
    before = stands()
    board.get_by_role("checkbox", name="Pick Ann").check()
    board.get_by_role("checkbox", name="Pick Ben").check()
    board.get_by_role("region", name="2 picked").get_by_role("button", name="Reassign").click()
    board.get_by_role("menuitem", name=re.compile("Bob")).click()
    expect(board.get_by_text("2 conversations given to Bob")).to_be_visible()
    assert {who for who, *_since in stands().values()} == {"Bob"}
    board.get_by_role("button", name="Undo").click()
    expect(board.get_by_role("row", name=re.compile("Ann"))).to_contain_text("Alice")
    expect(board.get_by_role("row", name=re.compile("Ben"))).to_contain_text("Nobody yet")
    assert stands() == before


def test_many_are_given_to_somebody_and_taken_back(
    board: Page, vera_writes: SocketClient, acme: Tenant, bob: Agent
) -> None:
    conversation = vera_writes.say("Hello")["data"]["conversation"]
    with in_tenant(acme):
        Agent.objects.filter(pk=bob.pk).update(is_present=True, absent_since=None)
    board.get_by_role("checkbox", name="Pick Vera").check()
    bulk = board.get_by_role("region", name="1 picked")
    bulk.get_by_role("button", name="Take over").click()
    expect(board.get_by_text("The conversation is yours")).to_be_visible()
    board.get_by_role("button", name="Reassign Vera").click()
    board.get_by_role("menuitem", name=re.compile("Bob")).click()
    expect(board.get_by_text("Given to Bob")).to_be_visible()
    expect(board.get_by_role("row", name=re.compile("Vera"))).to_contain_text("Bob")
    board.get_by_role("button", name="Undo").last.click()
    expect(board.get_by_role("row", name=re.compile("Vera"))).to_contain_text("Alice")
    with in_tenant(acme):
        assert Conversation.objects.get(pk=conversation).assignee_name == "Alice"


def test_agents_find_no_such_page(person: Callable[..., Page], sign_in: Callable[..., None], server: Server) -> None:
    page = person()
    sign_in(page, BOB, HOST)
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    expect(page.get_by_role("button", name="Live board")).to_have_count(0)
    for path in ("board", "reports"):
        page.goto(server.url(HOST, f"/console/{path}"))
        expect(page.get_by_text("There is no such page.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-US"), ("dark", "zh-CN")])
def test_reports_are_shown_and_nothing_serious_is_wrong(
    person: Callable[..., Page], sign_in: Callable[..., None], server: Server, month: None, scheme: str, locale: str
) -> None:
    page = person(color_scheme=scheme, locale=locale)
    sign_in(page, ALICE, HOST)
    page.goto(server.url(HOST, "/console/reports"))
    expect(page.locator(".tiles .figure").first.locator("dd")).to_contain_text("14")
    expect(page.locator("canvas[role=img]")).to_have_count(4)
    assert serious(page) == []
    page.goto(server.url(HOST, "/console/board"))
    expect(page.locator(".numbers-now")).to_be_visible()
    assert serious(page) == []


def test_a_chart_has_its_figures_as_a_table(desk: Page, month: None) -> None:
    desk.get_by_role("button", name="Reports").click()
    volume = desk.locator(".chart", has=desk.get_by_role("heading", name="Conversations", exact=True))
    expect(volume.get_by_role("table")).to_be_hidden()
    volume.get_by_text("As a table").click()
    rows = volume.get_by_role("row")
    expect(rows).to_have_count(29)  # 28 days and a head
    assert sum(int(row.get_by_role("cell").first.inner_text()) for row in rows.all()[1:]) == 14


def test_the_question_is_in_the_address_and_tables_sort(desk: Page, month: None) -> None:
    desk.get_by_role("button", name="Reports").click()
    desk.get_by_role("button", name="7 days").click()
    expect(desk.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    expect(desk.locator(".tiles .figure").first.locator("dd")).to_contain_text(re.compile("^[67]"))
    expect(desk).to_have_url(re.compile("(from=.*tz=)|(tz=.*from=)"))
    desk.reload()
    expect(desk.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    table = desk.locator(".card", has=desk.get_by_role("heading", name="By agent"))
    table.get_by_role("button", name="Name").click()
    expect(table.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    names = [row.get_by_role("rowheader").inner_text() for row in table.get_by_role("row").all()[1:]]
    assert names[:2] == ["Alice", "Bob"]


@pytest.fixture
def tagged(acme: Tenant, month: None) -> Iterator[None]:
    """One of the talks has a tag."""
    with in_tenant(acme):
        tag = Tag.objects.create(name="Refund")
        talk = Conversation.objects.order_by("created_at").first()
        assert talk is not None
        tag_conversation(talk.pk, add=[tag.pk], by=SYSTEM, now=timezone.now())
        sweep_reports(timezone.now())
    yield
    with in_tenant(acme):
        tag.delete()


def test_by_hour_and_by_tag(desk: Page, tagged: None) -> None:
    asked: list[str] = []
    desk.on("request", lambda request: "group=hour" in request.url and asked.append(request.url))
    desk.get_by_role("button", name="Reports").click()
    expect(desk.locator(".tiles .figure").first.locator("dd")).to_contain_text("14")
    assert asked == [], "nobody looked at the hours yet"
    hours = desk.get_by_role("region", name="By hour of the day")
    hours.scroll_into_view_if_needed()
    expect(hours.locator("canvas")).to_have_count(4)
    rows = hours.get_by_role("group", name="By hour of the day").get_by_role("row")
    expect(rows).to_have_count(25)
    assert sum(int(new) for row in rows.all()[1:] if (new := row.get_by_role("cell").first.inner_text()) != "–") == 14
    assert serious(desk) == []
    desk.get_by_role("combobox", name="Tag").select_option("Refund")
    expect(desk.locator(".tiles .figure").first.locator("dd")).to_contain_text(re.compile("^1(?!4)"))
    assert "tag=" in desk.url
    desk.reload()
    expect(desk.get_by_role("combobox", name="Tag").locator("option:checked")).to_have_text("Refund")
    hours.scroll_into_view_if_needed()
    # Agents' time is no tag's.
    expect(hours.locator("canvas")).to_have_count(3)


def test_the_file_is_saved(desk: Page, month: None, tmp_path: Path) -> None:
    desk.get_by_role("button", name="Reports").click()
    desk.get_by_text("Download CSV").click()
    with desk.expect_download() as found:
        desk.get_by_role("link", name="By agent").click()
    found.value.save_as(tmp_path / "report.csv")
    assert "Alice" in (tmp_path / "report.csv").read_text(encoding="utf-8-sig")


def test_days_without_anything_and_a_server_that_does_not_answer(desk: Page) -> None:
    desk.get_by_role("button", name="Reports").click()
    expect(desk.get_by_text("Nothing was counted in these days.")).to_be_visible()
    desk.route("**/api/v1/agent/reports?**", lambda route: route.abort())
    desk.get_by_role("button", name="Today").click()
    expect(desk.get_by_role("alert")).to_contain_text("There is no connection.")
    desk.unroute("**/api/v1/agent/reports?**")
    desk.get_by_role("button", name="Try again").click()
    expect(desk.get_by_text("Nothing was counted in these days.")).to_be_visible()


def test_on_a_phone_nothing_is_cut_off(
    person: Callable[..., Page], sign_in: Callable[..., None], server: Server, month: None
) -> None:
    page = person(viewport=NARROW)
    sign_in(page, ALICE, HOST)
    for path in ("reports", "board"):
        page.goto(server.url(HOST, f"/console/{path}"))
        expect(page.locator(".numbers").first).to_be_visible()
        width = page.evaluate("document.querySelector('.page').scrollWidth")
        assert width <= NARROW["width"], path
