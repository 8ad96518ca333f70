"""An agent's day, as docs/day.md tells it: in both languages and themes, with the pictures that the docs show.

`make pictures` takes them anew.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from agents.models import Agent, AutomationRule, Queue
from agents.sla.sweep import sweep_sla
from chat.models import Conversation, Rating
from history.reports.sweep import sweep_reports
from kefu_project.demo.brands import DemoLogin
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.browser.camera import Camera
from tests.browser.day import PHONE, WIDE, WORDS, Day, afternoon_zone, composer, demo_brand, open_row, press
from tests.browser.shop import Shop
from tests.clients import Server

# Each language and each theme once; all four where pictures are taken of them.
COMBINATIONS = [("en", "light"), ("zh", "dark")]
if os.environ.get("KF_PICTURES") or os.environ.get("KF_SCREENS"):
    COMBINATIONS = [(language, theme) for language in WORDS for theme in ("light", "dark")]


@dataclass(frozen=True)
class Brand:
    language: str
    theme: str
    tenant: Tenant
    people: list[DemoLogin]


@pytest.fixture(params=COMBINATIONS, ids="-".join)
def brand(
    request: pytest.FixtureRequest, server: Server, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> Iterator[Brand]:
    language, theme = request.param
    with demo_brand(WORDS[language], monkeypatch, now) as (tenant, people):
        yield Brand(language, theme, tenant, people)


@pytest.fixture
def day(brand: Brand, server: Server, person: Callable[..., Page], chromium: Browser, now: datetime) -> Day:
    """After the brand, so that its pages are closed before it goes."""
    camera = Camera(chromium, f"{brand.language}-{brand.theme}")
    zone = afternoon_zone(now)
    return Day(WORDS[brand.language], brand.theme, brand.tenant, brand.people, server, person, camera, zone)


def test_an_agents_day(day: Day, now: datetime) -> None:
    with in_tenant(day.tenant):
        sweep_sla(now)  # the promises of what came while nobody was here
    desk = day.sign_in(0)
    look_around(day, desk)
    shop = a_visitor_writes(day, desk)
    answer(day, desk, shop)
    colleagues = [day.sign_in(1), day.sign_in(2)]
    ask_a_colleague(day, desk, colleagues[0])
    mark(day, desk)
    hand_over(day, desk)
    say_goodbye(day, desk, shop)
    do_many_at_once(day, desk)
    on_the_phone(day, desk)
    supervise(day, desk, now)
    administer(day, desk)


def look_around(day: Day, desk: Page) -> None:
    """Who waited is here already: routing gave them to the first who came."""
    press(desk, "1")
    expect(desk.locator(".rows .row", has_text=day.words.other)).to_be_visible()
    waiting = desk.locator(".rows .row")
    expect(desk.locator("nav [aria-current=true]")).to_contain_text(str(waiting.count()))
    day.camera.take(desk, "empty")
    open_row(desk, day.words.known)
    expect(desk.locator(".person-note")).to_be_visible()
    day.camera.take(desk, "thread")
    press(desk, "?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    day.camera.take(desk, "keys")
    desk.keyboard.press("Escape")


def a_visitor_writes(day: Day, desk: Page) -> Shop:
    shop = Shop(day.page(), day.server, f"{day.words.host}.localhost", f"?lang={day.words.locale[:2]}").open()
    shop.page.evaluate("([name]) => window.kefu('identify', { name })", [day.words.visitor])
    shop.say(day.words.question)
    row = desk.locator(".rows .row", has_text=day.words.question[:12])
    expect(row).to_be_visible()
    row.click()
    expect(desk.get_by_role("log")).to_contain_text(day.words.question)
    desk.locator(".why-button").last.click()
    expect(desk.get_by_role("dialog")).to_contain_text(day.people[0]["name"])
    day.camera.take(desk, "reasons")
    desk.keyboard.press("Escape")
    return shop


def answer(day: Day, desk: Page, shop: Shop) -> None:
    composer(desk).focus()
    desk.keyboard.type("/")
    expect(desk.locator("#completion").get_by_role("option")).to_have_count(4)  # the fifth belongs to another queue
    day.camera.take(desk, "canned")
    desk.keyboard.type("mom")
    desk.keyboard.press("Enter")
    expect(composer(desk)).not_to_have_value("/mom")
    desk.keyboard.press("Enter")
    composer(desk).fill(day.words.answer)
    desk.keyboard.press("Enter")
    expect(shop.message(day.words.answer)).to_be_visible()
    day.camera.take(shop.page, "shop")
    shop.page.set_viewport_size(PHONE)
    day.camera.take(shop.page, "shop-phone")


def ask_a_colleague(day: Day, desk: Page, colleague: Page) -> None:
    press(colleague, "4")  # the mentions, none so far
    press(desk, "n")
    expect(composer(desk)).to_be_focused()
    name = day.people[1]["name"]
    desk.keyboard.type(f"@{name[:3]}")
    expect(desk.locator("#completion").get_by_role("option")).to_have_count(1)
    desk.keyboard.press("Enter")
    desk.keyboard.type(day.words.note)
    day.camera.take(desk, "note")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("log")).to_contain_text(day.words.note)
    expect(colleague.locator(".rows .row")).to_have_count(1)


def mark(day: Day, desk: Page) -> None:
    desk.keyboard.press("Control+k")
    first = desk.get_by_role("dialog").get_by_role("option").first
    expect(first).to_be_visible()
    day.camera.take(desk, "palette")
    desk.keyboard.type(day.words.tag)
    expect(first).to_contain_text(day.words.tag)
    desk.keyboard.press("Enter")
    expect(desk.locator(".toast", has_text=day.words.tag)).to_be_visible()


def hand_over(day: Day, desk: Page) -> None:
    asked = desk.url
    open_row(desk, day.words.other)
    press(desk, "f")
    dialog = desk.get_by_role("dialog")
    chosen = dialog.locator("[role=option][aria-selected=true]", has_text=day.people[2]["name"])
    expect(dialog.locator(".target-load").first).to_be_visible()  # from here on the order stays
    for _ in range(4):
        if chosen.count():
            break
        desk.keyboard.press("ArrowDown")
    expect(chosen).to_be_visible()
    dialog.locator("textarea").fill(day.words.handover)
    day.camera.take(desk, "transfer")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator(".thread-head")).to_contain_text(day.people[2]["name"])
    expect(desk.get_by_role("log")).to_contain_text(day.words.handover)
    desk.goto(asked)


def say_goodbye(day: Day, desk: Page, shop: Shop) -> None:
    """Sent and closed with one key; the visitor says how it was."""
    shop.say(day.words.thanks)
    expect(desk.get_by_role("log")).to_contain_text(day.words.thanks)
    composer(desk).fill(day.words.farewell)
    desk.keyboard.press("Control+Enter")
    faces = shop.panel.get_by_role("radio")
    expect(faces).to_have_count(5)
    faces.last.check(force=True)
    shop.panel.locator(".rating textarea").fill(day.words.comment)
    day.camera.take(shop.page, "rating-phone")
    shop.panel.locator(".rating button").last.click()
    expect(faces).to_have_count(0)
    with in_tenant(day.tenant):
        assert Rating.objects.filter(score=5, comment=day.words.comment).exists()
        assert Conversation.objects.get(visitor__name=day.words.visitor).status == "closed"
    day.camera.take(desk, "rated")


def do_many_at_once(day: Day, desk: Page) -> None:
    press(desk, "3")
    boxes = desk.locator(".row-tick input")
    expect(boxes.first).to_be_attached()
    for number in range(3):
        boxes.nth(number).check(force=True)
    bar = desk.get_by_role("toolbar")
    expect(bar).to_be_visible()
    bar.locator("button[aria-haspopup]").nth(2).click()
    expect(desk.get_by_role("menu")).to_be_visible()
    day.camera.take(desk, "bulk")
    desk.get_by_role("menu").get_by_text(day.words.tag).click()
    expect(desk.locator(".toast").last).to_be_visible()
    desk.keyboard.press("Escape")


def on_the_phone(day: Day, desk: Page) -> None:
    desk.set_viewport_size(PHONE)
    desk.goto(day.url("/console/"))
    expect(desk.locator(".rows .row").first).to_be_visible()
    day.camera.take(desk, "inbox-phone")
    open_row(desk, day.words.known)
    day.camera.take(desk, "thread-phone")
    desk.set_viewport_size(WIDE)


def supervise(day: Day, desk: Page, now: datetime) -> None:
    with in_tenant(day.tenant):
        sweep_reports(now)
    desk.goto(day.url("/console/board"))
    expect(desk.get_by_role("row", name=re.compile(day.words.known))).to_be_visible()
    day.camera.take(desk, "board")
    desk.goto(day.url("/console/reports"))
    desk.locator(".segments button").nth(1).click()
    expect(desk.locator("canvas").first).to_be_visible()
    day.camera.take(desk, "reports")


def administer(day: Day, desk: Page) -> None:
    with in_tenant(day.tenant):
        rule, queue = AutomationRule.objects.get(), Queue.objects.get(is_default=True)
        agent = Agent.objects.get(display_name=day.people[2]["name"])
    for name, path in {
        "admin": "",
        "admin-agent": f"agents/agent/{agent.pk}/change/",
        "admin-queue": f"agents/queue/{queue.pk}/change/",
        "admin-rule": f"agents/automationrule/{rule.pk}/change/",
        "admin-audit": "agents/auditentry/",
    }.items():
        desk.goto(day.url(f"/admin/{path}"))
        expect(desk.locator("h1, h2").first).to_be_attached()
        day.camera.take(desk, name)
    desk.goto(day.url(f"/admin/agents/queue/{queue.pk}/change/"))
    with desk.context.expect_page() as opened:
        desk.locator("button[name=_try]").click()
    expect(opened.value.locator("table").first).to_be_visible()
    day.camera.take(opened.value, "trial")
    opened.value.close()
