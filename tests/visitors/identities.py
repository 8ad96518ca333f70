"""Identity tokens as a site signs them."""

from datetime import datetime

import jwt

from chat.models import Widget


def identity(widget: Widget, now: datetime, *, sub: str = "customer-1") -> str:
    start = int(now.timestamp())
    claims = {"sub": sub, "iat": start, "exp": start + 600}
    return jwt.encode(claims, widget.identity_secret, algorithm="HS256", headers={"kid": str(widget.pk)})
