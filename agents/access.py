"""Which staff account is which agent here, and what that agent may see (`Agent.scope`).

No active Agent row: the brand does not exist for that account. What is out of sight is like a missing thing.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from agents.canned_files import KIND as CANNED
from agents.models import Agent, CannedReply, Membership, Queue
from agents.sight import Sight
from chat.access import Known, brand_conversations, find_known, get_file, get_visitor
from chat.errors import NotFound
from chat.models import Conversation, File, Visitor
from tenants.models import User
from tenants.queries import only


def get_agent(user: User) -> Agent:
    """Return the active agent that this account is in the current brand."""
    agent = only(Agent.objects.filter(user_id=user.pk, is_active=True)) if user.is_authenticated else None
    if agent is None:
        raise NotFound
    return agent


def get_active_agent(agent_id: UUID) -> Agent:
    agent = only(Agent.objects.filter(pk=agent_id, is_active=True))
    if agent is None:
        raise NotFound("There is no such agent.")
    return agent


def get_queue(queue_id: UUID) -> Queue:
    queue = only(Queue.objects.filter(pk=queue_id))
    if queue is None:
        raise NotFound("There is no such queue.")
    return queue


def agent_conversations(agent: Agent) -> QuerySet[Conversation]:
    """Return the conversations that this agent may see. The rule for rows in frames is agents/sight.py."""
    rows = brand_conversations()
    return rows if agent.scope == Agent.Scope.BRAND else rows.filter(_in_sight(agent))


def get_agent_conversation(agent: Agent, conversation_id: UUID) -> Conversation:
    """Return a conversation that this agent may see, with its visitor."""
    row = only(agent_conversations(agent).select_related("visitor").filter(pk=conversation_id))
    if row is None:
        raise NotFound
    return row


def get_agent_visitor(agent: Agent, visitor_id: UUID) -> Visitor:
    """Return a visitor of whom this agent may see at least one conversation."""
    visitor = get_visitor(visitor_id)
    if agent.scope != Agent.Scope.BRAND and not agent_conversations(agent).filter(visitor_id=visitor_id).exists():
        raise NotFound
    return visitor


def canned_of(agent: Agent) -> QuerySet[CannedReply]:
    """What this agent may put in: the brand's, the queues' that it sees, and its own."""
    queues = Q(queue__isnull=True) | Q(queue__in=agent.queues.all()) if agent.scope == Agent.Scope.QUEUES else Q()
    return CannedReply.objects.filter(queues & Q(owner__isnull=True) | Q(owner=agent))


def get_agent_file(agent: Agent, file_id: UUID) -> File:
    """Return a file of a conversation or canned reply that this agent may see, or one of the team's, not sent yet."""
    file = get_file(file_id)
    if agent.scope == Agent.Scope.BRAND:
        return file
    if file.conversation_id is None and file.uploader_kind == "agent":
        return file
    if file.uploader_kind == CANNED and canned_of(agent).filter(pk=file.uploader_id).exists():
        return file
    if not agent_conversations(agent).filter(pk__in=[file.conversation_id]).exists():
        raise NotFound
    return file


def find_known_to(agent: Agent, conversation_ids: Collection[UUID]) -> dict[UUID, Known]:
    """Return those of the conversations that exist and that this agent may see, for a resume."""
    return find_known(list(conversation_ids), agent_conversations(agent))


def sight_of(agent: Agent) -> Sight:
    if agent.scope == Agent.Scope.BRAND:
        return Sight(str(agent.pk))
    queues = Membership.objects.filter(agent=agent).values_list("queue_id", flat=True)
    return Sight(str(agent.pk), frozenset(str(pk) for pk in queues))


class AgentNow(NamedTuple):
    """What a connection of an agent stands on."""

    is_active: bool
    role: str
    sight: Sight
    has_account: bool
    password: str


def agents_now(agent_ids: Collection[UUID]) -> dict[UUID, AgentNow]:
    """Return how these agents stand now: one query, and one for those who see only their own queues."""
    rows = list(
        Agent.objects.filter(pk__in=agent_ids).values_list(
            "pk", "is_active", "role", "scope", "user__is_active", "user__password"
        )
    )
    queues: dict[UUID, set[str]] = {pk: set() for pk, _, _, scope, _, _ in rows if scope != Agent.Scope.BRAND}
    if queues:
        for pk, queue in Membership.objects.filter(agent__in=queues).values_list("agent_id", "queue_id"):
            queues[pk].add(str(queue))
    return {
        pk: AgentNow(is_active, role, Sight(str(pk), frozenset(queues[pk]) if pk in queues else None), has, password)
        for pk, is_active, role, _scope, has, password in rows
    }


def _in_sight(agent: Agent) -> Q:
    return Q(assignee_id=agent.pk) | Q(queue_id__in=Membership.objects.filter(agent=agent).values("queue_id"))
