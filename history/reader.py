"""Reading from the archive: pages and repeated client ids, as chat/ asks for them (docs/history.md)."""

from uuid import UUID

from django.db.models import QuerySet

from chat.models import Conversation, Message
from history.models import ArchivedMessage

_NAMES = [field.attname for field in Message._meta.concrete_fields]
_ARCHIVED_NAMES = ["transcript_id" if name == "conversation_id" else name for name in _NAMES]


def read_page(conversation: Conversation, after: int | None, before: int | None, limit: int) -> list[Message]:
    """Return rows of an archived log in order of seq: those right after `after`, or the last ones (before `before`)."""
    rows = ArchivedMessage.objects.filter(transcript=conversation.pk)
    if after is not None:
        return _messages(rows.filter(seq__gt=after).order_by("seq")[:limit])
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return _messages(rows.order_by("-seq")[:limit])[::-1]


def find_by_client_id(author_id: UUID | None, client_id: UUID) -> Message | None:
    """Return the archived row that this author added under `client_id`: a key counts for ever."""
    found = _messages(ArchivedMessage.objects.filter(author_id=author_id, client_id=client_id)[:1])
    return found[0] if found else None


def _messages(rows: QuerySet[ArchivedMessage]) -> list[Message]:
    """Archived rows as what the rest of the code reads. They are not in the hot table and must not be saved."""
    return [Message.from_db(None, _NAMES, row) for row in rows.values_list(*_ARCHIVED_NAMES)]
