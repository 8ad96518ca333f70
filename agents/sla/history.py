"""What `keep` reads of a conversation's log."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from agents.sla.episodes import ASLEEP, AWAKE, Happened, Pause, Said, find_pauses
from chat.models import Conversation, Message

# Answered and asked again within one gathering of nudges: more than so many messages are no conversation.
RECENT = 40


@dataclass(frozen=True)
class History:
    conversation: Conversation

    @cached_property
    def events(self) -> list[Happened]:
        """Closed, reopened, snoozed, woken, in order."""
        rows = Message.objects.filter(conversation=self.conversation, event__in=[ASLEEP, *AWAKE]).order_by("seq")
        return [Happened(*row) for row in rows.values_list("event", "created_at")]

    @cached_property
    def pauses(self) -> list[Pause]:
        return find_pauses(self.events)

    @property
    def opened_at(self) -> datetime:
        """When it was opened, or opened again for the last time."""
        reopened = [at for event, at in self.events if event == "conversation.reopened"]
        return reopened[-1] if reopened else self.conversation.created_at

    def closed_after(self, start: datetime) -> datetime | None:
        return next((at for event, at in self.events if event == "conversation.closed" and at >= start), None)

    def answer_after(self, start: datetime) -> Said | None:
        """An agent's first answer to what was asked at `start`. By seq: clocks of two processes differ."""
        messages = _messages(self.conversation)
        asked = messages.filter(author_kind=Message.AuthorKind.VISITOR, created_at=start).order_by("seq").first()
        answers = messages.filter(author_kind=Message.AuthorKind.AGENT)
        answers = answers.filter(seq__gt=asked.seq) if asked else answers.filter(created_at__gte=start)
        found = answers.order_by("seq").first()
        return Said(found.seq, found.author_kind, found.author_id, found.created_at) if found else None

    def recent_messages(self) -> list[Said]:
        """The last messages, from an answer or from the log's beginning on."""
        columns = "seq", "author_kind", "author_id", "created_at"
        rows = _messages(self.conversation).order_by("-seq").values_list(*columns)[:RECENT]
        said = [Said(*row) for row in reversed(rows)]
        if len(said) < RECENT:
            return said
        return said[next((number for number, one in enumerate(said) if one.author_kind == "agent"), len(said)) :]


def _messages(conversation: Conversation) -> QuerySet[Message]:
    public = Message.Visibility.PUBLIC
    return Message.objects.filter(conversation=conversation, event="message.created", visibility=public)
