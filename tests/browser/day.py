"""The brand, the people and the words of an agent's day: tests/browser/test_day.py plays it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from kefu_project.demo import brands as demo
from kefu_project.demo import talks as demo_talks
from tenants.models import Tenant, User
from tenants.provisioning import delete_brand
from tests.browser.camera import Camera
from tests.clients import Server

# Wherever it is early afternoon now: a day's pictures are of a day.
ZONES: tuple[str, ...] = (
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Karachi",
    "Asia/Dubai",
    "Europe/Berlin",
)
ZONES += ("Europe/London", "America/Sao_Paulo", "America/New_York", "America/Denver", "America/Anchorage")
PHONE: ViewportSize = {"width": 390, "height": 844}
WIDE: ViewportSize = {"width": 1440, "height": 900}


@dataclass(frozen=True)
class Words:
    """What is said on this day, and by whom it was said before."""

    brand: str
    host: str
    locale: str
    known: str
    other: str
    tag: str
    visitor: str
    question: str
    answer: str
    thanks: str
    farewell: str
    note: str
    handover: str
    comment: str


WORDS = {
    "en": Words(
        brand="acme",
        host="acme-outdoor",
        locale="en-US",
        known="Tomás Herrera",
        other="赵敏",
        tag="Delivery",
        visitor="Mara Jensen",
        question="Hi! I ordered the Ridge 2 tent on Monday, A-22013. Will it be here by Friday?",
        answer="It left our warehouse this morning and is planned for Thursday, before noon.",
        thanks="Perfect, then it makes the trip. Thank you!",
        farewell="Have a good trip, and dry weather!",
        note="is Thursday safe? The carrier was late twice this week.",
        handover="Asks for delivery to Shanghai by Friday. You know the carrier.",
        comment="Quick, and it came with a reason.",
    ),
    "zh": Words(
        brand="globex",
        host="globex-coffee",
        locale="zh-CN",
        known="孙婷",
        other="周航",
        tag="物流",
        visitor="许静",
        question="你好，周一下的单 G-22013，周五之前能收到咖啡豆吗？",
        answer="今天上午已经发出了，预计周四中午之前送到。",
        thanks="太好了，谢谢！",
        farewell="不客气，祝您喝得开心！",
        note="周四能保证吗？这家快递这周已经晚了两次。",
        handover="会员生日礼的问题，你比较熟，麻烦接一下。",
        comment="回复很快，说得也清楚。",
    ),
}


@dataclass
class Day:
    """Whoever looks at the brand on this day, in one language and one theme."""

    words: Words
    theme: str
    tenant: Tenant
    people: list[demo.DemoLogin]
    server: Server
    person: Callable[..., Page]
    camera: Camera
    zone: str

    def url(self, path: str) -> str:
        return self.server.url(f"{self.words.host}.localhost", path)

    def page(self) -> Page:
        options = {"locale": self.words.locale, "color_scheme": self.theme, "timezone_id": self.zone}
        return self.person(**options, reduced_motion="reduce")

    def sign_in(self, number: int) -> Page:
        """The console of one of the brand's people: its admin comes first."""
        page = self.page()
        page.goto(self.url("/console/"))
        if number == 0:
            self.camera.take(page, "sign-in")
        page.locator('input[name="email"]').fill(self.people[number]["email"])
        page.locator('input[name="password"]').fill(self.people[number]["password"])
        page.keyboard.press("Enter")
        expect(page.locator(".rail")).to_be_visible()
        return page


def composer(page: Page) -> Locator:
    return page.locator("#composer-text")


def press(page: Page, key: str) -> None:
    """For nobody in particular."""
    page.evaluate("document.activeElement?.blur()")
    page.keyboard.press(key)


def open_row(page: Page, name: str) -> None:
    page.locator(".rows .row", has_text=name).first.click()
    expect(page.locator(".thread-head")).to_contain_text(name)


def afternoon_zone(now: datetime) -> str:
    return min(ZONES, key=lambda zone: abs(now.astimezone(ZoneInfo(zone)).hour - 14))


@contextmanager
def demo_brand(
    words: Words, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> Iterator[tuple[Tenant, list[demo.DemoLogin]]]:
    """One of the demo's brands beside the tests' own, under another address."""
    copy = replace(next(one for one in demo.BRANDS if one.slug == words.brand), slug=words.host)
    monkeypatch.setattr(demo, "BRANDS", (copy,))
    monkeypatch.setattr(demo_talks, "TALKS", {words.host: demo_talks.TALKS[words.brand]})
    logins = {one["email"]: one for one in demo.create_demo(now)}
    tenant = Tenant.objects.get(slug=words.host)
    try:
        yield tenant, [logins[one.email] for one in copy.people]
    finally:
        delete_brand(tenant)
        emails = [person.email for person in (*copy.people, demo.BOTH, demo.INSTALLATION_ADMIN)]
        User.objects.filter(email__in=emails)._raw_delete("default")
