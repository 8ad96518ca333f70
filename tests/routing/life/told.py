"""A conversation as somebody knows it who has read nothing but its log. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chat.models import Message

# Putting in order is no activity; what may happen to a conversation while it is closed.
QUIET = {"conversation.tagged", "conversation.prioritised", "conversation.snoozed"}
ON_CLOSED = {"reopened", "rated", "tagged", "prioritised", "merged"}


@dataclass
class Told:
    status: str = "waiting"
    assignee_id: str | None = None
    # None: it never moved.
    queue_id: str | None = None
    close_reason: str = ""
    closed_at: datetime | None = None
    priority: int = 2
    tag_ids: list[str] = field(default_factory=list)
    snoozed_until: int | None = None
    awaiting_reply_since: datetime | None = None
    # As it was when it was closed: undoing brings it back.
    awaited_before: datetime | None = None
    first_reply_at: datetime | None = None
    left_message: bool = False
    rating: int | None = None
    active_at: datetime | None = None


def told_by(entries: Iterable[Message], undone: Collection[UUID]) -> Told:
    """`undone`: the rows that took a closing back."""
    told = Told()
    for entry in entries:
        name = entry.event.removeprefix("conversation.")
        if told.status == "closed":
            assert name in ON_CLOSED or entry.event == "note.created", f"{entry.event} while it is closed"
        if entry.event not in QUIET:
            told.active_at = entry.created_at
        if entry.event == "message.created":
            _said(told, entry)
        elif name in _HAPPENED:
            _HAPPENED[name](told, entry)
            if name == "reopened" and entry.pk in undone:
                told.awaiting_reply_since = told.awaited_before
    return told


def _said(told: Told, entry: Message) -> None:
    if entry.author_kind == "visitor":
        told.awaiting_reply_since = told.awaiting_reply_since or entry.created_at
    elif entry.author_kind == "agent":
        told.awaiting_reply_since = None
        told.first_reply_at = told.first_reply_at or entry.created_at


def _waits(told: Told, entry: Message) -> None:
    told.status, told.assignee_id = "waiting", None


def _assigned(told: Told, entry: Message) -> None:
    told.status, told.assignee_id = "assigned", entry.body["agent"]["id"]


def _transferred(told: Told, entry: Message) -> None:
    to: dict[str, Any] = entry.body["to"]
    if to.get("agent"):
        told.status, told.assignee_id = "assigned", to["agent"]["id"]
    else:
        _waits(told, entry)
        told.queue_id = to["queue"]["id"]


def _closed(told: Told, entry: Message) -> None:
    told.status, told.close_reason, told.closed_at = "closed", entry.body["reason"], entry.created_at
    told.awaited_before, told.awaiting_reply_since, told.snoozed_until = told.awaiting_reply_since, None, None


def _reopened(told: Told, entry: Message) -> None:
    _waits(told, entry)
    told.close_reason, told.closed_at = "", None


def _woken(told: Told, entry: Message) -> None:
    told.snoozed_until = None
    if (entry.author_kind, entry.body["reason"]) == ("system", "visitor"):
        told.left_message = False  # its visitor came back


def _keeps(column: str, value: Any) -> Any:
    return lambda told, entry: setattr(told, column, value(entry.body))


_HAPPENED: dict[str, Any] = {
    "created": _waits,
    "released": _waits,
    "assigned": _assigned,
    "transferred": _transferred,
    "closed": _closed,
    "reopened": _reopened,
    "woken": _woken,
    "snoozed": _keeps("snoozed_until", lambda body: body["until_ts"]),
    "tagged": _keeps("tag_ids", lambda body: body["tags"]),
    "prioritised": _keeps("priority", lambda body: body["priority"]),
    "rated": _keeps("rating", lambda body: body["score"]),
    "left_message": _keeps("left_message", lambda body: True),
}
