"""The lists of the inbox: which conversations each view holds, how many, and what is found by typing."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from agents.access import agent_conversations
from agents.models import Agent
from chat.errors import Invalid
from chat.models import Conversation
from chat.pages import conversation_row
from chat.presence import online_among
from chat.rest.paging import cut_page, read_limit
from tenants.context import current_tenant

MAX_QUERY_CHARS = 100
# Closed conversations grow for ever: counting stops here, and the console shows "999+".
MAX_COUNTED = 1000
OPEN = ~Q(status=Conversation.Status.CLOSED)


def list_page(agent: Agent, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of a view with its rows, newest activity first; `counts` are those of all views."""
    rows = _view(agent, query.get("view") or "all")
    if text := query.get("q", "").strip():
        rows = rows.filter(_matches(text))
    page, following = cut_page(
        rows.select_related("visitor"),
        by="active_at",
        cursor=query.get("cursor"),
        limit=read_limit(query),
        newest_first=True,
    )
    return {"rows": rows_with_presence(page), "next": following, "counts": count_views(agent)}


def count_views(agent: Agent) -> dict[str, int]:
    counts = (
        agent_conversations(agent)
        .filter(OPEN)
        .aggregate(
            mine=Count("pk", filter=Q(assignee_id=agent.pk)),
            unassigned=Count("pk", filter=Q(status=Conversation.Status.WAITING)),
            all=Count("pk"),
        )
    )
    closed = agent_conversations(agent).filter(status=Conversation.Status.CLOSED).order_by()[:MAX_COUNTED].count()
    return {**counts, "closed": closed}


def rows_with_presence(conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    visitors = {conversation.visitor_id for conversation in conversations}
    online = online_among(current_tenant(), "visitor", visitors, time.time())
    return [conversation_row(one, online=one.visitor_id in online) for one in conversations]


def _view(agent: Agent, name: str) -> QuerySet[Conversation]:
    conditions = {
        "mine": OPEN & Q(assignee_id=agent.pk),
        "unassigned": Q(status=Conversation.Status.WAITING),
        "all": OPEN,
        "closed": Q(status=Conversation.Status.CLOSED),
    }
    if name not in conditions:
        raise Invalid(f"`view` is one of {', '.join(conditions)}.")
    return agent_conversations(agent).filter(conditions[name])


def _matches(text: str) -> Q:
    if len(text) > MAX_QUERY_CHARS:
        raise Invalid(f"`q` has at most {MAX_QUERY_CHARS} characters.")
    found = (
        Q(visitor__name__icontains=text)
        | Q(visitor__email__icontains=text)
        | Q(visitor__phone__icontains=text)
        | Q(visitor__external_id=text)
        | Q(last_message_preview__icontains=text)
    )
    try:
        return found | Q(pk=UUID(text)) | Q(visitor_id=UUID(text))
    except ValueError:
        return found
