"""Visitors: sessions, identification, log-out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from chat.devices import MAX_CHARS as MAX_USER_AGENT
from chat.errors import Forbidden, Invalid, Unauthenticated
from chat.fanout import announce_close, visitor_topic
from chat.identity import VerifiedIdentity, verify_identity
from chat.models import Conversation, Visitor, Widget
from chat.page_trail import clean_page_url
from chat.protocol import CLOSE_AUTHENTICATION
from chat.text import clean_line
from chat.tokens import make_token, read_token
from tenants.context import current_tenant

MAX_ATTRIBUTES = 50
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

    A token that is not valid any more gives a new visitor. Raises Unauthenticated for a wrong identity token and
    Forbidden where the widget wants an identity and none is given.
    """
    with transaction.atomic():
        visitor = _visitor_of(token) if token else None
        if identity:
            visitor = _become(visitor, verify_identity(identity, widget, now), now)
        if widget.enforce_identity and (visitor is None or not visitor.is_identified):
            raise Forbidden("This widget serves identified visitors only.")
        visitor = visitor or Visitor(created_at=now)
        _note_visit(visitor, locale, page or {}, now)
        visitor.user_agent = clean_line(user_agent, MAX_USER_AGENT) or visitor.user_agent
        if attributes:
            visitor.attributes = merge_attributes(visitor.attributes, attributes)
        visitor.save()
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
        visitor = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
        if identity:
            visitor = _become(visitor, verify_identity(identity, widget, now), now)
        elif not visitor.is_identified:
            _set_profile(visitor, name, email, phone)
        if attributes:
            visitor.attributes = merge_attributes(visitor.attributes, attributes)
        visitor.save()
    return Session(visitor, make_token(visitor, widget))


def log_out_visitor(visitor: Visitor) -> None:
    """Make all tokens of the visitor worthless and close its connections."""
    Visitor.objects.filter(pk=visitor.pk).update(token_generation=F("token_generation") + 1)
    announce_close(visitor_topic(current_tenant(), visitor.pk), CLOSE_AUTHENTICATION)


def merge_attributes(current: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return `current` with `new` put over it; None removes. Values are short strings, numbers or booleans."""
    merged = dict(current)
    for key, value in new.items():
        name = clean_line(str(key), 60)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, bool | int | float):
            if isinstance(value, float) and value - value != 0:  # NaN and infinities have no place in JSON
                raise Invalid("Attributes are texts, numbers or booleans.")
            merged[name] = value
        elif isinstance(value, str):
            merged[name] = clean_line(value, 500)
        else:
            raise Invalid("Attributes are texts, numbers or booleans.")
    if len(merged) > MAX_ATTRIBUTES:
        raise Invalid(f"A visitor has at most {MAX_ATTRIBUTES} attributes.")
    return merged


def _visitor_of(token: str) -> Visitor | None:
    """The token's visitor, locked: saving one that was read before a log-out would make its dead tokens live again."""
    try:
        visitor = read_token(token).visitor
    except Unauthenticated:
        return None
    fresh = Visitor.objects.select_for_update(no_key=True).filter(pk=visitor.pk)
    return fresh.filter(token_generation=visitor.token_generation).first()


def _become(visitor: Visitor | None, identity: VerifiedIdentity, now: datetime) -> Visitor:
    """Return the visitor with this external id, made from the anonymous one where there is none yet.

    What the anonymous visitor said comes along; its tokens die, so that whoever set one before cannot read on.
    """
    known = Visitor.objects.select_for_update(no_key=True).filter(external_id=identity.external_id).first()
    if known is None:
        known = visitor if visitor is not None and not visitor.is_identified else Visitor(created_at=now)
        known.external_id = identity.external_id
        if known is visitor:
            known.token_generation += 1
            announce_close(visitor_topic(current_tenant(), known.pk), CLOSE_AUTHENTICATION)
        try:
            with transaction.atomic():
                _set_profile(known, identity.name or None, identity.email or None, identity.phone or None)
                known.save()
        except IntegrityError:
            # The same person arrived through two doors at once.
            return Visitor.objects.get(external_id=identity.external_id)
        return known
    if visitor is not None and visitor.pk != known.pk and not visitor.is_identified:
        _hand_over(visitor, known)
    _set_profile(known, identity.name or None, identity.email or None, identity.phone or None)
    return known


def _hand_over(anonymous: Visitor, known: Visitor) -> None:
    """Give the anonymous visitor's conversations to the known one; an open one only if the known has none open."""
    has_open = Conversation.objects.filter(visitor=known).exclude(status=Conversation.Status.CLOSED).exists()
    theirs = Conversation.objects.filter(visitor=anonymous)
    if has_open:
        theirs = theirs.filter(status=Conversation.Status.CLOSED)
    theirs.update(visitor=known)
    log_out_visitor(anonymous)


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
