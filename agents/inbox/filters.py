"""The filters of lists: one checked shape for the query of GET agent/conversations and for saved views.

Another field is another line here, in `conditions`, in the console's `state/filters.ts` and in docs/inbox.md.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import Q
from msgspec import Meta, Struct

from agents.models import Agent
from chat.errors import Invalid
from chat.models import Conversation, Visitor
from chat.visitor_search import holding

MAX_VALUES = 50
OPEN = ~Q(status=Conversation.Status.CLOSED)
UUID_PATTERN = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

Id = Annotated[str, Meta(pattern=f"^{UUID_PATTERN}$")]
# "me" is whoever asks: a shared view shows everybody their own.
Somebody = Annotated[str, Meta(pattern=f"^(me|none|{UUID_PATTERN})$")]
QueueId = Annotated[str, Meta(pattern=f"^(none|{UUID_PATTERN})$")]
Language = Annotated[str, Meta(min_length=1, max_length=8)]
Milliseconds = Annotated[int, Meta(ge=0, le=10**13)]
Some = Meta(max_length=MAX_VALUES)


class Filters(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Values of one field are alternatives, fields come together. Without `status`: what is open."""

    status: Annotated[list[Literal["waiting", "assigned", "closed"]], Some] = []
    agent: Annotated[list[Somebody], Some] = []
    queue: Annotated[list[QueueId], Some] = []
    tag: Annotated[list[Id], Some] = []
    priority: Annotated[list[Annotated[int, Meta(ge=1, le=4)]], Some] = []
    language: Annotated[list[Language], Some] = []
    rating: Annotated[list[Annotated[int, Meta(ge=1, le=5)]], Some] = []
    unread: bool | None = None
    left_message: bool | None = None
    snoozed: bool | None = None
    awaiting: bool | None = None
    created_from: Milliseconds | None = None
    created_to: Milliseconds | None = None
    active_from: Milliseconds | None = None
    active_to: Milliseconds | None = None
    # In the visitor's name, e-mail, phone, own id or attributes (order numbers).
    text: Annotated[str, Meta(max_length=100)] = ""


FIELDS = tuple(field.name for field in msgspec.structs.fields(Filters))
_NUMBERS = ("priority", "rating", "created_from", "created_to", "active_from", "active_to")
_FLAGS = ("unread", "left_message", "snoozed", "awaiting")
_LISTS = ("status", "agent", "queue", "tag", "priority", "language", "rating")


def read_filters(data: Any) -> Filters:
    """Check filters as JSON has them. Raises Invalid."""
    try:
        return msgspec.convert(data, Filters)
    except msgspec.ValidationError as error:
        raise Invalid(str(error)[:200]) from None


def read_query(query: Mapping[str, str]) -> Filters:
    """Check filters as a query has them: several values of one field stand between commas. Raises Invalid."""
    return read_filters({name: _from_text(name, query[name]) for name in FIELDS if query.get(name)})


def stored(filters: Filters) -> dict[str, Any]:
    """As JSON: fields that say nothing are left out."""
    data: dict[str, Any] = msgspec.to_builtins(filters)
    return data


def condition_of(filters: Filters, agent: Agent) -> Q:
    condition = Q()
    for part in _conditions(filters, agent):
        condition &= part
    return condition


def visitor_condition(text: str) -> Q:
    """Conversations whose visitor has this text in what is known of them."""
    # A query of its own: joined, each conversation's visitor would be read instead of asking the index of visitors.
    return Q(visitor_id__in=Visitor.objects.filter(holding(text)).values("pk"))


def _conditions(filters: Filters, agent: Agent) -> Iterator[Q]:
    if filters.status:
        yield Q(status__in=filters.status)
    if filters.agent:
        yield _one_of("assignee_id", [str(agent.pk) if one == "me" else one for one in filters.agent])
    if filters.queue:
        yield _one_of("queue_id", filters.queue)
    if filters.tag:
        yield Q(tag_ids__overlap=filters.tag)
    for name in ("priority", "language", "rating"):
        if values := getattr(filters, name):
            yield Q(**{f"{name}__in": values})
    for name, is_so in _FLAG_CONDITIONS.items():
        wanted = getattr(filters, name)
        if wanted is not None:
            yield is_so if wanted else ~is_so
    for name in ("created", "active"):
        if (begin := getattr(filters, f"{name}_from")) is not None:
            yield Q(**{f"{name}_at__gte": _moment(begin)})
        if (end := getattr(filters, f"{name}_to")) is not None:
            yield Q(**{f"{name}_at__lt": _moment(end)})
    if text := filters.text.strip():
        yield visitor_condition(text)


_FLAG_CONDITIONS = {
    "unread": Q(unread_count__gt=0),
    "left_message": Q(left_message=True),
    "snoozed": Q(snoozed_until__isnull=False),
    "awaiting": Q(awaiting_reply_since__isnull=False),
}


def _one_of(column: str, values: list[str]) -> Q:
    ids = [value for value in values if value != "none"]
    condition = Q(**{f"{column}__in": ids}) if ids else Q()
    return condition | Q(**{f"{column}__isnull": True}) if "none" in values else condition


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _from_text(name: str, text: str) -> Any:
    read: Callable[[str], Any] = str
    if name in _NUMBERS:
        read = _number
    elif name in _FLAGS:
        read = _flag
    return [read(part) for part in text.split(",")] if name in _LISTS else read(text)


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else text


def _flag(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text, text)
