"""Visitor tokens: signed, bound to one brand, one visitor and one generation. Never in a query string, never logged."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.db.models import Exists

from chat.errors import Blocked, Unauthenticated
from chat.fanout import announce_close, visitor_topic
from chat.models import Visitor, Widget
from chat.protocol import CLOSE_AUTHENTICATION
from tenants.context import current_tenant
from tenants.queries import only

MAX_AGE_SECONDS = 30 * 24 * 3600
MAX_CHARS = 512


@dataclass(frozen=True, slots=True)
class VisitorIdentity:
    """Who a token stands for, and the widget it was made through."""

    visitor: Visitor
    widget: Widget


def bearer_of(authorization: str) -> str:
    """The token of an `Authorization: Bearer …` header's value, '' when it holds none."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def make_token(visitor: Visitor, widget: Widget) -> str:
    """Make a token for the current brand. It dies with the visitor's `token_generation` or after 30 days."""
    claims = {"v": visitor.pk.hex, "w": widget.pk.hex, "g": visitor.token_generation}
    # URL-safe base64, ':' between the parts: replaced, since a WebSocket subprotocol allows no colon.
    return signing.dumps(claims, salt=_salt(), compress=False).replace(":", ".")


def read_token(token: str) -> VisitorIdentity:
    """Return whom the token stands for in the current brand; Unauthenticated for anything else, Blocked."""
    claims = _claims(token)
    visitor = only(Visitor.objects.filter(pk=UUID(claims["v"]), token_generation=claims["g"]))
    widget = only(Widget.objects.filter(pk=UUID(claims["w"])))
    if visitor is None or widget is None or (widget.enforce_identity and not visitor.is_identified):
        raise Unauthenticated("The visitor token is no longer valid: start a new session.")
    if visitor.blocked_at is not None:
        raise Blocked
    return VisitorIdentity(visitor, widget)


def is_current(visitor_id: UUID, widget_id: UUID, generation: int) -> bool:
    """Tell whether tokens of this generation, made through this widget, are still good: read anew, in one question."""
    widget = Widget.objects.filter(pk=widget_id)
    known = Visitor.objects.filter(pk=visitor_id, token_generation=generation, blocked_at=None)
    return known.filter(Exists(widget)).exists()


def generations_of(visitor_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the generation whose tokens are good, of each of these visitors that exists and is not blocked."""
    known = Visitor.objects.filter(pk__in=visitor_ids, blocked_at=None)
    return dict(known.values_list("pk", "token_generation"))


def end_tokens(visitor: Visitor) -> None:
    """Make the tokens of a locked visitor worthless when it is saved, and close what is open with them."""
    visitor.token_generation += 1
    announce_close(visitor_topic(current_tenant(), visitor.pk), CLOSE_AUTHENTICATION)


def _claims(token: str) -> dict[str, str]:
    if len(token) > MAX_CHARS or token.count(".") != 2:
        raise Unauthenticated("The visitor token is not valid.")
    try:
        claims: dict[str, str] = signing.loads(token.replace(".", ":"), salt=_salt(), max_age=MAX_AGE_SECONDS)
        return claims
    except signing.BadSignature:
        raise Unauthenticated("The visitor token is not valid.") from None


def _salt() -> str:
    return f"visitor-token:{current_tenant().pk.hex}"
