"""Visitors as staff and integrators keep them: profiles corrected, people known elsewhere brought in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from chat.attributes import merge_attributes
from chat.conversations import VisitorMerged, find_open
from chat.errors import Conflict, Invalid, NotFound
from chat.fanout import announce_row, announce_visitor
from chat.models import Visitor
from chat.text import clean_line
from chat.tokens import end_tokens
from chat.visitors import LOCALES

# What staff and keys may set, and how long each may be. `external_id` only by name, never through these.
LIMITS = {"name": 80, "email": 254, "phone": 40}


class ExternalIdTaken(Conflict):
    title = "Another visitor has this external id."


def update_visitor(visitor_id: UUID, changes: Mapping[str, Any]) -> Visitor:
    """Change name, e-mail, phone, locale, external id or attributes (merged). Agents' lists learn the new name.

    With another external id it is another person: older tokens of the visitor die, whoever set one cannot read on.
    Raises NotFound, ExternalIdTaken.
    """
    try:
        with transaction.atomic():
            visitor = lock_visitor(visitor_id)
            known_as = visitor.external_id
            _apply(visitor, changes)
            if visitor.external_id != known_as:
                end_tokens(visitor)
            visitor.save()
            announce_visitor(visitor.pk)
            if conversation := find_open(visitor):
                announce_row(conversation)
    except IntegrityError:
        raise ExternalIdTaken from None
    return visitor


def lock_visitor(visitor_id: UUID) -> Visitor:
    """Return the visitor fresh and locked, to be changed. Raises NotFound, VisitorMerged."""
    visitor = Visitor.objects.select_for_update(no_key=True).filter(pk=visitor_id).first()
    if visitor is None:
        raise NotFound
    if visitor.merged_into_id is not None:
        raise VisitorMerged
    return visitor


def save_visitor(external_id: str | None, changes: Mapping[str, Any], now: datetime) -> tuple[Visitor, bool]:
    """Update the visitor with this external id or make one; tells whether it was made. None: always a new one."""
    external_id = _clean_external_id(external_id)
    known = Visitor.objects.filter(external_id=external_id).first() if external_id else None
    if known is not None:
        return update_visitor(known.pk, changes), False
    visitor = Visitor(external_id=external_id, created_at=now)
    _apply(visitor, changes)
    try:
        with transaction.atomic():
            visitor.save()
    except IntegrityError:
        # The same person was brought in twice at the same moment.
        return update_visitor(Visitor.objects.get(external_id=external_id).pk, changes), False
    return visitor, True


def _apply(visitor: Visitor, changes: Mapping[str, Any]) -> None:
    for name, limit in LIMITS.items():
        if name in changes:
            setattr(visitor, name, clean_line(changes[name], limit))
    if "external_id" in changes:
        visitor.external_id = _clean_external_id(changes["external_id"])
    if changes.get("locale") in LOCALES:
        visitor.locale = changes["locale"]
    if "attributes" in changes:
        visitor.attributes = merge_attributes(visitor.attributes, changes["attributes"])


def _clean_external_id(text: str | None) -> str | None:
    """As an identity token's `sub` is cleaned, so that both name the same person."""
    if text is None:
        return None
    cleaned = clean_line(text, 200)
    if not cleaned:
        raise Invalid("`external_id` is empty.")
    return cleaned
