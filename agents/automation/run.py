"""Rules look at a row: each at most once, with its actions in the transaction that notes that it did.

So a task that runs twice, a nudge and a sweep at the same moment, or a process that dies in between do no harm: either
both the run and all that was done are there, or neither is.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from agents.actions import run_actions
from agents.automation.conditions import holds, needed_fields
from agents.automation.facts import read_facts
from agents.automation.rules import is_done_by_rule, rule_author
from agents.models import AutomationRule, RuleRun
from chat.message_log import lock_conversation
from chat.models import Conversation, Message
from chat.rest.limits import Rate, take_token
from tenants.context import current_tenant

logger = logging.getLogger(__name__)

# How often all rules of a brand may act together. What comes faster waits for the sweep.
ACTS = Rate("rules", per_second=5.0, burst=300)


class TooFast(Exception):
    """The brand's rules have acted as often as they may for now: the sweep goes on where they stopped."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A row of a log, or a broken deadline, as rules look at it."""

    conversation_id: UUID
    seq: int
    event: str
    at: datetime
    author_kind: str = ""
    author_id: UUID | None = None
    body: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Message) -> "Happened":
        return cls(row.conversation_id, row.seq, row.event, row.created_at, row.author_kind, row.author_id, row.body)


def concerns(rule: AutomationRule, happened: Happened) -> bool:
    """Tell whether the rule looks at this at all. Pure."""
    if rule.event != happened.event or is_done_by_rule(happened.author_kind, happened.author_id):
        return False
    if rule.event == AutomationRule.Event.MESSAGE_CREATED and happened.author_kind != Message.AuthorKind.VISITOR:
        return False
    return rule.active_since is not None and happened.at >= rule.active_since


def look_at(happened: Happened, rules: Sequence[AutomationRule], now: datetime) -> int:
    """Let each rule that has not done so look; returns how many acted. Raises TooFast.

    Locks the conversation, only where a rule acts. A rule that fails is logged, tried again by the sweep, and stops no
    other.
    """
    concerned = [rule for rule in rules if concerns(rule, happened)]
    if not concerned:
        return 0
    ran = set(_runs_of(happened).values_list("rule_id", flat=True))
    acted = 0
    for rule in concerned:
        if rule.pk in ran:
            continue
        try:
            acted += _look(rule, happened, now)
        except TooFast:
            raise
        except Exception:
            logger.exception(
                "a rule failed", extra={"rule": str(rule.pk), "conversation": str(happened.conversation_id)}
            )
    return acted


def _look(rule: AutomationRule, happened: Happened, now: datetime) -> bool:
    conversation = Conversation.objects.select_related("visitor").filter(pk=happened.conversation_id).first()
    if conversation is None:
        return False
    if not _matches(rule, conversation, happened):
        RuleRun.objects.bulk_create([_run(rule, happened, now)], ignore_conflicts=True)
        return False
    if take_token(current_tenant(), ACTS, "all").retry_after:
        raise TooFast
    return _act(rule, happened, now)


def _act(rule: AutomationRule, happened: Happened, now: datetime) -> bool:
    with transaction.atomic():
        conversation = lock_conversation(happened.conversation_id)
        if _runs_of(happened).filter(rule=rule).exists():
            return False  # another process was faster
        run = _run(rule, happened, now)
        # Under the lock: another rule may just have changed what this one looks at.
        if _matches(rule, conversation, happened):
            if _goes_round(rule, happened):
                run.outcome = [{"do": "", "done": False, "why": "loop"}]
            else:
                outcomes = run_actions(conversation.pk, rule.actions, by=rule_author(rule), now=now)
                run.outcome = [outcome.as_json() for outcome in outcomes]
        run.save(force_insert=True)
    has_acted = any(outcome["done"] for outcome in run.outcome)
    if has_acted:
        # Apart: within the transaction all conversations that the rule acts on would wait for each other here.
        AutomationRule.objects.filter(pk=rule.pk).update(run_count=F("run_count") + 1, last_run_at=now)
    return has_acted


def _matches(rule: AutomationRule, conversation: Conversation, happened: Happened) -> bool:
    facts = read_facts(conversation, happened.body, at=happened.at, needed=needed_fields(rule.conditions))
    return holds(rule.conditions, facts)


def _goes_round(rule: AutomationRule, happened: Happened) -> bool:
    """Between two acts of one rule in one conversation stands something that a person did.

    A rule moves a conversation, routing assigns it, and that starts the rule again: what the rule did starts nothing,
    but what others do because of it would.
    """
    if happened.author_kind in (Message.AuthorKind.VISITOR, Message.AuthorKind.AGENT) or happened.seq < 0:
        return False
    runs = RuleRun.objects.filter(rule=rule, conversation_id=happened.conversation_id, seq__gte=0)
    last = runs.exclude(outcome=[]).order_by("-seq").first()
    if last is None:
        return False
    people = (Message.AuthorKind.VISITOR, Message.AuthorKind.AGENT)
    between = Message.objects.filter(conversation_id=happened.conversation_id, author_kind__in=people)
    return not between.filter(seq__gt=last.seq, seq__lte=happened.seq).exists()


def _runs_of(happened: Happened) -> Any:
    return RuleRun.objects.filter(conversation_id=happened.conversation_id, seq=happened.seq)


def _run(rule: AutomationRule, happened: Happened, now: datetime) -> RuleRun:
    return RuleRun(rule=rule, conversation_id=happened.conversation_id, seq=happened.seq, ran_at=now)
