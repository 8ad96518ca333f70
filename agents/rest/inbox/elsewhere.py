"""GET agent/elsewhere: what calls for an account in its other brands, in one small answer that consoles poll.

One question for all brands; per brand three bounded queries. See docs/inbox.md.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent
from agents.brands import MAX_BRANDS, ask_brands, brands_of
from agents.inbox.news import count_calling, rows_with_news
from agents.rest.auth import AgentView
from chat.errors import Invalid
from chat.events import milliseconds
from chat.reading import conversation_row
from tenants.context import current_tenant
from tenants.models import Tenant, User

# What is older is no news, however long a window slept.
LONGEST = timedelta(minutes=10)


class ElsewhereView(AgentView):
    def get(self, request: Request) -> Response:
        user, here, now = request.user, current_tenant().slug, timezone.now()
        assert isinstance(user, User)
        since = _since(request.query_params, now)
        brands = brands_of(user, scheme=request.scheme or "http", host=request.get_host())[:MAX_BRANDS]
        return Response(news_elsewhere(user, [one for one in brands if one["slug"] != here], since=since, now=now))


def news_elsewhere(
    user: User, brands: Sequence[dict[str, Any]], *, since: datetime | None, now: datetime
) -> dict[str, Any]:
    """What calls in these brands, and the rows with activity since; no moment, no rows. `ts` is the next moment."""
    parts, failed = ask_brands(brands, lambda tenant: _part(user, tenant, since))
    rows = sorted((row for _brand, found in parts.values() for row in found), key=lambda row: row["active_ts"])
    return {
        "ts": milliseconds(now),
        "rows": rows,
        "brands": [brand for brand, _found in parts.values()],
        "failed": failed,
    }


def _part(user: User, tenant: Tenant, since: datetime | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    agent = get_agent(user)
    calling = count_calling(agent)
    rows = rows_with_news(agent, since) if since else []
    # Whoever has that brand's console open as well (`is_there`) is told there.
    brand = {"slug": tenant.slug, "agent": str(agent.pk), "is_there": agent.is_present, **calling._asdict()}
    return brand, [{**conversation_row(row), "brand": tenant.slug} for row in rows]


def _since(query: Mapping[str, str], now: datetime) -> datetime | None:
    text = query.get("since", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 15):
        raise Invalid("`since` is a moment in milliseconds.")
    return max(datetime.fromtimestamp(int(text) / 1000, UTC), now - LONGEST)
