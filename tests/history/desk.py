"""What the tests of history/ share: a desk to fill, whole logs to compare, waiting without sleeping blindly."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from chat.access import get_conversation
from chat.authors import SYSTEM, Author
from chat.conversations import close_conversation
from chat.messages import MessageDraft, post_message, post_visitor_message
from chat.models import Conversation, Message, Visitor
from chat.reading import read_events
from tenants.ids import new_id
from tenants.models import Tenant

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TEAM = UUID(int=7)


@dataclass
class Desk:
    """One brand, entered, with what tests need to make conversations of any age."""

    tenant: Tenant

    def visitor(self, name: str = "Vera") -> Visitor:
        return Visitor.objects.create(name=name, created_at=NOW)

    def post(
        self, visitor: Visitor, text: str, at: datetime, *, client_id: UUID | None = None, into: UUID | None = None
    ) -> Message:
        draft = MessageDraft(client_id or new_id(), "text", text)
        return post_visitor_message(visitor, conversation_id=into, widget=None, draft=draft, now=at).message

    def conversation(self, *, texts: int = 3, at: datetime = NOW, name: str = "Vera") -> Conversation:
        """An open conversation of a visitor of its own, last active at `at`."""
        visitor = self.visitor(name)
        for number in range(texts):
            message = self.post(visitor, f"{name} {number}", at - timedelta(seconds=texts - 1 - number))
        return get_conversation(message.conversation_id)

    def answer(self, conversation: Conversation, at: datetime, text: str = "here you are", kind: str = "agent") -> None:
        author = Author(kind, TEAM, "Alice")
        post_message(conversation.pk, author=author, draft=MessageDraft(new_id(), "text", text), now=at)

    def answered(self, *, texts: int = 2, at: datetime = NOW, name: str = "Vera") -> Conversation:
        """An open conversation whose visitor has said nothing since the team's answer of `at`."""
        conversation = self.conversation(texts=texts, at=at, name=name)
        self.answer(conversation, at)
        return get_conversation(conversation.pk)

    def closed(self, *, texts: int = 3, days_ago: float = 40, name: str = "Vera") -> Conversation:
        """A conversation that was closed so long before NOW."""
        at = NOW - timedelta(days=days_ago)
        conversation = self.conversation(texts=texts, at=at - timedelta(minutes=1), name=name)
        return close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=at)


def pages(conversation: Conversation, size: int = 100) -> list[dict[str, Any]]:
    """The whole log as agents see it, read by fresh pages from the end."""
    fresh = get_conversation(conversation.pk)
    events: list[dict[str, Any]] = []
    before = None
    while page := read_events(fresh, audience="agent", before=before, limit=size):
        events = page + events
        before = page[0]["seq"]
    return events


def wait_for(condition: Callable[[], Any], what: str, within: float = 30.0) -> Any:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {within} s")
