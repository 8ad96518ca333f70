"""Making a conversation's targets and deadlines what its log and its queue's promises say.

Locks nothing: the log's writer must not wait for this. Everything is written under the condition that it was read, so
whatever changes meanwhile is left for whoever changed it: its nudge comes after.
"""

from datetime import datetime, timedelta
from uuid import UUID

from agents.models import SlaTarget
from agents.sla.episodes import due_at, find_episodes, stands_still
from agents.sla.history import History
from agents.sla.rules import Promises, Rules, is_hurried, is_past, read_rules
from agents.sla.targets import REPLIES, breach, drop, keep, promise
from chat.fanout import announce_row
from chat.models import Conversation

# Asked and answered before anybody looked: no longer ago than this.
JUST_NOW = timedelta(minutes=15)
# What any deadline follows from, besides what happens in the log. Whose nudge is lost is found by no sweep once an old
# deadline stands there: whoever moves it to another queue takes the old one away.
FOLLOWED = ("queue_id", "snoozed_until", "left_message")
FIRST, NEXT, RESOLUTION = SlaTarget.Kind.FIRST, SlaTarget.Kind.NEXT, SlaTarget.Kind.RESOLUTION


def keep_promises(conversation_id: UUID, now: datetime, rules: Rules | None = None) -> bool:
    """Settle what was kept or broken, make what is new, write the deadlines; tells whether the row changed."""
    conversation = Conversation.objects.select_related("visitor").filter(pk=conversation_id).first()
    promises = (rules or read_rules()).of(conversation.queue_id) if conversation else None
    if conversation is None or promises is None:
        return False
    history = History(conversation)
    _settle(history, promises, now)
    if promises.policy is not None:
        _note_answered(history, promises, now)
    reply, resolution = _reply_due(history, promises, now), _resolution_due(history, promises, now)
    return _write_deadlines(conversation, reply, resolution, now)


def _settle(history: History, promises: Promises, now: datetime) -> None:
    """What is open and was answered, resolved, closed or not promised any more."""
    conversation = history.conversation
    targets = SlaTarget.objects.filter(conversation=conversation, met_at__isnull=True)
    for target in targets.select_related("conversation"):
        if target.kind in REPLIES:
            answer = history.answer_after(target.started_at)
            ended, by = (answer.at, answer.author_id) if answer else (None, None)
        else:
            ended, by = history.closed_after(target.started_at), conversation.assignee_id
        if ended is not None:
            keep(target, ended, by, now)
        elif not conversation.is_open and is_past(target.due_at, conversation.closed_at or now):
            breach(target, now)
        elif not conversation.is_open or promises.minutes(target.kind) is None:
            # Closed in time without an answer, or in a queue that promises nothing now.
            drop(target)


def _note_answered(history: History, promises: Promises, now: datetime) -> None:
    """Who was answered before anybody made a target was promised an answer, too, and got it."""
    conversation = history.conversation
    for episode in find_episodes(history.recent_messages()):
        answer = episode.answer
        if answer is None or now - answer.at > JUST_NOW:
            continue
        kind = FIRST if answer.at == conversation.first_reply_at else NEXT
        due = _due(history, promises, kind, episode.started_at)
        known = SlaTarget.objects.filter(conversation=conversation, kind__in=REPLIES)
        if due and not known.filter(started_at__range=(episode.started_at, answer.at)).exists():
            keep(promise(conversation, kind, episode.started_at, due), answer.at, answer.author_id, now)


def _reply_due(history: History, promises: Promises, now: datetime) -> datetime | None:
    """The deadline of the answer that is waited for; makes its target where the policy promises one."""
    conversation = history.conversation
    start = conversation.awaiting_reply_since
    if start is None or not conversation.is_open:
        return None
    kind = NEXT if conversation.first_reply_at else FIRST
    if promises.minutes(kind) is not None:
        return _promised(history, promises, kind, start, now)
    return promises.queue_due(start, history.pauses) if is_hurried(conversation) else None


def _resolution_due(history: History, promises: Promises, now: datetime) -> datetime | None:
    if promises.minutes(RESOLUTION) is None or not history.conversation.is_open:
        return None
    return _promised(history, promises, RESOLUTION, history.opened_at, now)


def _promised(history: History, promises: Promises, kind: str, start: datetime, now: datetime) -> datetime | None:
    """The deadline of a promise that is open, with its target made; None where it stands still or never comes."""
    due = _due(history, promises, kind, start)
    if due is None:
        return None
    target = promise(history.conversation, kind, start, due)
    if stands_still(target.due_at, history.pauses):
        return None
    if is_past(target.due_at, now):
        breach(target, now)
    return target.due_at


def _due(history: History, promises: Promises, kind: str, start: datetime) -> datetime | None:
    minutes = promises.minutes(kind)
    return due_at(start, 60 * minutes, promises.hours, history.pauses) if minutes is not None else None


def _write_deadlines(
    conversation: Conversation, reply: datetime | None, resolution: datetime | None, now: datetime
) -> bool:
    """Write and announce deadlines that changed, unless what they follow from changed meanwhile."""
    changed, touched = False, {name: getattr(conversation, name) for name in conversation.touch(now)}
    same = Conversation.objects.filter(pk=conversation.pk, **{name: getattr(conversation, name) for name in FOLLOWED})
    if conversation.reply_due_at != reply:
        asked = same.filter(awaiting_reply_since=conversation.awaiting_reply_since)
        changed |= bool(asked.exclude(status=Conversation.Status.CLOSED).update(reply_due_at=reply, **touched))
    if conversation.resolve_due_at != resolution:
        unresolved = same.filter(status=conversation.status)
        changed |= bool(unresolved.update(resolve_due_at=resolution, **touched))
    if changed:
        announce_row(Conversation.objects.select_related("visitor").get(pk=conversation.pk))
    return changed
