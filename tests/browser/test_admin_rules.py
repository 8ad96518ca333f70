"""A rule made with the rows of the admin's form, and tried on the past, in both themes and languages."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.contrib.admin.models import LogEntry
from playwright.sync_api import Page, expect

from agents.models import AutomationRule
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Tag, Visitor, Widget
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.admin.pages import delete_all
from tests.browser.axe import violations
from tests.clients import Server

HOST = "acme.localhost"


@pytest.fixture(autouse=True)
def put_back(acme: Tenant) -> Iterator[None]:
    yield
    delete_all((AutomationRule, Tag, LogEntry), acme)


@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_a_rule_is_made_and_tried(
    locale: str,
    scheme: str,
    person: Callable[..., Page],
    sign_in: Callable[..., None],
    server: Server,
    acme: Tenant,
    vera: Visitor,
    acme_widget: Widget,
    now: datetime,
) -> None:
    with in_tenant(acme):
        vip = Tag.objects.create(name="VIP")
        draft = MessageDraft(new_id(), text="Where is my order?")
        post_visitor_message(vera, conversation_id=None, widget=acme_widget, draft=draft, now=now)
    page = person(locale=locale, color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, "alice@acme.test", HOST)
    page.goto(server.url(HOST, "/admin/agents/automationrule/add/"))
    page.locator("#id_name").fill("Orders")
    page.locator("#id_event").select_option("message.created")

    conditions, actions = page.locator("[data-rows=field]"), page.locator("[data-rows=do]")
    conditions.locator("[data-add]").click()
    first = conditions.locator("ol > li").nth(0)
    # The new row has the focus: it is filled in by keyboard.
    expect(first.locator("[data-control=field]")).to_be_focused()
    first.locator("[data-control=field]").select_option("conversation.tag")
    assert shown(first) == ["field", "is", "tag"]
    first.locator("[data-control=field]").select_option("message.text")
    assert shown(first) == ["field", "is", "text"]
    first.locator("[data-control=is]").select_option("words")
    first.locator("[data-control=text]").fill("order, 订单")

    for _ in range(3):
        actions.locator("[data-add]").click()
    rows = actions.locator("ol > li")
    rows.nth(0).locator("[data-control=do]").select_option("snooze.set")
    rows.nth(1).locator("[data-control=do]").select_option("reply.send")
    assert shown(rows.nth(1)) == ["do", "canned", "text"]
    rows.nth(1).locator("[data-control=text]").fill("One moment")
    rows.nth(2).locator("[data-control=do]").select_option("tag.add")
    rows.nth(2).locator("[data-control=tag]").select_option(str(vip.pk))
    rows.nth(2).locator("[data-up]").click()
    rows.nth(0).locator("[data-remove]").click()
    # The theme around them is not ours, nor are its landmarks.
    ours = [one for one in violations(page) if "kf-rows" in one or "data-control" in one]
    assert [one for one in ours if "(serious)" in one or "(critical)" in one] == []
    page.locator("[name=_continue]").click()
    page.wait_for_url(re.compile("/change/"))

    with in_tenant(acme):
        rule = AutomationRule.objects.get()
    assert rule.conditions == [{"field": "message.text", "is": "words", "value": "order, 订单"}]
    assert rule.actions == [{"do": "tag.add", "tag": str(vip.pk)}, {"do": "reply.send", "text": "One moment"}]

    page.goto(server.url(HOST, f"/admin/agents/automationrule/{rule.pk}/try_it/"))
    expect(page.locator("[data-matches] tbody tr")).to_contain_text("Where is my order?")
    with in_tenant(acme):
        assert AutomationRule.objects.get().run_count == 0


def shown(row: object) -> list[str]:
    controls = row.locator("[data-control]:visible")  # type: ignore[attr-defined]
    return list(controls.evaluate_all("found => found.map((one) => one.dataset.control)"))
