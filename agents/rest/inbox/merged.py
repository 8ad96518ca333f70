"""One inbox over all brands that a staff account works for: a page of each brand's rows, merged in the view's order.

Each brand is entered through its own door, asked for one bounded page as the agent that the account is *there* (its
scope counts), and left. A brand that fails is named and hides no other. See docs/inbox.md.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent
from agents.brands import MAX_BRANDS, ask_brands, brands_of
from agents.inbox.views import count_views, shelf_of
from agents.models import Agent
from agents.rest.auth import AgentView
from agents.rest.lists import rows_with_presence, search_rows
from chat.errors import Invalid
from chat.rest.paging import cut_page, decode_cursor, encode_cursor, read_limit
from tenants.models import Tenant, User

VIEWS = ("mine", "unassigned", "snoozed", "all")


class Merging(NamedTuple):
    """A row with what it is merged by."""

    at: datetime
    id: UUID
    row: dict[str, Any]


class Part(NamedTuple):
    """What one brand gives to a page."""

    rows: list[Merging]
    has_more: bool
    newest_first: bool
    counts: dict[str, int]
    # Who the account is there: its conversations are told by this.
    agent: str


class MergedView(AgentView):
    def get(self, request: Request) -> Response:
        user = request.user
        assert isinstance(user, User)
        brands = brands_of(user, scheme=request.scheme or "http", host=request.get_host())[:MAX_BRANDS]
        return Response(merged_page(user, brands, request.query_params))


def merged_page(user: User, brands: Sequence[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """A page over these brands (as `brands_of` names them). Raises Invalid."""
    view, limit, cursor = query.get("view") or "mine", read_limit(query), query.get("cursor")
    if view not in VIEWS:
        raise Invalid(f"`view` is one of {', '.join(VIEWS)}.")
    if cursor:
        decode_cursor(cursor)

    def part(tenant: Tenant) -> Part:
        return _part(get_agent(user), tenant.slug, query, view=view, cursor=cursor, limit=limit)

    parts, failed = ask_brands(brands, part)
    newest_first = all(part.newest_first for part in parts.values())
    rows = sorted((one for part in parts.values() for one in part.rows), key=lambda one: one[:2], reverse=newest_first)
    page = rows[:limit]
    has_more = len(rows) > limit or any(part.has_more for part in parts.values())
    return {
        "rows": [one.row for one in page],
        "next": encode_cursor(page[-1].at, page[-1].id) if page and has_more else None,
        "brands": [_with_part(brand, parts[brand["slug"]]) for brand in brands if brand["slug"] in parts],
        "failed": failed,
    }


def _with_part(brand: dict[str, Any], part: Part) -> dict[str, Any]:
    return {**brand, "agent": part.agent, "counts": part.counts}


def _part(agent: Agent, slug: str, query: Mapping[str, str], *, view: str, cursor: str | None, limit: int) -> Part:
    shelf = shelf_of(agent, view)
    found, following = cut_page(
        search_rows(shelf.rows, query.get("q", "")).select_related("visitor"),
        by=shelf.by,
        cursor=cursor,
        limit=limit,
        newest_first=shelf.newest_first,
    )
    shown = rows_with_presence(found)
    rows = [
        Merging(getattr(one, shelf.by), one.pk, {**row, "brand": slug}) for one, row in zip(found, shown, strict=True)
    ]
    return Part(rows, following is not None, shelf.newest_first, count_views(agent), str(agent.pk))
