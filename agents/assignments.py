"""Who has which conversation. Locks: the conversation first, then the agent; ending an assignment locks no agent."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction

from agents.audit import note_audit
from agents.authors import author_of
from agents.models import Agent, Assignment, Queue
from agents.queues import place_in
from agents.routing.write import remember_last_agents
from chat.authors import SYSTEM, Author
from chat.conversations import Wait, author_body, record
from chat.errors import Conflict, ConversationClosed, Invalid, NotFound
from chat.message_log import lock_conversation, lock_ids
from chat.messages import MessageDraft, add_note_locked
from chat.models import Conversation
from chat.placement import Place
from chat.signals import conversation_closed
from chat.text import clean_text
from tenants.ids import new_id


class AlreadyTaken(Conflict):
    title = "Another agent has this conversation."


def take_conversation(conversation_id: UUID, *, agent: Agent, now: datetime) -> Conversation:
    """Give a waiting conversation to `agent`. Taking one's own again changes nothing.

    Raises AlreadyTaken when another agent has it, ConversationClosed.
    """
    with transaction.atomic():
        conversation = _lock_open(conversation_id)
        if conversation.assignee_id == agent.pk:
            return conversation
        if conversation.assignee_id is not None:
            raise AlreadyTaken(f"{conversation.assignee_name} has this conversation.")
        _assign(conversation, agent, {"by": "take"}, now)
        record(conversation, "conversation.assigned", author_of(agent), _assigned_body(agent, author_of(agent)), now)
        return conversation


def release_conversation(
    conversation_id: UUID, *, agent: Agent, wait: Wait | None = None, now: datetime
) -> Conversation:
    """Let the conversation wait again, from now on or, for undoing, as in `wait`.

    Only its agent may, or a supervisor or admin.
    """
    with transaction.atomic():
        conversation = _lock_open(conversation_id)
        if conversation.assignee_id is None:
            return conversation
        if conversation.assignee_id != agent.pk and agent.role == Agent.Role.AGENT:
            raise AlreadyTaken(f"{conversation.assignee_name} has this conversation.")
        _note_reassigned(conversation, agent, None, now)
        _end(conversation, Assignment.EndedReason.RELEASED, now)
        _let_wait(conversation, now, wait=wait)
        record(conversation, "conversation.released", author_of(agent), {"by": author_body(author_of(agent))}, now)
        return conversation


def transfer_conversation(
    conversation_id: UUID,
    *,
    by: Agent | Author,
    agent: Agent | None = None,
    queue: Queue | None = None,
    note: str = "",
    wait: Wait | None = None,
    now: datetime,
) -> Conversation:
    """Hand the conversation to another agent, or let it wait in a queue; exactly one of the two is given.

    Moved on while it waits, it goes on waiting; with `wait`, for undoing, it waits as it did there.

    `by` is an agent, or the author that a rule is. A note is written with it, before it, and names the agent: whoever
    gets the conversation finds out why.
    """
    if (agent is None) == (queue is None):
        raise Invalid("Transfer to one agent or to one queue.")
    with transaction.atomic():
        conversation = _lock_open(conversation_id)
        before = {"agent": _reference(conversation.assignee_id, conversation.assignee_name)}
        author = author_of(by) if isinstance(by, Agent) else by
        if agent is not None and conversation.assignee_id == agent.pk:
            return conversation
        _note_reassigned(conversation, by, agent, now)
        if clean_text(note):
            mentions = [agent.pk] if agent is not None else []
            draft = MessageDraft(new_id(), text=note, mentions=mentions)
            add_note_locked(conversation, author=author, draft=draft, now=now)
        _end(conversation, Assignment.EndedReason.TRANSFERRED, now)
        if agent is not None:
            _assign(conversation, agent, {"by": "transfer" if isinstance(by, Agent) else "rule"}, now)
            after = {"agent": _reference(agent.pk, agent.display_name)}
        else:
            assert queue is not None
            # Reports tell from the log where it stood before.
            before["queue"] = _reference(conversation.queue_id, conversation.queue_name)
            conversation.save(update_fields=place_in(conversation, queue))
            _let_wait(conversation, now, since=conversation.waiting_since, wait=wait)
            after = {"queue": _reference(queue.pk, queue.name)}
        body = {"from": before, "to": after, "by": author_body(author)}
        record(conversation, "conversation.transferred", author, body, now)
        return conversation


def take_if_waiting(conversation_id: UUID, *, agent: Agent, now: datetime) -> None:
    """Answering a waiting conversation takes it; one that another agent has stays with that agent."""
    waiting = Conversation.objects.filter(pk=conversation_id, status=Conversation.Status.WAITING).exists()
    if waiting:
        # Somebody may be faster: the answer still counts, the conversation is theirs.
        with suppress(AlreadyTaken):
            take_conversation(conversation_id, agent=agent, now=now)


def give_back_locked(
    conversation: Conversation, now: datetime, reason: str = Assignment.EndedReason.AGENT_ABSENT
) -> None:
    """Let a locked conversation wait again because its agent is gone or silent.

    A visitor whose message nobody answered has waited since then, not since now: it is soon the next one's turn.
    """
    _end(conversation, reason, now)
    _let_wait(conversation, now, since=conversation.awaiting_reply_since)
    body = {"by": author_body(SYSTEM), "reason": str(reason)}
    record(conversation, "conversation.released", SYSTEM, body, now)


def lock_free_conversations_of(agent: Agent) -> list[UUID]:
    """Lock those of the agent's conversations that nobody else holds locked, without waiting; return their ids."""
    mine = Conversation.objects.filter(assignee_id=agent.pk, status=Conversation.Status.ASSIGNED)
    return lock_ids(mine, skip_locked=True)


