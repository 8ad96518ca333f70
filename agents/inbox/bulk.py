"""One step for each of many conversations, each by its own verb and in its own transaction, and what undoes it.

A step that is refused says why and stops no other. Undoing is doing the steps that the first answer named. See
docs/inbox.md.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.db import transaction
from msgspec import Meta, Struct

from agents import assignments
from agents.access import get_active_agent, get_agent_conversation, get_queue
from agents.authors import author_of
from agents.inbox.undo import restore, sign_before
from agents.models import Agent
from chat.conversations import Unread, close_conversation, mark_read, mark_unread, reopen_conversation
from chat.errors import Forbidden, Invalid, NotFound, Refusal
from chat.events import milliseconds
from chat.marks import set_priority, snooze_conversation, tag_conversation, wake_conversation
from chat.message_log import lock_conversation
from chat.models import Conversation
from chat.protocol import Text
from chat.reading import conversation_row

MAX_STEPS = 200
MAX_SNOOZE = timedelta(days=366)
Tags = Annotated[list[UUID], Meta(max_length=50)]
Action = Literal[
    "close", "reopen", "assign", "transfer", "release", "restore", "tag", "priority", "snooze", "wake", "read", "unread"
]


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done to a conversation. Which of the further fields count is the action's business."""

    conversation: UUID
    action: Action
    agent: UUID | None = None
    queue: UUID | None = None
    note: Text = ""
    add: Tags = []
    remove: Tags = []
    priority: int | None = None
    until_ts: Annotated[int, Meta(ge=0, le=10**13)] | None = None
    seq: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    unread: Annotated[int, Meta(ge=0, le=10**6)] = 0
    token: Annotated[str, Meta(max_length=2000)] = ""


class Steps(Struct, frozen=True):
    steps: Annotated[list[Step], Meta(min_length=1, max_length=MAX_STEPS)]


Undo = list[dict[str, Any]]


def read_steps(data: Any) -> list[Step]:
    """Check the body of a request. Raises Invalid."""
    try:
        return msgspec.convert(data, Steps).steps
    except msgspec.ValidationError as error:
        raise Invalid(str(error)[:200]) from None


def do_steps(steps: Sequence[Step], *, agent: Agent, now: datetime) -> list[dict[str, Any]]:
    """Do the steps in order; answers for each the conversation and either `undo` or `code` and `message`.

    `row` is what became of it, where the agent may see it still: it need not wait for the event.
    """
    return [_outcome(step, agent, now) for step in steps]


def _outcome(step: Step, agent: Agent, now: datetime) -> dict[str, Any]:
    outcome: dict[str, Any] = {"conversation": str(step.conversation)}
    try:
        undo = _do(step, agent, now)
    except Refusal as refusal:
        return {**outcome, "code": refusal.code, "message": refusal.detail}
    with suppress(NotFound):
        outcome["row"] = conversation_row(get_agent_conversation(agent, step.conversation))
    return {**outcome, "undo": [{"conversation": str(step.conversation), **one} for one in undo]}


def _do(step: Step, agent: Agent, now: datetime) -> Undo:
    if step.action == "restore":
        # By its token: the agent may have lost sight of it by what it takes back.
        restore(step.conversation, step.token, by=agent, now=now)
        return []
    get_agent_conversation(agent, step.conversation)
    with transaction.atomic():
        # Locked: what comes in at this moment is not forgotten by undoing.
        return _DO[step.action](step, lock_conversation(step.conversation), agent, now)


# ---- actions: do it, and say what brings `before` back ----


def _close(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if not before.is_open:
        return []
    close_conversation(before.pk, by=author_of(agent), reason=Conversation.CloseReason.AGENT, now=now)
    return _back(before, agent, now)


def _reopen(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    """With an agent it is given to that one at once: once it waits, routing gives it to whom it likes."""
    if before.is_open:
        return []
    reopened = reopen_conversation(before.pk, by=author_of(agent), now=now)
    if step.agent:
        _give(reopened, get_active_agent(step.agent), agent, now)
    return _back(before, agent, now)


def _assign(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    target = get_active_agent(step.agent) if step.agent else agent
    if step.note and target.pk in (agent.pk, before.assignee_id):
        raise Invalid("A note goes with a conversation that is handed over to somebody else.")
    if before.assignee_id == target.pk and before.is_open:
        return []
    _give(before, target, agent, now, step.note)
    return _back(before, agent, now)


def _give(conversation: Conversation, to: Agent, by: Agent, now: datetime, note: str = "") -> None:
    if to.pk == by.pk and conversation.status == Conversation.Status.WAITING:
        assignments.take_conversation(conversation.pk, agent=by, now=now)
    else:
        assignments.transfer_conversation(conversation.pk, by=by, agent=to, note=note, now=now)


def _transfer(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    if step.queue is None:
        raise Invalid("Name the queue.")
    assignments.transfer_conversation(before.pk, by=agent, queue=get_queue(step.queue), note=step.note, now=now)
    return _back(before, agent, now)


def _release(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    assignments.release_conversation(before.pk, agent=agent, now=now)
    return _back(before, agent, now) if before.assignee_id else []


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
    seq = before.last_seq if step.seq is None else step.seq
    after = mark_read(before.pk, reader="agent", seq=seq, now=now)
    if after.unread_count >= before.unread_count:
        return []
    return [{"action": "unread", "unread": before.unread_count, "seq": before.last_seq}]


def _unread(step: Step, before: Conversation, agent: Agent, now: datetime) -> Undo:
    _check_reader(before, agent)
    mark_unread(before.pk, now, Unread(step.unread, before.last_seq if step.seq is None else step.seq))
    # Up to where it was read, not what came since.
    return [] if before.unread_count else [{"action": "read", "seq": before.agent_read_seq}]


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


def _back(before: Conversation, agent: Agent, now: datetime) -> Undo:
    return [{"action": "restore", "token": sign_before(before, agent=agent, now=now)}]


def _to_sleep(before: Conversation) -> Undo:
    until = milliseconds(before.snoozed_until)
    return [{"action": "snooze", "until_ts": until}] if until is not None else []


def _texts(tags: set[UUID]) -> list[str]:
    return sorted(str(pk) for pk in tags)
