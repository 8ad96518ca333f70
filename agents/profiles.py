"""What agents know of a visitor beyond its own row: ratings, who else it may be, merging (docs/profile.md)."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest
from math import inf
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet

from agents.access import agent_conversations, get_agent_visitor
from agents.audit import note_audit
from agents.authors import author_of
from agents.models import Agent
from chat.blocking import block_visitor, unblock_visitor
from chat.errors import Forbidden, Invalid
from chat.merging import CannotMerge, check_mergeable, merge_visitors
from chat.models import Conversation, PageView, Rating, Visitor, VisitorNote
from chat.visitor_search import holding

MAX_SUGGESTED = 5
MAX_FOUND = 20
# A bound on the work, whatever is typed: half of all people have an address at gmail.com.
MAX_COMPARED = 1000
LATEST = (F("last_seen_at").desc(nulls_last=True), "pk")
MIN_QUERY_CHARS, MAX_QUERY_CHARS = 2, 100


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """How a person rated: over all its conversations that the agent may see, and the last time."""

    average: float
    count: int
    last: Rating


@dataclass(frozen=True, slots=True)
class MergePreview:
    """What merging would do; `refusal` says why it is not possible, None where it is."""

    source: Visitor
    target: Visitor
    conversations: int
    page_views: int
    notes: int
    closes: Conversation | None
    refusal: CannotMerge | None


def satisfaction_of(agent: Agent, visitor: Visitor) -> Satisfaction | None:
    ratings = Rating.objects.filter(conversation__in=agent_conversations(agent).filter(visitor=visitor).order_by())
    last = ratings.order_by("-created_at").first()
    if last is None:
        return None
    found = ratings.aggregate(average=Avg("score"), count=Count("pk"))
    return Satisfaction(round(float(found["average"]), 2), found["count"], last)


def find_duplicates(agent: Agent, visitor: Visitor) -> list[Visitor]:
    """Other visitors with the same e-mail address or phone number: perhaps the same person."""
    same = Q()
    if visitor.email:
        same |= Q(email__iexact=visitor.email) & ~Q(email="")
    if visitor.phone:
        same |= Q(phone=visitor.phone) & ~Q(phone="")
    if not same:
        return []
    others = _visible(agent).filter(same).exclude(pk=visitor.pk)
    return list(others.order_by(*LATEST)[:MAX_SUGGESTED])


def search_visitors(agent: Agent, text: str) -> list[Visitor]:
    """Find people by what they are called, their address, number or id: those seen last, of the first thousand found.
    Those merged away are not found."""
    text = text.strip()
    if not MIN_QUERY_CHARS <= len(text) <= MAX_QUERY_CHARS:
        raise Invalid(f"`q` has {MIN_QUERY_CHARS} to {MAX_QUERY_CHARS} characters.")
    found = holding(text, ("name", "email", "phone")) | Q(external_id=text)
    with suppress(ValueError):
        found |= Q(pk=UUID(text))
    some = _visible(agent).filter(found).order_by().values_list("pk", "last_seen_at")[:MAX_COMPARED]
    latest = nsmallest(MAX_FOUND, ((-at.timestamp() if at else inf, pk) for pk, at in some))
    visitors = Visitor.objects.in_bulk([pk for _, pk in latest])
    return [visitors[pk] for _, pk in latest if pk in visitors]


def preview_merge(agent: Agent, source_id: UUID, target_id: UUID) -> MergePreview:
    """Say what `merge_as` would do. Raises NotFound, Forbidden, Invalid."""
    source, target = _pair(agent, source_id, target_id)
    theirs = agent_conversations(agent).filter(visitor=source)
    open_one = theirs.exclude(status=Conversation.Status.CLOSED).first()
    kept = agent_conversations(agent).filter(visitor=target).exclude(status=Conversation.Status.CLOSED).exists()
    refusal = None
    try:
        check_mergeable(source, target)
    except CannotMerge as error:
        refusal = error
    return MergePreview(
        source,
        target,
        conversations=theirs.count(),
        page_views=PageView.objects.filter(visitor=source).count(),
        notes=VisitorNote.objects.filter(visitor=source).count(),
        closes=open_one if kept else None,
        refusal=refusal,
    )


def block_as(agent: Agent, visitor_id: UUID, now: datetime) -> Visitor:
    """Keep a visitor that this agent may see out; audited. Raises NotFound, VisitorMerged."""
    get_agent_visitor(agent, visitor_id)
    with transaction.atomic():
        visitor = block_visitor(visitor_id, by=agent.display_name, now=now)
        note_audit("visitor.blocked", by=agent, on=visitor, now=now)
    return visitor


def unblock_as(agent: Agent, visitor_id: UUID, now: datetime) -> Visitor:
    """Let a visitor that this agent may see in again; audited. Raises NotFound, VisitorMerged."""
    get_agent_visitor(agent, visitor_id)
    with transaction.atomic():
        visitor = unblock_visitor(visitor_id)
        note_audit("visitor.unblocked", by=agent, on=visitor, now=now)
    return visitor


def merge_as(agent: Agent, source_id: UUID, target_id: UUID, now: datetime) -> Visitor:
    """Merge the source into the target as this agent, who has to see the whole brand; audited once."""
    source, _ = _pair(agent, source_id, target_id)
    if source.merged_into_id == target_id:
        return get_agent_visitor(agent, target_id)
    target = merge_visitors(source_id, target_id, by=author_of(agent), now=now)
    with transaction.atomic():
        changes = {"merged": [str(source_id), str(target_id)]}
        note_audit("visitor.merged", by=agent, on=target, changes=changes, now=now)
    return target


def count_conversations(agent: Agent, visitors: list[Visitor]) -> dict[UUID, int]:
    """How many conversations that this agent may see each of them has; one question for all."""
    rows = agent_conversations(agent).filter(visitor__in=visitors).order_by().values("visitor_id")
    return {row["visitor_id"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def _pair(agent: Agent, source_id: UUID, target_id: UUID) -> tuple[Visitor, Visitor]:
    source, target = get_agent_visitor(agent, source_id), get_agent_visitor(agent, target_id)
    if agent.scope != Agent.Scope.BRAND:
        # Conversations out of sight would move, too.
        raise Forbidden("Only who sees the whole brand may merge visitors.")
    if source_id == target_id:
        raise Invalid("A visitor cannot be merged into itself.")
    return source, target


def _visible(agent: Agent) -> QuerySet[Visitor]:
    visitors = Visitor.objects.filter(merged_into=None)
    if agent.scope == Agent.Scope.BRAND:
        return visitors
    return visitors.filter(pk__in=agent_conversations(agent).order_by().values("visitor_id"))
