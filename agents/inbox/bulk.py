"""One step for each of many conversations, each by its own verb and in its own transaction, and what undoes it.

A step that is refused says why and stops no other. Undoing is doing the steps that the first answer named: a reopened
conversation has been closed all the same, but keeps its place in the queue. See docs/inbox.md.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from agents import assignments
from agents.access import get_active_agent, get_agent_conversation, get_queue
from agents.authors import author_of
from agents.models import Agent
from chat.conversations import Wait, close_conversation, mark_read, mark_unread, reopen_conversation
from chat.errors import Forbidden, Invalid, Refusal
from chat.events import milliseconds
from chat.marks import set_priority, snooze_conversation, tag_conversation, wake_conversation
from chat.models import Conversation

MAX_CONVERSATIONS = 200
# Undoing may take two steps for one: to reopen and to assign.
MAX_STEPS = 2 * MAX_CONVERSATIONS
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MAX_SNOOZE = timedelta(days=366)
Tags = Annotated[list[UUID], Meta(max_length=50)]
Moment = Annotated[int, Meta(ge=0, le=10**16)]
Action = Literal[
    "close", "reopen", "assign", "transfer", "release", "tag", "priority", "snooze", "wake", "read", "unread"
]


class Since(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a closed conversation had waited: Unix time in microseconds, so that no two change places."""

    queued: Moment | None = None
    waiting: Moment | None = None
    awaiting: Moment | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done to a conversation. Which of the further fields count is the action's business."""

    conversation: UUID
    action: Action
    agent: UUID | None = None
    queue: UUID | None = None
    add: Tags = []
    remove: Tags = []
    priority: int | None = None
    until_ts: Annotated[int, Meta(ge=0, le=10**13)] | None = None
    since: Since | None = None


class Steps(Struct, frozen=True):
    steps: Annotated[list[Step], Meta(min_length=1, max_length=MAX_STEPS)]


Undo = list[dict[str, Any]]


def read_steps(data: Any) -> list[Step]:
    """Check the body of a request. Raises Invalid."""
    try:
        steps = msgspec.convert(data, Steps).steps
    except msgspec.ValidationError as error:
        raise Invalid(str(error)[:200]) from None
    if len({step.conversation for step in steps}) > MAX_CONVERSATIONS:
        raise Invalid(f"At most {MAX_CONVERSATIONS} conversations at once.")
    return steps


def do_steps(steps: Sequence[Step], *, agent: Agent, now: datetime) -> list[dict[str, Any]]:
    """Do the steps in order; answers for each the conversation and either `undo` or `code` and `message`."""
    return [_outcome(step, agent, now) for step in steps]


def _outcome(step: Step, agent: Agent, now: datetime) -> dict[str, Any]:
    outcome: dict[str, Any] = {"conversation": str(step.conversation)}
    try:
        before = get_agent_conversation(agent, step.conversation)
        undo = _DO[step.action](step, before, agent, now)
    except Refusal as refusal:
        return {**outcome, "code": refusal.code, "message": refusal.detail}
    return {**outcome, "undo": [{**outcome, **one} for one in undo]}


# ---- actions: do it, and say what brings `before` back ----


def _close(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if not before.is_open:
        return []
    close_conversation(before.pk, by=author_of(agent), reason=Conversation.CloseReason.AGENT, now=now)
    undo = [{"action": "reopen", "since": _since(before)}, *_to_agent(before)]
    # What slept sleeps on; a priority or tags were never taken away.
    return [*undo, *_to_sleep(before)]


def _reopen(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if before.is_open:
        return []
    reopen_conversation(before.pk, by=author_of(agent), now=now, wait=_wait(step.since) if step.since else None)
    return [{"action": "close"}]


def _assign(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    target = get_active_agent(step.agent) if step.agent else agent
    if before.assignee_id == target.pk and before.is_open:
        return []
    if target.pk == agent.pk and before.status == Conversation.Status.WAITING:
        assignments.take_conversation(before.pk, agent=agent, now=now)
    else:
        assignments.transfer_conversation(before.pk, by=agent, agent=target, now=now)
    return _to_agent(before) or _to_queue(before)


def _transfer(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if step.queue is None:
        raise Invalid("Name the queue.")
    assignments.transfer_conversation(before.pk, by=agent, queue=get_queue(step.queue), now=now)
    return _to_agent(before) or _to_queue(before)


def _release(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    assignments.release_conversation(before.pk, agent=agent, now=now)
    return _to_agent(before)


def _tag(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    after = tag_conversation(before.pk, add=step.add, remove=step.remove, by=author_of(agent), now=now)
    had, has = set(before.tag_ids), set(after.tag_ids)
    if had == has:
        return []
    return [{"action": "tag", "add": _texts(had - has), "remove": _texts(has - had)}]


def _prioritise(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if step.priority is None:
        raise Invalid("Name the priority.")
    set_priority(before.pk, step.priority, by=author_of(agent), now=now)
    return [{"action": "priority", "priority": before.priority}] if before.priority != step.priority else []


def _snooze(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if step.until_ts is None:
        raise Invalid("Name the time.")
    until = datetime.fromtimestamp(step.until_ts / 1000, UTC)
    if until > now + MAX_SNOOZE:
        raise Invalid("Snooze for a year at most.")
    snooze_conversation(before.pk, until, by=author_of(agent), now=now)
    return _to_sleep(before) or [{"action": "wake"}]


def _wake(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    wake_conversation(before.pk, by=author_of(agent), reason="agent", now=now)
    return _to_sleep(before)


def _read(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    _check_reader(before, agent)
    mark_read(before.pk, reader="agent", seq=before.last_seq, now=now)
    return [{"action": "unread"}] if before.unread_count else []


def _unread(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    _check_reader(before, agent)
    mark_unread(before.pk, now)
    return [] if before.unread_count else [{"action": "read"}]


def _check_reader(before: Conversation, agent: Agent) -> None:
    if before.assignee_id not in (None, agent.pk):
        raise Forbidden("Only whoever has the conversation reads it for the team.")


_DO: dict[str, Callable[[Step, Conversation, Agent, datetime], Undo]] = {
    "close": _close,
    "reopen": _reopen,
    "assign": _assign,
    "transfer": _transfer,
    "release": _release,
    "tag": _tag,
    "priority": _prioritise,
    "snooze": _snooze,
    "wake": _wake,
    "read": _read,
    "unread": _unread,
}


def _since(before: Conversation) -> dict[str, int | None]:
    times = {"queued": before.queued_at, "waiting": before.waiting_since, "awaiting": before.awaiting_reply_since}
    return {name: (moment - EPOCH) // MICROSECOND if moment else None for name, moment in times.items()}


def _wait(since: Since) -> Wait:
    def at(moment: int | None) -> datetime | None:
        return None if moment is None else EPOCH + moment * MICROSECOND

    return Wait(queued_at=at(since.queued), waiting_since=at(since.waiting), awaiting_reply_since=at(since.awaiting))


def _to_agent(before: Conversation) -> Undo:
    return [{"action": "assign", "agent": str(before.assignee_id)}] if before.status == "assigned" else []


def _to_queue(before: Conversation) -> Undo:
    return [{"action": "transfer", "queue": str(before.queue_id)} if before.queue_id else {"action": "release"}]


def _to_sleep(before: Conversation) -> Undo:
    until = milliseconds(before.snoozed_until)
    return [{"action": "snooze", "until_ts": until}] if until is not None else []


def _texts(tags: set[UUID]) -> list[str]:
    return sorted(str(pk) for pk in tags)