def place_in_default_queue() -> Place:
    """Where a new conversation waits; registered with chat/placement when the app is loaded."""
    queue = Queue.objects.order_by("-is_default", "position").first()
    return Place(queue.pk, queue.name) if queue else Place()


def end_assignment_of_closed(conversation: Conversation, now: datetime, **_: object) -> None:
    """Receiver of `conversation_closed`, in the same transaction."""
    _end(conversation, Assignment.EndedReason.CLOSED, now)


conversation_closed.connect(end_assignment_of_closed, dispatch_uid="end-assignment")


def _lock_open(conversation_id: UUID) -> Conversation:
    conversation = lock_conversation(conversation_id)
    if not conversation.is_open:
        raise ConversationClosed
    return conversation


def _assign(conversation: Conversation, agent: Agent, reasons: dict[str, str], now: datetime) -> None:
    locked = Agent.objects.select_for_update(no_key=True).filter(pk=agent.pk, is_active=True).first()
    if locked is None:
        raise NotFound("There is no such agent.")
    Agent.objects.filter(pk=agent.pk, idle_since__isnull=False).update(idle_since=None)
    remember_last_agents({conversation.visitor_id: agent.pk})
    Assignment.objects.create(
        conversation=conversation, agent=agent, queue_id=conversation.queue_id, started_at=now, reasons=reasons
    )
    conversation.status = Conversation.Status.ASSIGNED
    conversation.assignee_id = agent.pk
    conversation.assignee_name = agent.display_name
    conversation.assigned_at = now
    conversation.waiting_since = conversation.queued_at = None
    conversation.save(
        update_fields=["status", "assignee_id", "assignee_name", "assigned_at", "waiting_since", "queued_at"]
    )


def _end(conversation: Conversation, reason: str, now: datetime) -> None:
    Assignment.objects.filter(conversation=conversation, ended_at__isnull=True).update(
        ended_at=now, ended_reason=reason
    )


def _note_reassigned(conversation: Conversation, by: Agent | Author, to: Agent | None, now: datetime) -> None:
    """Who moves a colleague's conversation is in the audit log: what a lock says is true, a form may be older."""
    if not isinstance(by, Agent) or conversation.assignee_id in (None, by.pk):
        return
    action = "conversation.taken_over" if to is not None and to.pk == by.pk else "conversation.reassigned"
    changes = {"agent": [conversation.assignee_name, to.display_name if to else None]}
    note_audit(action, by=by, on=conversation, changes=changes, now=now)


def _let_wait(
    conversation: Conversation, now: datetime, *, since: datetime | None = None, wait: Wait | None = None
) -> None:
    conversation.status = Conversation.Status.WAITING
    conversation.assignee_id = None
    conversation.assignee_name = ""
    conversation.waiting_since = (wait and wait.waiting_since) or since or now
    conversation.queued_at = (wait and wait.queued_at) or now
    conversation.save(update_fields=["status", "assignee_id", "assignee_name", "waiting_since", "queued_at"])


def _assigned_body(agent: Agent, by: Author = SYSTEM) -> dict[str, object]:
    return {"agent": _reference(agent.pk, agent.display_name), "by": author_body(by)}


def _reference(pk: object, name: str) -> dict[str, str] | None:
    return {"id": str(pk), "name": name} if pk else None
