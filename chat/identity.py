"""Identity tokens: JWTs that a customer's server signs with the widget's secret to say who its visitor is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt

from chat.errors import IdentityExpired, Unauthenticated
from chat.models import Widget
from chat.text import clean_line

MAX_LIFE_SECONDS = 3600
LEEWAY_SECONDS = 30
MAX_CHARS = 4096


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    external_id: str
    name: str
    email: str
    phone: str


def verify_identity(token: str, widget: Widget, now: datetime) -> VerifiedIdentity:
    """Check an HS256 token: `kid` the widget's id, `sub`, `iat`, `exp` at most 1 h later.

    Raises IdentityExpired, with whom it named, for one that is nothing but too old, and Unauthenticated otherwise.
    """
    claims = _decode(token, widget)
    issued, expires = claims["iat"], claims["exp"]
    # The library takes numbers that are written as text.
    if not all(isinstance(time, int | float) for time in (issued, expires)):
        raise Unauthenticated("`iat` and `exp` of the identity token are numbers: seconds since 1970.")
    if not 0 < expires - issued <= MAX_LIFE_SECONDS:
        raise Unauthenticated("The identity token lives longer than an hour.")
    external_id = clean_line(str(claims["sub"]), 200)
    if not external_id:
        raise Unauthenticated("The identity token names nobody.")
    if now.timestamp() > expires + LEEWAY_SECONDS:
        raise IdentityExpired(external_id)
    return VerifiedIdentity(
        external_id=external_id,
        name=clean_line(str(claims.get("name", "")), 80),
        email=clean_line(str(claims.get("email", "")), 254),
        phone=clean_line(str(claims.get("phone", "")), 40),
    )


def _decode(token: str, widget: Widget) -> dict[str, Any]:
    if len(token) > MAX_CHARS:
        raise Unauthenticated("The identity token is not valid.")
    try:
        if jwt.get_unverified_header(token).get("kid") != str(widget.pk):
            raise Unauthenticated("The identity token was made for another widget.")
        return jwt.decode(
            token,
            widget.identity_secret,
            algorithms=["HS256"],
            leeway=LEEWAY_SECONDS,
            # `exp` is looked at last: who is named by a token that is merely too old is wanted.
            options={"require": ["sub", "iat", "exp"], "verify_exp": False},
        )
    except (jwt.InvalidTokenError, OverflowError):
        raise Unauthenticated("The identity token is not valid.") from None
