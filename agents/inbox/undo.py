"""How a conversation stood before a step, signed, and putting it back there: the undo of what moves conversations.

Signed, so that its times and places need no checking, and so that an agent can take back a step by which it lost sight
of the conversation: for a few minutes, that agent, in that brand. See docs/inbox.md.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.core import signing
from django.db import transaction
from msgspec import Struct

from agents.assignments import release_conversation, take_conversation, transfer_conversation
from agents.authors import author_of
from agents.models import Agent, Queue
from chat.conversations import Wait, close_conversation, mark_unread, reopen_conversation
from chat.errors import Invalid
from chat.marks import snooze_conversation
from chat.message_log import lock_conversation
from chat.models import Conversation
from tenants.context import current_tenant

# The console offers it for 8 s; a request may take its time on a bad network.
VALID = timedelta(minutes=5)


class Before(Struct, frozen=True):
    """`agent` may bring `conversation` back to the rest of it."""

    agent: UUID
    conversation: UUID
    at: datetime
    is_open: bool
    assignee: UUID | None
    queue: UUID | None
    wait: Wait
    snoozed_until: datetime | None
    is_unread: bool


def sign_before(before: Conversation, *, agent: Agent, now: datetime) -> str:
    """Return what lets `agent` bring the conversation back to how it is in `before`."""
    stood = Before(
        agent=agent.pk,
        conversation=before.pk,
        at=now,
        is_open=before.is_open,
        assignee=before.assignee_id,
        queue=before.queue_id,
        wait=Wait(before.queued_at, before.waiting_since, before.awaiting_reply_since),
        snoozed_until=before.snoozed_until,
        is_unread=before.unread_count > 0,
    )
    return signing.dumps(msgspec.to_builtins(stood), salt=_salt())


def restore(conversation_id: UUID, token: str, *, by: Agent, now: datetime) -> None:
    """Bring the conversation back to where it stood, whoever has it now. Locks it; all of it happens or nothing.

    Raises Invalid for a token that is none, too old, or not for this agent and conversation; and what the verbs raise.
    """
    before = _read(token)
    if before is None or (before.agent, before.conversation) != (by.pk, conversation_id) or now - before.at > VALID:
        raise Invalid("This cannot be undone any more.")
    # One transaction: between reopening and giving it back, routing would give it to somebody else.
    with transaction.atomic():
        if before.is_open:
            _reopen(before, by, now)
            _place(before, by, now)
        else:
            close_conversation(conversation_id, by=author_of(by), reason=Conversation.CloseReason.AGENT, now=now)


def _reopen(before: Before, by: Agent, now: datetime) -> None:
    """What closing took away comes back with it; of one that is open again already, it is not known any more."""
    if lock_conversation(before.conversation).is_open:
        return
    reopen_conversation(before.conversation, by=author_of(by), now=now, wait=before.wait)
    if before.is_unread:
        mark_unread(before.conversation, now)
    if before.snoozed_until is not None and before.snoozed_until > now:
        snooze_conversation(before.conversation, before.snoozed_until, by=author_of(by), now=now)


def _place(before: Before, by: Agent, now: datetime) -> None:
    """A queue or an agent that is gone meanwhile gets nothing back: then it waits."""
    conversation, wait = lock_conversation(before.conversation), before.wait
    stands = before.assignee is not None or conversation.waiting_since == wait.waiting_since
    if not stands or conversation.queue_id != before.queue:
        queue = Queue.objects.filter(pk__in=[before.queue]).first()
        if queue is None:
            conversation = release_conversation(conversation.pk, agent=by, wait=wait, now=now)
        else:
            conversation = transfer_conversation(conversation.pk, by=by, queue=queue, wait=wait, now=now)
    agent = Agent.objects.filter(pk__in=[before.assignee], is_active=True).first()
    if agent == by and conversation.assignee_id is None:
        take_conversation(conversation.pk, agent=by, now=now)
    elif agent is not None:
        transfer_conversation(conversation.pk, by=by, agent=agent, now=now)


def _read(token: str) -> Before | None:
    try:
        return msgspec.convert(signing.loads(token, salt=_salt()), Before)
    except (signing.BadSignature, msgspec.ValidationError):
        return None


def _salt() -> str:
    # A cloned brand has the ids of the one that it was cloned from.
    return f"undo:{current_tenant().pk.hex}"
