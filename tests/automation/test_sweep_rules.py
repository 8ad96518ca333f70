"""Rules over real logs: what starts them, what they look at once, what they never start."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agents.assignments import _assign, _assigned_body, _lock_open, release_conversation, take_conversation
from agents.authors import author_of
from agents.automation import run
from agents.automation.rules import BadRule, save_rule
from agents.automation.run import Happened, look_at
from agents.automation.sweep import forget_runs, sweep_rules
from agents.models import Agent, AutomationPosition, AutomationRule, Queue, RuleRun, SlaTarget
from chat.authors import SYSTEM
from chat.conversations import close_conversation, record
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, Message, Tag
from chat.rest.limits import Rate
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.threads import run_together

MakeRule = Callable[..., AutomationRule]
Say = Callable[..., Message]
URGENT = {"do": "priority.set", "priority": 4}


def text_has(value: str) -> dict[str, Any]:
    return {"field": "message.text", "is": "contains", "value": value}


def test_a_message_that_matches(brand: Tenant, make_rule: MakeRule, say: Say, vip: Tag, now: datetime) -> None:
    rule = make_rule("message.created", [text_has("REFUND")], [{"do": "tag.add", "tag": str(vip.pk)}])
    message = say("I want a refund")
    assert sweep_rules(now) == 1
    assert Conversation.objects.get(pk=message.conversation_id).tag_ids == [vip.pk]
    run = RuleRun.objects.get()
    assert (run.rule_id, run.seq, run.outcome) == (rule.pk, message.seq, [{"do": "tag.add", "done": True}])
    rule.refresh_from_db()
    assert (rule.run_count, rule.last_run_at) == (1, now)


def test_one_that_does_not_is_looked_at_once(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    make_rule("message.created", [text_has("refund")], [URGENT])
    say("hello")
    assert sweep_rules(now) == 0
    assert RuleRun.objects.get().outcome == []
    RuleRun.objects.update(ran_at=now - timedelta(minutes=1))
    assert sweep_rules(now) == 0
    assert RuleRun.objects.get().ran_at == now - timedelta(minutes=1)


def test_each_event(brand: Tenant, make_rule: MakeRule, talk: Conversation, bob: Agent, now: datetime) -> None:
    for event in ("conversation.created", "conversation.assigned", "conversation.closed"):
        make_rule(event, [], [{"do": "note.add", "text": event}])
    take_conversation(talk.pk, agent=bob, now=now)
    close_conversation(talk.pk, by=SYSTEM, reason="idle", now=now)
    assert sweep_rules(now) == 3
    notes = Message.objects.filter(event="note.created").order_by("seq").values_list("body__text", flat=True)
    assert list(notes) == ["conversation.created", "conversation.assigned", "conversation.closed"]


def test_only_visitors_write(brand: Tenant, make_rule: MakeRule, talk: Conversation, bob: Agent, now: datetime) -> None:
    make_rule("message.created", [], [URGENT])
    author = take_conversation(talk.pk, agent=bob, now=now)
    draft = MessageDraft(new_id(), text="hi")
    post_message(author.pk, author=author_of(bob), draft=draft, now=now)
    assert sweep_rules(now) == 0
    assert not RuleRun.objects.exists()


def test_a_broken_deadline(brand: Tenant, make_rule: MakeRule, talk: Conversation, now: datetime) -> None:
    make_rule("sla.breached", [], [{"do": "note.add", "text": "late"}])
    for kind in ("first", "resolution"):
        SlaTarget.objects.create(
            conversation=talk, kind=kind, started_at=now - timedelta(hours=1), due_at=now, breached_at=now
        )
    assert sweep_rules(now) == 2, "two promises of one conversation are two things that happened"
    assert sweep_rules(now) == 0


def test_what_was_before_it_was_switched_on_is_past(brand: Tenant, say: Say, now: datetime) -> None:
    say("refund", now - timedelta(minutes=5))
    rule = AutomationRule(name="New", event="message.created", conditions=[], actions=[URGENT])
    save_rule(rule, now)
    assert sweep_rules(now) == 0
    say("again", now + timedelta(seconds=1))
    assert sweep_rules(now + timedelta(seconds=1)) == 1
    rule.is_active = False
    save_rule(rule, now)
    assert rule.active_since is None
    say("and again", now + timedelta(seconds=2))
    assert sweep_rules(now + timedelta(seconds=2)) == 0


def test_rules_look_in_their_order(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    """The second one sees what the first has done."""
    is_urgent = {"field": "conversation.priority", "is": "equal", "value": 4}
    make_rule("message.created", [is_urgent], [{"do": "note.add", "text": "urgent!"}], position=2)
    make_rule("message.created", [text_has("fire")], [URGENT], position=1)
    say("fire")
    assert sweep_rules(now) == 2


def test_what_a_rule_did_starts_no_rule(
    brand: Tenant, make_rule: MakeRule, talk: Conversation, bob: Agent, now: datetime
) -> None:
    make_rule("conversation.created", [], [{"do": "agent.assign", "agent": str(bob.pk)}, {"do": "conversation.close"}])
    make_rule("conversation.assigned", [], [URGENT])
    make_rule("conversation.closed", [], [URGENT])
    assert sweep_rules(now) == 1
    assert sweep_rules(now) == 0
    assert RuleRun.objects.count() == 1


def test_two_rules_do_not_play_ball_over_routing(
    brand: Tenant, make_rule: MakeRule, talk: Conversation, billing: Queue, bob: Agent, alice: Agent, now: datetime
) -> None:
    """A rule moves what routing assigns, routing assigns it again: it stops where no person has done anything since."""

    def route(agent: Agent) -> None:
        with transaction.atomic():
            locked = _lock_open(talk.pk)
            _assign(locked, agent, {"by": "routing"}, now)
            record(locked, "conversation.assigned", SYSTEM, _assigned_body(agent), now)

    general = str(Queue.objects.get(is_default=True).pk)
    in_billing = {"field": "conversation.queue", "is": "equal", "value": str(billing.pk)}
    in_general = {"field": "conversation.queue", "is": "equal", "value": general}
    make_rule("conversation.assigned", [in_general], [{"do": "queue.set", "queue": str(billing.pk)}])
    make_rule("conversation.assigned", [in_billing], [{"do": "queue.set", "queue": general}])
    acts = 0
    for turn in range(6):
        if Conversation.objects.get(pk=talk.pk).status == "waiting":
            route((alice, bob)[turn % 2])
        acts += sweep_rules(now)
    assert acts == 2, "each of the two moved it once"
    assert Conversation.objects.get(pk=talk.pk).status == "assigned"
    release_conversation(talk.pk, agent=alice, now=now)
    route(bob)
    assert sweep_rules(now) == 2, "a person did something: each may move it once more"
    assert sweep_rules(now) == 0


def test_two_at_once_act_once(acme: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    make_rule("message.created", [], [{"do": "note.add", "text": "seen"}])
    say("hello")

    def sweep(_number: int) -> int:
        with in_tenant(acme):
            return sweep_rules(now)

    assert sum(run_together(4, sweep)) == 1
    assert Message.objects.filter(event="note.created").count() == 1
    assert RuleRun.objects.count() == 1


def test_a_rule_that_breaks_stops_no_other(
    brand: Tenant, make_rule: MakeRule, say: Say, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = make_rule("message.created", [], [URGENT], name="Broken", position=0)
    make_rule("message.created", [], [{"do": "note.add", "text": "fine"}], position=1)
    AutomationRule.objects.filter(pk=broken.pk).update(conditions=7)  # by hand: no rule can be saved like this
    say("hello")
    assert sweep_rules(now) == 1
    assert not RuleRun.objects.filter(rule=broken).exists()


def test_no_faster_than_the_brand_may(
    brand: Tenant, make_rule: MakeRule, talk: Conversation, say: Say, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ACTS", Rate(f"rules-{new_id()}", per_second=0.01, burst=3))
    make_rule("message.created", [], [{"do": "note.add", "text": "seen"}])
    for number in range(5):
        say(f"message {number}", now + timedelta(milliseconds=number))
    assert sweep_rules(now) == 3
    monkeypatch.setattr(run, "ACTS", Rate(f"rules-{new_id()}", per_second=0.01, burst=3))
    assert sweep_rules(now) == 2, "the rest is not lost"
    assert sweep_rules(now) == 0


def test_goes_on_after_its_limit(
    brand: Tenant, make_rule: MakeRule, talk: Conversation, say: Say, now: datetime
) -> None:
    make_rule("message.created", [], [{"do": "note.add", "text": "seen"}])
    for number in range(5):
        say(f"message {number}")
    assert [sweep_rules(now, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_without_active_rules_it_reads_nothing_else(brand: Tenant, say: Say, now: datetime) -> None:
    say("hello")
    with CaptureQueriesContext(connection) as queries:
        assert sweep_rules(now) == 0
    assert len(queries) == 1
    assert not AutomationPosition.objects.exists()


def test_failed_actions_are_kept_with_their_reason(
    brand: Tenant, make_rule: MakeRule, talk: Conversation, vip: Tag, now: datetime
) -> None:
    make_rule("conversation.created", [], [{"do": "tag.add", "tag": str(vip.pk)}])
    vip.delete()
    assert sweep_rules(now) == 0
    assert RuleRun.objects.get().outcome == [{"do": "tag.add", "done": False, "why": "Choose a tag that exists."}]


def test_old_runs_are_forgotten(brand: Tenant, make_rule: MakeRule, talk: Conversation, now: datetime) -> None:
    rule = make_rule("conversation.created", [], [URGENT])
    for seq, (age, outcome) in enumerate(
        [
            (timedelta(hours=3), []),
            (timedelta(hours=1), []),
            (timedelta(days=3), [{"do": "x", "done": True}]),
            (timedelta(days=99), [{"do": "x", "done": True}]),
        ]
    ):
        RuleRun.objects.create(rule=rule, conversation_id=talk.pk, seq=seq, outcome=outcome, ran_at=now - age)
    assert forget_runs(now) == 2
    assert sorted(RuleRun.objects.values_list("seq", flat=True)) == [1, 2]


def test_of_old_runs_none_stays_however_many(make_rule: MakeRule, talk: Conversation, now: datetime) -> None:
    """A busy brand makes more in an hour than one statement deletes."""
    rule = make_rule("message.created", [text_has("refund")], [URGENT])
    old = now - timedelta(days=1)
    RuleRun.objects.bulk_create([RuleRun(rule=rule, conversation_id=talk.pk, seq=n, ran_at=old) for n in range(5)])
    assert forget_runs(now, batch=2) == 5
    assert not RuleRun.objects.exists()


def test_brands_do_not_see_each_other(
    brand: Tenant, globex: Tenant, make_rule: MakeRule, globex_conversation: Conversation, now: datetime
) -> None:
    make_rule("conversation.created", [], [URGENT])
    with in_tenant(globex):
        assert sweep_rules(now) == 0
        assert Conversation.objects.get(pk=globex_conversation.pk).priority == 2
    happened = Happened(globex_conversation.pk, 1, "conversation.created", now)
    assert look_at(happened, list(AutomationRule.objects.all()), now) == 0


def test_a_rule_that_cannot_work_is_not_saved(brand: Tenant, now: datetime) -> None:
    rule = AutomationRule(name="x", event="conversation.created", conditions=[text_has("x")], actions=[])
    with pytest.raises(BadRule) as refused:
        save_rule(rule, now)
    assert refused.value.problems == [
        "Condition 1: Only a rule for “a visitor writes” knows the message's text.",
        "Name at least one action.",
    ]
