"""Notes about a person, whatever the conversation. Visitors never see them; only their author changes them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat.authors import Author
from chat.errors import Forbidden, Invalid, NotFound
from chat.events import milliseconds
from chat.fanout import announce_visitor
from chat.models import Visitor, VisitorNote
from chat.text import clean_text

MAX_CHARS = 4000
# About one person; who needs more writes into the conversations.
MAX_NOTES = 200


def add_note(visitor_id: UUID, *, author: Author, text: str, now: datetime) -> VisitorNote:
    """Keep a note about the visitor. Raises NotFound, Invalid."""
    text = _checked(text)
    with transaction.atomic():
        # Locked, so that a merge at this moment takes the note along or leaves nothing to write to.
        visitor = Visitor.objects.select_for_update(no_key=True).filter(pk=visitor_id, merged_into=None).first()
        if visitor is None:
            raise NotFound
        if VisitorNote.objects.filter(visitor=visitor).count() >= MAX_NOTES:
            raise Invalid(f"At most {MAX_NOTES} notes are kept about a person.")
        note = VisitorNote.objects.create(
            visitor=visitor, author_id=author.id, author_name=author.name, text=text, created_at=now
        )
        announce_visitor(visitor.pk)
    return note


def edit_note(visitor_id: UUID, note_id: UUID, *, author: Author, text: str) -> VisitorNote:
    """Give one's own note another text. Raises NotFound, Forbidden for another's, Invalid."""
    text = _checked(text)
    with transaction.atomic():
        note = _own(visitor_id, note_id, author)
        note.text = text
        note.save(update_fields=["text"])
        announce_visitor(visitor_id)
    return note


def delete_note(visitor_id: UUID, note_id: UUID, *, author: Author) -> None:
    """Delete one's own note. Raises NotFound, Forbidden for another's."""
    with transaction.atomic():
        _own(visitor_id, note_id, author).delete()
        announce_visitor(visitor_id)


def notes_about(visitor: Visitor | UUID) -> list[VisitorNote]:
    """The notes, newest first."""
    return list(VisitorNote.objects.filter(visitor=visitor).order_by("-created_at", "-pk")[:MAX_NOTES])


def note_view(note: VisitorNote) -> dict[str, object]:
    return {
        "id": str(note.pk),
        "text": note.text,
        "author": {"id": str(note.author_id) if note.author_id else None, "name": note.author_name},
        "created_ts": milliseconds(note.created_at),
    }


def _own(visitor_id: UUID, note_id: UUID, author: Author) -> VisitorNote:
    note = VisitorNote.objects.select_for_update(no_key=True).filter(pk=note_id, visitor_id=visitor_id).first()
    if note is None:
        raise NotFound
    if author.id is None or note.author_id != author.id:
        raise Forbidden("Only its author may change a note.")
    return note


def _checked(text: str) -> str:
    text = clean_text(text)
    if not text:
        raise Invalid("A note needs a text.")
    if len(text) > MAX_CHARS:
        raise Invalid(f"A note has at most {MAX_CHARS} characters.")
    return text
