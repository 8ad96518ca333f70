"""Pages: cursors over (time, id) for lists, bounds over seq for logs. Cursors are opaque to clients, and checked."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from chat.errors import Invalid
from chat.models import Conversation
from chat.reading import MAX_PAGE, PAGE, read_events

MAX_SEQ = 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Bounds:
    before: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class Cursor:
    at: datetime
    id: UUID


def page_bounds(query: Mapping[str, str]) -> Bounds:
    return Bounds(read_number(query, "before", None, 1, MAX_SEQ), read_limit(query))


def read_limit(query: Mapping[str, str], default: int = PAGE) -> int:
    limit = read_number(query, "limit", default, 1, MAX_PAGE)
    assert limit is not None
    return limit


def read_number(query: Mapping[str, str], name: str, default: int | None, low: int, high: int) -> int | None:
    """The number of a query parameter; Invalid for anything else than plain digits between `low` and `high`."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 19 or not low <= int(text) <= high:
        raise Invalid(f"`{name}` is a number from {low} to {high}.")
    return int(text)


def read_flag(query: Mapping[str, str], name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise Invalid(f"`{name}` is true or false.")
    return text == "true"


def read_uuid(query: Mapping[str, str], name: str) -> UUID | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        if len(text) != 36:
            raise ValueError
        return UUID(text)
    except ValueError:
        raise Invalid(f"`{name}` is an id.") from None


def read_order(query: Mapping[str, str]) -> bool:
    """Tell whether the newest come first; the oldest do unless `order=desc`."""
    text = query.get("order", "asc")
    if text not in ("asc", "desc"):
        raise Invalid("`order` is asc or desc.")
    return text == "desc"


def events_page(conversation: Conversation, audience: str, bounds: Bounds) -> dict[str, Any]:
    """The events before `before` in order, and whether older ones exist. Read one more than asked to know."""
    events = read_events(conversation, audience=audience, before=bounds.before, limit=bounds.limit + 1)
    return {"events": events[-bounds.limit :], "more": len(events) > bounds.limit}


def encode_cursor(at: datetime, pk: UUID) -> str:
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + pk.bytes).rstrip(b"=").decode()


def decode_cursor(text: str) -> Cursor:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if len(raw) != 24:
            raise ValueError
        return Cursor(_EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big")), UUID(bytes=raw[8:]))
    except (ValueError, OverflowError, binascii.Error):
        raise Invalid("`cursor` is not one that this list gave.") from None


def cut_page(
    rows: QuerySet[Row], *, by: str, cursor: str | None, limit: int, newest_first: bool
) -> tuple[Sequence[Row], str | None]:
    """One page of `rows` ordered by (`by`, id), in one query, and the cursor of the next page or None."""
    if cursor:
        at = decode_cursor(cursor)
        side = "lt" if newest_first else "gt"
        # The first condition alone is a range of the index; the second drops what shares the last row's time.
        rows = rows.filter(
            Q(**{f"{by}__{side}e": at.at}) & (Q(**{f"{by}__{side}": at.at}) | Q(**{f"pk__{side}": at.id}))
        )
    sign = "-" if newest_first else ""
    found = list(rows.order_by(f"{sign}{by}", f"{sign}pk")[: limit + 1])
    page = found[:limit]
    more = len(found) > limit
    return page, encode_cursor(getattr(page[-1], by), page[-1].pk) if more else None
