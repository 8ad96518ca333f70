"""A dry run: what a rule would have matched and done over the last days. It reads and writes nothing.

Texts and times are those of the log; everything else (tags, priority, queue, the visitor's page) is taken as it is now,
because a log does not keep it. Rules are looked at alone: what another rule would have changed before is not played.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.actions import BadActions, check_actions
from agents.actions.check import read_value
from agents.actions.replies import Reply, Said, Script
from agents.automation.conditions import holds, needed_fields
from agents.automation.deadlines import BROKEN, broken_deadline
from agents.automation.facts import read_facts
from agents.automation.run import Happened, concerns
from agents.models import AutomationRule, SlaTarget
from chat.errors import Refusal
from chat.models import Conversation, Message
from chat.reading import read_entries

BATCH = 100
PAGE = 100
MAX_DAYS = 90
MAX_MATCHES = 50


@dataclass(frozen=True, slots=True)
class Match:
    """Where the conditions held: what was said, when, by whose conversation."""

    conversation_id: UUID
    seq: int
    at: datetime
    visitor: str
    text: str
    # What the rule would have said there, with the values of now.
    says: Sequence[Said] = ()


@dataclass(slots=True)
class DryRun:
    """So far. `total` conversations are to be looked through; `matches` holds the first of them."""

    total: int
    looked_through: int = 0
    looked_at: int = 0
    matched: int = 0
    conversations_matched: int = 0
    matches: list[Match] = field(default_factory=list)
    # What would be refused of the actions as they are now: sentences.
    problems: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        return self.looked_through >= self.total


def dry_run(
    rule: AutomationRule, *, days: int, now: datetime, on_progress: Callable[[DryRun], None] | None = None
) -> DryRun:
    """Look through the conversations of the last `days`; calls `on_progress` after each hundred of them."""
    found = DryRun(total=_conversations(now, days).count(), problems=action_problems(rule))
    for step in walk(rule, days=days, now=now, after=None):
        add_step(found, step)
        if on_progress is not None:
            on_progress(found)
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """What a hundred conversations brought; `last` is where the next step goes on."""

    last: UUID
    looked_through: int
    looked_at: int
    matches: Sequence[Match]


def walk(rule: AutomationRule, *, days: int, now: datetime, after: UUID | None) -> Iterator[Step]:
    """One step for each hundred conversations, in order of their ids."""
    since = now - timedelta(days=days)
    past = AutomationRule(
        event=rule.event, conditions=rule.conditions, actions=rule.actions, active_since=since, is_active=True
    )
    rows, script = _conversations(now, days), Script.of(_replies(rule))
    while True:
        batch = list((rows.filter(pk__gt=after) if after else rows)[:BATCH])
        if not batch:
            return
        after = batch[-1].pk
        yield _step(past, script, batch, since)


def add_step(found: DryRun, step: Step) -> None:
    found.looked_through += step.looked_through
    found.looked_at += step.looked_at
    found.matched += len(step.matches)
    found.conversations_matched += len({match.conversation_id for match in step.matches})
    found.matches += step.matches[: max(0, MAX_MATCHES - len(found.matches))]


def count_conversations(*, days: int, now: datetime) -> int:
    return _conversations(now, days).count()


def action_problems(rule: AutomationRule) -> list[str]:
    try:
        check_actions(rule.actions, has_agent=False)
    except BadActions as refused:
        return refused.problems
    return []


def _conversations(now: datetime, days: int) -> QuerySet[Conversation]:
    """All in which something happened since."""
    since = now - timedelta(days=days)
    return Conversation.objects.filter(active_at__gte=since).select_related("visitor").order_by("pk")


def _replies(rule: AutomationRule) -> list[Reply]:
    found: list[Reply] = []
    for action in rule.actions:
        if action.get("do") == "reply.send":
            with suppress(Refusal):  # action_problems() says it
                found.append(read_value(action))
    return found


def _step(rule: AutomationRule, script: Script, batch: list[Conversation], since: datetime) -> Step:
    by_id = {one.pk: one for one in batch}
    needed = needed_fields(rule.conditions)
    looked_at = 0
    matches: list[Match] = []
    for happened in _happened(rule, batch, since):
        if not concerns(rule, happened):
            continue
        looked_at += 1
        conversation = by_id[happened.conversation_id]
        facts = read_facts(conversation, happened.body, at=happened.at, needed=needed)
        if holds(rule.conditions, facts):
            # No more of them are ever shown.
            says = script.said_in(conversation) if len(matches) < MAX_MATCHES else ()
            matches.append(_match(conversation, happened, says))
    return Step(batch[-1].pk, len(batch), looked_at, matches)


def _happened(rule: AutomationRule, batch: list[Conversation], since: datetime) -> Iterator[Happened]:
    if rule.event == BROKEN:
        targets = SlaTarget.objects.filter(conversation__in=batch, breached_at__gte=since)
        yield from (broken_deadline(target) for target in targets)
        return
    kept = [one.pk for one in batch if one.archived_at is None]
    rows = Message.objects.filter(conversation_id__in=kept, event=rule.event, created_at__gte=since)
    yield from (Happened.of(row) for row in rows.order_by("pk"))
    for conversation in batch:
        if conversation.archived_at is not None:
            yield from (Happened.of(row) for row in _archived(conversation) if row.event == rule.event)


def _archived(conversation: Conversation) -> Iterator[Message]:
    after = 0
    while page := read_entries(conversation, after=after, limit=PAGE):
        yield from page
        after = page[-1].seq


def _match(conversation: Conversation, happened: Happened, says: Sequence[Said]) -> Match:
    text = " ".join(str(happened.body.get("text") or "").split())[:120]
    return Match(conversation.pk, happened.seq, happened.at, str(conversation.visitor), text, says)


def as_json(found: DryRun) -> dict[str, Any]:
    return {
        "conversations": found.total,
        "looked_at": found.looked_at,
        "matched": found.matched,
        "conversations_matched": found.conversations_matched,
        "problems": found.problems,
        "matches": [match_as_json(match) for match in found.matches],
    }


def match_as_json(match: Match) -> dict[str, Any]:
    return {
        "conversation": str(match.conversation_id),
        "seq": match.seq,
        "at": match.at.isoformat(),
        "visitor": match.visitor,
        "text": match.text,
        "says": [{"text": one.text, "files": list(one.files), "problem": one.problem} for one in match.says],
    }
