"""Visitors: sessions, identification, log-out."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from chat.attributes import merge_attributes
from chat.authors import Author
from chat.conversations import find_open
from chat.devices import MAX_CHARS as MAX_USER_AGENT
from chat.errors import Blocked, Forbidden, IdentityExpired, NotFound, Unauthenticated
from chat.fanout import announce_close, announce_row, announce_visitor, visitor_topic
from chat.identity import VerifiedIdentity, verify_identity
from chat.merging import CannotMerge, merge_visitors
from chat.models import Visitor, Widget
from chat.page_trail import View, clean_page_url, note_page_views
from chat.protocol import CLOSE_AUTHENTICATION
from chat.text import clean_line
from chat.tokens import end_tokens, make_token, read_token
from tenants.context import current_tenant

LOCALES = ("en", "zh-hans")


@dataclass(frozen=True, slots=True)
class Session:
    visitor: Visitor
    token: str


def start_session(
    widget: Widget,
    *,
    token: str | None = None,
    identity: str | None = None,
    locale: str = "",
    page: Mapping[str, str] | None = None,
    attributes: Mapping[str, Any] | None = None,
    user_agent: str = "",
    now: datetime,
) -> Session:
    """Go on as the visitor of `token`, or be a new one; with `identity`, be that person.

    A token that is not valid any more gives a new visitor. Raises Unauthenticated for a wrong identity token,
    IdentityExpired, Forbidden where the widget wants an identity and none is given, Blocked.
    """
    with transaction.atomic():
        visitor = _visitor_of(token)
        visitor = _identified(visitor, identity, widget, now) if identity else _lock(visitor)
        if widget.enforce_identity and (visitor is None or not visitor.is_identified):
            raise Forbidden("This widget serves identified visitors only.")
        _check_welcome(visitor)
        visitor = visitor or Visitor(created_at=now)
        _note_visit(visitor, locale, page or {}, now)
        visitor.user_agent = clean_line(user_agent, MAX_USER_AGENT) or visitor.user_agent
        if attributes:
            visitor.attributes = merge_attributes(visitor.attributes, attributes)
        visitor.save()
        if page and page.get("url"):
            note_page_views(visitor.pk, [View(page["url"], page.get("title", ""))], now)
    return Session(visitor, make_token(visitor, widget))


def identify_visitor(
    visitor: Visitor,
    widget: Widget,
    *,
    identity: str | None = None,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    attributes: Mapping[str, Any] | None = None,
    now: datetime,
) -> Session:
    """Say who the visitor is. With an identity token: verified, and older tokens of the visitor die.

    Without one, name, e-mail and phone are the visitor's own word; they never change a verified visitor.
    """
    with transaction.atomic():
        known = _identified(visitor, identity, widget, now) if identity else _lock(visitor)
        if known is None:
            raise Unauthenticated
        _check_welcome(known)
        if not identity and not known.is_identified:
            _set_profile(known, name, email, phone)
        if attributes:
            known.attributes = merge_attributes(known.attributes, attributes)
        known.save()
        announce_visitor(known.pk)
        if conversation := find_open(known):
            announce_row(conversation)
    return Session(known, make_token(known, widget))


def note_contact(visitor: Visitor, *, name: str, email: str) -> None:
    """Keep how the visitor says it can be reached, where it is not known who it is. Locks the visitor."""
    known = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
    if not known.is_identified:
        _set_profile(known, name or None, email or None, None)
        known.save(update_fields=["name", "email"])


def log_out_visitor(visitor: Visitor) -> None:
    """Make all tokens of the visitor worthless and close its connections."""
    Visitor.objects.filter(pk=visitor.pk).update(token_generation=F("token_generation") + 1)
    announce_close(visitor_topic(current_tenant(), visitor.pk), CLOSE_AUTHENTICATION)


def _visitor_of(token: str | None) -> Visitor | None:
    try:
        return read_token(token).visitor if token else None
    except Unauthenticated:
        return None


def _check_welcome(visitor: Visitor | None) -> None:
    if visitor is not None and visitor.blocked_at is not None:
        raise Blocked


def _lock(visitor: Visitor | None) -> Visitor | None:
    """The visitor fresh and locked; None when its tokens died since it was read: saving it would revive them."""
    if visitor is None:
        return None
    fresh = Visitor.objects.select_for_update(no_key=True).filter(pk=visitor.pk, merged_into=None)
    return fresh.filter(token_generation=visitor.token_generation).first()


def _identified(visitor: Visitor | None, identity: str, widget: Widget, now: datetime) -> Visitor:
    """Whom the identity token names, locked.

    One that has expired changes nothing for who is that very person by the visitor token, which is good for longer: a
    page may stay open for hours with the identity that it was made with.
    """
    try:
        verified = verify_identity(identity, widget, now)
    except IdentityExpired as expired:
        known = _lock(visitor) if visitor is not None and visitor.external_id == expired.external_id else None
        if known is None:
            raise
        return known
    return _become(visitor, verified, now)


def _become(visitor: Visitor | None, identity: VerifiedIdentity, now: datetime) -> Visitor:
    """Return the visitor with this external id, locked; made from the anonymous one where there is none yet.

    What the anonymous visitor said comes along; its tokens die, so that whoever set one before cannot read on. The
    caller holds no lock: handing over locks conversations first.
    """
    known = Visitor.objects.filter(external_id=identity.external_id).first()
    if known is None:
        if made := _make_known(visitor, identity, now):
            return made
        known = Visitor.objects.get(external_id=identity.external_id)
    if visitor is not None and visitor.pk != known.pk and not visitor.is_identified:
        # What cannot be handed over (it became somebody at this very moment) stays where it is.
        with suppress(CannotMerge, NotFound):
            merge_visitors(visitor.pk, known.pk, by=Author.of_visitor(known), now=now)
    known = Visitor.objects.select_for_update(no_key=True).get(pk=known.pk)
    _set_profile(known, identity.name or None, identity.email or None, identity.phone or None)
    return known


def _make_known(visitor: Visitor | None, identity: VerifiedIdentity, now: datetime) -> Visitor | None:
    """None: the same person came through another door at this very moment. Nothing is locked then."""
    try:
        with transaction.atomic():
            anonymous = None if visitor is None or visitor.is_identified else _lock(visitor)
            known = anonymous or Visitor(created_at=now)
            known.external_id = identity.external_id
            _set_profile(known, identity.name or None, identity.email or None, identity.phone or None)
            if anonymous is not None:
                end_tokens(known)
            known.save()
    except IntegrityError:
        return None
    return known


def _set_profile(visitor: Visitor, name: str | None, email: str | None, phone: str | None) -> None:
    if name is not None:
        visitor.name = clean_line(name, 80)
    if email is not None:
        visitor.email = clean_line(email, 254)
    if phone is not None:
        visitor.phone = clean_line(phone, 40)


def _note_visit(visitor: Visitor, locale: str, page: Mapping[str, str], now: datetime) -> None:
    visitor.last_seen_at = now
    visitor.locale = locale if locale in LOCALES else visitor.locale
    if url := clean_page_url(page.get("url", "")):
        visitor.page_url = url
        visitor.page_title = clean_line(page.get("title", ""), 300)
    visitor.referrer = clean_page_url(page.get("referrer", "")) or visitor.referrer
