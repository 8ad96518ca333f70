"""A visitor as agents see it beside a conversation."""

import time
from typing import Any
from uuid import UUID

from agents.access import agent_conversations
from agents.models import Agent
from chat.events import milliseconds
from chat.models import Visitor
from chat.presence import online_among
from tenants.context import current_tenant

MAX_FORMER = 10


def visitor_profile(agent: Agent, visitor: Visitor, *, beside: UUID | None = None) -> dict[str, Any]:
    """Profile, page, and the former conversations that this agent may see but for `beside`, which is on the screen."""
    online = online_among(current_tenant(), "visitor", [visitor.pk], time.time())
    return {
        "id": str(visitor.pk),
        "name": visitor.name,
        "email": visitor.email,
        "phone": visitor.phone,
        "locale": visitor.locale,
        "external_id": visitor.external_id,
        "identified": visitor.is_identified,
        "online": visitor.pk in online,
        "attributes": visitor.attributes,
        "page": _page(visitor),
        "last_seen_ts": milliseconds(visitor.last_seen_at),
        "created_ts": milliseconds(visitor.created_at),
        "former": _former(agent, visitor, beside),
    }


def _page(visitor: Visitor) -> dict[str, str] | None:
    if not visitor.page_url:
        return None
    return {"url": visitor.page_url, "title": visitor.page_title, "referrer": visitor.referrer}


def _former(agent: Agent, visitor: Visitor, beside: UUID | None) -> list[dict[str, Any]]:
    all_of_them = agent_conversations(agent).filter(visitor=visitor).order_by("-created_at", "-pk")[: MAX_FORMER + 1]
    others = [one for one in all_of_them if one.pk != beside][:MAX_FORMER]
    return [
        {
            "id": str(one.pk),
            "created_ts": milliseconds(one.created_at),
            "status": one.status,
            "preview": one.last_message_preview,
        }
        for one in others
    ]
