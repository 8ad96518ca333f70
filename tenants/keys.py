"""API keys: made, recognised, revoked. The key's text is shown once; `public` keeps its SHA-256."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from tenants.models import ApiKey, Tenant
from tenants.signals import key_revoked

PREFIXES = {ApiKey.Kind.PUBLISHABLE: "kf_pk_", ApiKey.Kind.SECRET: "kf_sk_"}
# No key is longer; what is, need not be looked for.
MAX_KEY_CHARS = 128
MAX_NAME_CHARS = 80  # of ApiKey.name
# What a secret key may do; a key without scopes may do everything.
SCOPES = (
    "visitors:read",
    "visitors:write",
    "conversations:read",
    "conversations:write",
    "messages:read",
    "messages:write",
)


def create_key(
    tenant: Tenant, *, kind: str, name: str, now: datetime, scopes: Sequence[str] = ()
) -> tuple[ApiKey, str]:
    """Make a key for the brand and return its row and its text, which cannot be had again. ValueError says in a
    sentence what is wrong with name or scopes."""
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME_CHARS:
        raise ValueError(f"Give a name of 1 to {MAX_NAME_CHARS} characters.")
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"Unknown scopes: {', '.join(sorted(unknown))}. Known: {', '.join(SCOPES)}.")
    text = PREFIXES[ApiKey.Kind(kind)] + secrets.token_urlsafe(24)
    row = ApiKey.objects.create(
        tenant=tenant, kind=kind, name=name, prefix=text[:12], hash=hash_key(text), scopes=list(scopes), created_at=now
    )
    return row, text


def find_key(text: str, *, kind: str) -> ApiKey | None:
    """Return the live key with this text and kind, its tenant loaded, or None."""
    if not text.startswith(PREFIXES[ApiKey.Kind(kind)]) or len(text) > MAX_KEY_CHARS or not text.isascii():
        return None
    return (
        ApiKey.objects.select_related("tenant").filter(hash=hash_key(text), kind=kind, revoked_at__isnull=True).first()
    )


def is_live(key: ApiKey) -> bool:
    """Tell whether the key is valid still, read anew."""
    return ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).exists()


def live_among(key_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the keys that are valid still."""
    return set(ApiKey.objects.filter(pk__in=key_ids, revoked_at__isnull=True).values_list("pk", flat=True))


def note_use(key: ApiKey, now: datetime) -> None:
    """Remember that the key was used, at most once a minute, so that reading does not mean writing."""
    if key.last_used_at is None or now - key.last_used_at > timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def revoke_key(key: ApiKey, now: datetime) -> None:
    """Make the key worthless from now on and close what it opened. Revoking twice keeps the first time."""
    ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
    key_revoked.send(ApiKey, key=key)


def hash_key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
