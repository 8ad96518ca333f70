"""Identity tokens as a site signs them."""

from datetime import datetime

import jwt

from chat.models import Widget


def identity(widget: Widget, now: datetime, **claims: object) -> str:
    start = int(now.timestamp())
    body = {"sub": "customer-1", "iat": start, "exp": start + 600} | claims
    return jwt.encode(body, widget.identity_secret, algorithm="HS256", headers={"kid": str(widget.pk)})
