"""The lists of the inbox: a page of a view, what is found by typing, and rows as the console shows them."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from agents.inbox.filters import condition_of, read_query
from agents.inbox.views import count_views, shelf_of
from agents.models import Agent
from chat.access import conversations_saying
from chat.errors import Invalid
from chat.models import Conversation, Visitor
from chat.presence import online_among
from chat.reading import conversation_row
from chat.rest.paging import cut_page, read_limit
from chat.visitor_search import holding, part_of
from tenants.context import current_tenant

__all__ = ["count_views", "list_page", "rows_with_presence", "search_rows"]

MAX_QUERY_CHARS = 100
# Bounds, whatever the brand's size. So many conversations of the view, the latest active, are looked at: at their last
# line and visitor, and at all that was said in the first of them. Of visitors the index finds so many.
LOOKED_AT, SAID_IN, VISITORS = 1000, 500, 1000


def list_page(agent: Agent, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of a view with its rows, in the view's order. The first page also says how many each view holds."""
    shelf = shelf_of(agent, query.get("view") or "all")
    rows = shelf.rows.filter(condition_of(read_query(query), agent))
    rows = search_rows(rows, query.get("q", ""))
    cursor = query.get("cursor")
    page, following = cut_page(
        rows.select_related("visitor"),
        by=shelf.by,
        cursor=cursor,
        limit=read_limit(query),
        newest_first=shelf.newest_first,
    )
    counts = {} if cursor else {"counts": count_views(agent)}
    return {"rows": rows_with_presence(page), "next": following, **counts}


def search_rows(rows: QuerySet[Conversation], typed: str) -> QuerySet[Conversation]:
    """Those of the rows in which this was found; all of them where nothing was typed. Raises Invalid."""
    if not (text := typed.strip()):
        return rows
    if len(text) > MAX_QUERY_CHARS:
        raise Invalid(f"`q` has at most {MAX_QUERY_CHARS} characters.")
    near = rows.order_by("-active_at").annotate(hit=ExpressionWrapper(_line_or_visitor(text), BooleanField()))
    seen = list(near.values_list("pk", "hit")[:LOOKED_AT])
    ids = {pk for pk, hit in seen if hit} | set(conversations_saying([pk for pk, _hit in seen[:SAID_IN]], text))
    # In no order: else PostgreSQL may walk through all of them in that order, looking for the first.
    visitors = Visitor.objects.filter(holding(text)).order_by().values_list("pk", flat=True)[:VISITORS]
    # Both as lists: an index finds each of them, and nothing of the view besides is looked at.
    found = Q(pk__in=ids) | Q(visitor_id__in=list(visitors))
    try:
        return rows.filter(found | Q(pk=UUID(text)) | Q(visitor_id=UUID(text)))
    except ValueError:
        return rows.filter(found)


def rows_with_presence(conversations: Sequence[Conversation]) -> list[dict[str, Any]]:
    visitors = {conversation.visitor_id for conversation in conversations}
    online = online_among(current_tenant(), "visitor", visitors, time.time())
    return [conversation_row(one, online=one.visitor_id in online) for one in conversations]


def _line_or_visitor(text: str) -> Q:
    return Q(last_message_preview__icontains=text) | part_of(text, prefix="visitor__")
