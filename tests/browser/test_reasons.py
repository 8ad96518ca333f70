"""Why a conversation is whose: asked for on the log's line by keyboard, shown beside it, in both languages."""

import re

import pytest
from playwright.sync_api import expect

from agents.models import Queue
from tenants.context import in_tenant
from tests.browser.desk import HOST

BOB = "bob@acme.test"


@pytest.fixture
def routed(acme):
    with in_tenant(acme):
        Queue.objects.filter(is_default=True).update(strategy="least_loaded")
    yield
    with in_tenant(acme):
        Queue.objects.filter(is_default=True).update(strategy="manual")


@pytest.mark.parametrize(
    ("locale", "mine", "why", "given", "facts", "beside"),
    [
        ("en-US", "Mine", "Why you?", "Given to you", "Online, 0 of 5", "Assignments"),
        ("zh-CN", "我的", "为什么是我？", "已分配给你", "在线，0/5", "分配记录"),
    ],
)
def test_routing_explains_itself(
    routed,
    person,
    sign_in,
    vera_writes,
    locale,
    mine,
    why,
    given,
    facts,
    beside,
):
    page = person(locale=locale)
    sign_in(page, BOB, HOST)
    page.get_by_role("button", name=mine).click()
    vera_writes.say("Where is my order?")
    page.get_by_role("link", name=re.compile("Vera")).click()
    line = page.locator(".system-line", has_text=given)
    expect(line).to_be_visible()
    button = line.locator(".why-button")
    button.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    expect(panel).to_be_in_viewport(ratio=1)
    expect(panel).to_have_attribute("aria-label", why)
    expect(panel).to_contain_text("Bob")
    expect(panel).to_contain_text(facts)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(button).to_be_focused()
    expect(page.get_by_role("complementary").get_by_text(beside)).to_be_visible()
    expect(page.locator(".assignment-list .reasons-agent.is-chosen")).to_contain_text("Bob")
