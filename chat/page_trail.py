"""The pages that a visitor looked at, for the agents who talk with them (docs/profile.md). Bounded per visitor."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.db import transaction

from chat.errors import NotFound
from chat.events import hint_frame, milliseconds
from chat.fanout import announce_to_watchers
from chat.models import Conversation, PageView, Visitor
from chat.text import clean_line

MAX_BATCH = 20
MAX_KEPT = 100
MAX_URL_CHARS = 2000
# A page reports what it saw while it was offline; older than this is no trail any more.
MAX_AGE = timedelta(hours=24)
# Parameters whose values open something: links for passwords, sign-ins, invitations.
_SECRET = re.compile(r"token|secret|passw|pwd|auth|session|signature|jwt|otp|api_?key|credential", re.IGNORECASE)
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class View:
    """A page that a visitor's browser says it showed; `ts` in milliseconds, None: now."""

    url: str
    title: str = ""
    ts: int | None = None


def note_page_views(visitor_id: UUID, views: Sequence[View], now: datetime) -> int:
    """Add pages to the visitor's trail and return how many were new; only web addresses count.

    Sending a batch again adds nothing, nor does reloading the page that was shown last. The newest page becomes the
    visitor's present one. Locks the visitor; watchers of its open conversation are told after commit.
    """
    wanted = sorted(_cleaned(views, now), key=lambda view: view.viewed_at)
    with transaction.atomic():
        visitor = Visitor.objects.select_for_update(no_key=True).filter(pk=visitor_id, merged_into=None).first()
        if visitor is None:
            raise NotFound
        trail = trail_of(visitor)
        fresh = _new_ones(visitor, trail, wanted)
        PageView.objects.bulk_create(fresh)
        if fresh:
            if len(trail) + len(fresh) > MAX_KEPT:
                trim_trail(visitor)
            _note_newest(visitor, fresh[-1], now)
            _announce(visitor, fresh[-1])
    return len(fresh)


def clean_page_url(url: str) -> str:
    """A web address without fragment, sign-in part and the values of secret parameters; '' for anything else."""
    text = clean_line(url, 4000)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    place = f"[{host}]" if ":" in host else host
    place = f"{place}:{port}" if port else place
    return urlunsplit((parts.scheme, place, parts.path, _without_secrets(parts.query), ""))[:MAX_URL_CHARS]


def trail_of(visitor: Visitor | UUID, limit: int = MAX_KEPT) -> list[PageView]:
    """The visitor's pages, the last one first."""
    return list(PageView.objects.filter(visitor=visitor).order_by("-viewed_at", "-pk")[:limit])


def page_view(view: PageView) -> dict[str, object]:
    """A page of the trail as the console is told it."""
    return {"url": view.url, "title": view.title, "ts": milliseconds(view.viewed_at)}


def trim_trail(visitor: Visitor) -> None:
    """Drop what is more than a trail keeps, the oldest first."""
    kept = PageView.objects.filter(visitor=visitor).order_by("-viewed_at", "-pk").values("pk")[:MAX_KEPT]
    PageView.objects.filter(visitor=visitor).exclude(pk__in=kept).delete()


def _cleaned(views: Iterable[View], now: datetime) -> Iterable[PageView]:
    for view in views:
        url = clean_page_url(view.url)
        viewed_at = _moment(view.ts, now)
        if url and now - viewed_at <= MAX_AGE:
            yield PageView(url=url, title=clean_line(view.title, 300), viewed_at=viewed_at)


def _moment(ts: int | None, now: datetime) -> datetime:
    """When it was, by the visitor's clock; never in the future, and not before anything that we could have seen."""
    if ts is None:
        return now
    seconds = min(max(ts / 1000, 0), now.timestamp())
    return datetime.fromtimestamp(seconds, UTC)


def _new_ones(visitor: Visitor, trail: Sequence[PageView], wanted: Iterable[PageView]) -> list[PageView]:
    known = {(view.url, view.viewed_at) for view in trail}
    shown = trail[0].url if trail else ""
    fresh: list[PageView] = []
    for view in wanted:
        if (view.url, view.viewed_at) in known or view.url == shown:
            continue
        view.visitor = visitor
        fresh.append(view)
        shown = view.url
    return fresh


def _note_newest(visitor: Visitor, newest: PageView, now: datetime) -> None:
    visitor.page_url, visitor.page_title = newest.url, newest.title
    visitor.last_seen_at = max(visitor.last_seen_at or now, now)
    visitor.save(update_fields=["page_url", "page_title", "last_seen_at"])


def _announce(visitor: Visitor, newest: PageView) -> None:
    open_ones = Conversation.objects.filter(visitor=visitor).exclude(status=Conversation.Status.CLOSED)
    for pk in open_ones.values_list("pk", flat=True):
        data = {"visitor": str(visitor.pk), "page": page_view(newest)}
        announce_to_watchers(pk, hint_frame("visitor.page_viewed", pk, data))


def _without_secrets(query: str) -> str:
    if not query or not _SECRET.search(query):
        return query
    pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=None)
    return urlencode([(name, HIDDEN if _SECRET.search(name) else value) for name, value in pairs])
