"""Tags: the words themselves. Putting them on conversations is in chat/marks.py."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Func, Value

from chat.errors import Conflict, Invalid, NotFound
from chat.message_log import lock_ids
from chat.models import Conversation, Tag
from chat.text import clean_line
from tenants.models import validate_colour

MAX_KINDS = 500
MAX_NAME = 40


class TagExists(Conflict):
    title = "There is already a tag of this name."


def create_tag(*, name: str, colour: str = "", now: datetime) -> Tag:
    """Raises Invalid, TagExists."""
    if Tag.objects.count() >= MAX_KINDS:
        raise Invalid(f"At most {MAX_KINDS} tags.")
    tag = Tag(name=_clean(name), created_at=now)
    if colour:
        tag.colour = _check_colour(colour)
    return _write(tag)


def change_tag(tag_id: UUID, *, name: str | None = None, colour: str | None = None) -> Tag:
    """Conversations keep its id: the new name is theirs at once. Raises NotFound, Invalid, TagExists."""
    tag = Tag.objects.filter(pk=tag_id).first()
    if tag is None:
        raise NotFound
    if name is not None:
        tag.name = _clean(name)
    if colour is not None:
        tag.colour = _check_colour(colour)
    return _write(tag)


def delete_tag(tag_id: UUID) -> None:
    """Delete the tag, also from the conversations that have it: for the log it was never there."""
    with transaction.atomic():
        if not Tag.objects.filter(pk=tag_id).delete()[0]:
            raise NotFound
        without = Func(F("tag_ids"), Value(tag_id), function="array_remove")
        having = Conversation.objects.filter(tag_ids__contains=[tag_id])
        Conversation.objects.filter(pk__in=lock_ids(having)).update(tag_ids=without)


def _write(tag: Tag) -> Tag:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError:
        raise TagExists from None
    return tag


def _clean(name: str) -> str:
    name = clean_line(name, MAX_NAME)
    if not name:
        raise Invalid("Give the tag a name.")
    return name


def _check_colour(colour: str) -> str:
    try:
        validate_colour(colour)
    except ValidationError:
        raise Invalid("A colour looks like #64748b.") from None
    return colour
