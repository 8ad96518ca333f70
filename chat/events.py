"""Log rows and hints as frames. Pure: no I/O, so pages, snapshots, resume and live events look the same.

A visitor sees a note only as `conversation.advanced` with its seq: nothing leaks, and counting stays gapless.
"""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from chat.models import Message

Frame = dict[str, Any]
VISITOR = "visitor"
AGENT = "agent"
ADVANCED = "conversation.advanced"
# What an event's body may show to a visitor; events that are not named here are passed on whole.
HIDDEN_FROM_VISITORS = {
    "conversation.created": {"page"},
    "conversation.assigned": {"reasons"},
    "conversation.released": {"reason"},
    "conversation.transferred": {"reason"},
}


class LogRow(Protocol):
    """A row of a log: a Message, or what the group commit has in its place."""

    # Written over by nobody: as properties, so that a model's fields fit as well as a frozen struct's.
    @property
    def pk(self) -> Any: ...
    @property
    def conversation_id(self) -> UUID: ...
    @property
    def seq(self) -> int: ...
    @property
    def event(self) -> str: ...
    @property
    def author_kind(self) -> str: ...
    @property
    def author_id(self) -> UUID | None: ...
    @property
    def author_name(self) -> str: ...
    @property
    def visibility(self) -> str: ...
    @property
    def body(self) -> Any: ...
    @property
    def client_id(self) -> UUID | None: ...
    @property
    def created_at(self) -> datetime: ...


def milliseconds(moment: datetime | None) -> int | None:
    """Unix time in milliseconds, as frames and REST carry it."""
    return None if moment is None else int(moment.timestamp() * 1000)


def event_frame(entry: LogRow, audience: str) -> Frame:
    """The frame of a log row for a visitor or an agent."""
    frame: Frame = {
        "type": entry.event,
        "id": str(entry.pk),
        "conversation": str(entry.conversation_id),
        "seq": entry.seq,
        "ts": milliseconds(entry.created_at),
        "data": {},
    }
    if audience == VISITOR and entry.visibility == Message.Visibility.NOTE:
        return {**frame, "type": ADVANCED, "id": None}
    frame["data"] = _data(entry, audience)
    return frame


def is_same_for_all(entry: LogRow) -> bool:
    """Tell whether visitors and agents get the very same frame: then it is made and encoded once."""
    if entry.visibility != Message.Visibility.PUBLIC or entry.event in HIDDEN_FROM_VISITORS:
        return False
    return not _is_by_rule(entry)


def hint_frame(event: str, conversation: UUID | None, data: dict[str, Any]) -> Frame:
    """A frame without seq: may be lost, last value wins."""
    frame: Frame = {"type": event, "data": data}
    if conversation is not None:
        frame["conversation"] = str(conversation)
    return frame


def _data(entry: LogRow, audience: str) -> dict[str, Any]:
    if entry.event in ("message.created", "note.created"):
        author = {
            "kind": entry.author_kind,
            "id": str(entry.author_id) if entry.author_id else None,
            "name": entry.author_name,
        }
        rare = {name: entry.body[name] for name in ("edited_ts", "recalled", "mentions") if name in entry.body}
        return {
            "client_id": str(entry.client_id) if entry.client_id else None,
            "kind": entry.body.get("kind", "text"),
            "text": entry.body.get("text", ""),
            "html": entry.body.get("html", ""),
            "files": entry.body.get("files", []),
            "author": author,
            **rare,
        }
    hidden = HIDDEN_FROM_VISITORS.get(entry.event, set()) if audience == VISITOR else set()
    data = {key: value for key, value in entry.body.items() if key not in hidden}
    if audience == VISITOR and _is_by_rule(entry) and isinstance(data.get("by"), dict):
        data["by"] = {**data["by"], "name": ""}
    return data


def _is_by_rule(entry: LogRow) -> bool:
    """An automation rule did it: its name is the team's own business."""
    return entry.author_kind == Message.AuthorKind.SYSTEM and entry.author_id is not None
