"""A visitor as agents see it beside a conversation."""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from agents.access import agent_conversations
from agents.models import Agent
from agents.profiles import MergePreview, Satisfaction, count_conversations, find_duplicates, satisfaction_of
from chat.devices import describe_device
from chat.events import milliseconds
from chat.models import Conversation, Visitor
from chat.page_trail import page_view, trail_of
from chat.presence import online_among
from chat.rest.paging import cut_page
from chat.visitor_notes import note_view, notes_about
from tenants.context import current_tenant

MAX_FORMER = 10
# As many pages as the pane shows before somebody asks for all.
SHOWN_PAGES = 10


def visitor_profile(agent: Agent, visitor: Visitor, *, beside: UUID | None = None) -> dict[str, Any]:
    """Profile, page, and the former conversations that this agent may see but for `beside`, which is on the screen."""
    return {**_facts(visitor), "former": former_page(agent, visitor, beside=beside)["rows"]}


def whole_profile(agent: Agent, visitor: Visitor, *, beside: UUID | None = None) -> dict[str, Any]:
    """`visitor_profile` and all that the pane shows below it: asked for by itself, so that a thread opens at once."""
    former = former_page(agent, visitor, beside=beside)
    trail = trail_of(visitor, SHOWN_PAGES + 1)
    return {
        **_facts(visitor),
        "former": former["rows"],
        "former_next": former["next"],
        "trail": [page_view(view) for view in trail[:SHOWN_PAGES]],
        "trail_more": len(trail) > SHOWN_PAGES,
        "notes": [note_view(note) for note in notes_about(visitor)],
        "satisfaction": _satisfaction(satisfaction_of(agent, visitor)),
        "duplicates": visitor_summaries(agent, find_duplicates(agent, visitor)),
    }


def former_page(
    agent: Agent, visitor: Visitor, *, beside: UUID | None = None, cursor: str | None = None, limit: int = MAX_FORMER
) -> dict[str, Any]:
    """A page of the visitor's conversations but for `beside`, newest first."""
    rows = agent_conversations(agent).filter(visitor=visitor)
    if beside is not None:
        rows = rows.exclude(pk=beside)
    page, following = cut_page(rows, by="created_at", cursor=cursor, limit=limit, newest_first=True)
    return {"rows": [_former(one) for one in page], "next": following}


def visitor_summaries(agent: Agent, visitors: Sequence[Visitor]) -> list[dict[str, Any]]:
    """Visitors in a few words, to choose one of."""
    counts = count_conversations(agent, list(visitors))
    online = online_among(current_tenant(), "visitor", [visitor.pk for visitor in visitors], time.time())
    return [
        {
            "id": str(visitor.pk),
            "name": visitor.name,
            "email": visitor.email,
            "phone": visitor.phone,
            "identified": visitor.is_identified,
            "online": visitor.pk in online,
            "conversations": counts.get(visitor.pk, 0),
            "last_seen_ts": milliseconds(visitor.last_seen_at),
            "created_ts": milliseconds(visitor.created_at),
        }
        for visitor in visitors
    ]


def merge_view(agent: Agent, preview: MergePreview) -> dict[str, Any]:
    source, target = visitor_summaries(agent, [preview.source, preview.target])
    return {
        "from": source,
        "into": target,
        "conversations": preview.conversations,
        "page_views": preview.page_views,
        "notes": preview.notes,
        "closes": str(preview.closes.pk) if preview.closes else None,
        "refusal": preview.refusal.reason if preview.refusal else None,
    }


def _facts(visitor: Visitor) -> dict[str, Any]:
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
        "device": _device(visitor),
        "last_seen_ts": milliseconds(visitor.last_seen_at),
        "created_ts": milliseconds(visitor.created_at),
        "merged_into": str(visitor.merged_into_id) if visitor.merged_into_id else None,
        "blocked": {"by": visitor.blocked_by, "ts": milliseconds(visitor.blocked_at)} if visitor.blocked_at else None,
    }


def _page(visitor: Visitor) -> dict[str, str] | None:
    if not visitor.page_url:
        return None
    return {"url": visitor.page_url, "title": visitor.page_title, "referrer": visitor.referrer}


def _device(visitor: Visitor) -> dict[str, str] | None:
    device = describe_device(visitor.user_agent)
    return {"browser": device.browser, "os": device.os, "kind": device.kind} if device else None


def _former(one: Conversation) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "created_ts": milliseconds(one.created_at),
        "status": one.status,
        "preview": one.last_message_preview,
        "agent": {"id": str(one.assignee_id), "name": one.assignee_name} if one.assignee_id else None,
        "rating": one.rating,
        "tags": [str(tag) for tag in one.tag_ids],
    }


def _satisfaction(found: Satisfaction | None) -> dict[str, Any] | None:
    if found is None:
        return None
    last = {"score": found.last.score, "comment": found.last.comment, "ts": milliseconds(found.last.created_at)}
    return {"average": found.average, "count": found.count, "last": last}
