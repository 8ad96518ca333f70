"""The console's clocks: amber at half of what was promised, red at its end; in words for who does not see colours."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from chat.models import Conversation
from tenants.context import in_tenant
from tests.browser.axe import serious

# The agent's own clock, two hours ahead: deadlines are the server's.
WRONG_CLOCK = "const right = Date.now; Date.now = () => right() + 7_200_000;"


@pytest.mark.parametrize(
    ("waited", "due", "level", "says", "script"),
    [
        (1, 9, "calm", "answer by", WRONG_CLOCK),
        (5, 4, "soon", "answer by", ""),
        (10, -1, "late", "answer was due", ""),
    ],
)
def test_row_and_header_run_by_the_deadline(open_console, where, acme, now, waited, due, level, says, script):
    console = open_console(script=script)
    with in_tenant(acme):
        Conversation.objects.update(
            awaiting_reply_since=now - timedelta(minutes=waited),
            reply_due_at=now + timedelta(minutes=due),
            resolve_due_at=now + timedelta(minutes=due),
        )
    console.page.reload()
    page = console.page
    shows(page.locator(".thread-facts .wait").first, level, says)
    expect(page.locator(".thread-facts")).to_contain_text("Was due" if level == "late" else "Resolve by")
    page.get_by_role("button", name="Unassigned").click()
    shows(page.locator("a.row .wait").first, level, says)
    assert serious(page) == []


def shows(clock, level, says):
    expect(clock).to_have_class(f"wait wait-{level}")
    expect(clock).to_have_attribute("title", re.compile(says))


def test_in_chinese_and_dark(open_console, where, acme, now):
    console = open_console(locale="zh-CN", color_scheme="dark")
    with in_tenant(acme):
        past = now - timedelta(minutes=1)
        Conversation.objects.update(awaiting_reply_since=now - timedelta(minutes=9), reply_due_at=past)
    console.page.reload()
    expect(console.page.locator(".thread-facts .wait").first).to_contain_text("已超时")
    assert serious(console.page) == []
