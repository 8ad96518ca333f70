"""Rules that start at once: what a nudge costs a brand without rules, and what it starts in one with."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from agents.automation import nudging
from agents.automation.nudging import MAX_WAITING, forget_rules, start_rules
from agents.models import AutomationRule, RuleRun
from chat.models import Conversation, Message
from chat.nudges import Grown
from tenants.context import in_tenant
from tenants.models import Tenant

MakeRule = Callable[..., AutomationRule]


@pytest.fixture(autouse=True)
def unknown(brands: dict[str, Tenant]) -> Iterator[None]:
    """Nothing is known of the brands before and after: the process's own bus may have asked as well."""
    nudging._pending.clear()
    yield
    nudging._pending.clear()


def nudge(tenant: Tenant, message: Message, times: int = 1) -> nudging.Pending | None:
    """As the publishing loop does it; returns when all that it started is over."""

    async def run() -> nudging.Pending | None:
        grown = Grown(tenant, message.conversation_id, message.seq, message.event, message.author_kind)
        for _ in range(times):
            start_rules(grown)
        pending = nudging._pending.get(tenant.pk)
        if pending is not None and pending.task is not None:
            await pending.task
        return pending

    return asyncio.run(run())


def test_starts_a_rule(acme: Tenant, make_rule: MakeRule, say: Callable[..., Message]) -> None:
    rule = make_rule("message.created", [], [{"do": "priority.set", "priority": 4}])
    message = say("hello")
    RuleRun.objects.all().delete()
    nudging._pending.clear()
    nudge(acme, message)
    assert RuleRun.objects.get().rule_id == rule.pk
    assert Conversation.objects.get(pk=message.conversation_id).priority == 4


def test_a_brand_without_rules_is_asked_once(acme: Tenant, brand: Tenant, say: Callable[..., Message]) -> None:
    message = say("hello")
    nudging._pending.clear()
    pending = nudge(acme, message)
    assert pending is not None
    assert pending.events == frozenset()

    async def again() -> None:
        start_rules(Grown(acme, message.conversation_id, message.seq, message.event, message.author_kind))

    asyncio.run(again())
    assert (list(pending.waiting), pending.task) == ([], None), "nothing waits and nothing was started"


@pytest.mark.parametrize(("event", "author"), [("note.created", "visitor"), ("message.created", "agent")])
def test_what_starts_no_rule_costs_nothing(
    acme: Tenant, brand: Tenant, say: Callable[..., Message], event: str, author: str
) -> None:
    message = say("hello")
    nudging._pending.clear()
    message.event, message.author_kind = event, author
    pending = nudge(acme, message)
    assert pending is None or pending.events is None, "nobody was asked"


def test_too_many_are_left_to_the_sweep(
    acme: Tenant, make_rule: MakeRule, say: Callable[..., Message], now: datetime
) -> None:
    make_rule("message.created", [], [{"do": "priority.set", "priority": 4}])
    message = say("hello")
    nudging._pending.clear()
    nudge(acme, message, times=MAX_WAITING + 100)
    assert RuleRun.objects.count() == 1


def test_changed_rules_are_asked_for_anew(acme: Tenant, make_rule: MakeRule, say: Callable[..., Message]) -> None:
    message = say("hello")
    nudging._pending.clear()
    nudge(acme, message)
    make_rule("message.created", [], [{"do": "priority.set", "priority": 4}])
    forget_rules(acme)
    nudge(acme, message)
    assert RuleRun.objects.count() == 1


def test_a_brand_that_fails_is_logged_and_tried_again(
    globex: Tenant, make_rule: MakeRule, say: Callable[..., Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = say("hello")
    nudging._pending.clear()

    def broken(rows: object) -> frozenset[str]:
        raise RuntimeError("gone")

    monkeypatch.setattr(nudging, "look_at_rows", broken)
    pending = nudge(globex, message)
    assert pending is not None
    assert (pending.events, pending.task, list(pending.waiting)) == (None, None, [])
    with in_tenant(globex):
        assert not RuleRun.objects.exists()
