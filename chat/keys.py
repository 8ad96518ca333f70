"""Names of everything of ours in Redis, made here only; each carries the brand's id, but for what all brands share."""

from uuid import UUID

from tenants.models import Tenant


def leases_key(tenant: Tenant) -> str:
    """Sorted set of connection leases: member `kind:id:connection`, score = when the lease ends (Unix seconds)."""
    return f"kf:{tenant.pk.hex}:leases"


def lease_member(kind: str, pk: UUID, connection_id: str) -> str:
    return f"{kind}:{pk.hex}:{connection_id}"


def shown_key(tenant: Tenant) -> str:
    """Set of the visitors (ids in hexadecimal) that the desk was told are online."""
    return f"kf:{tenant.pk.hex}:shown"


def viewers_key(tenant: Tenant, conversation_id: UUID) -> str:
    """Hash of the agents who look at a conversation: id in hexadecimal to `until|is_writing|name`."""
    return f"kf:{tenant.pk.hex}:viewers:{conversation_id.hex}"


def standings_key(tenant: Tenant) -> str:
    """Hash of what waiting visitors were told last about their place: visitor id in hexadecimal to JSON."""
    return f"kf:{tenant.pk.hex}:standings"


def mail_put_off_key(tenant: Tenant, conversation_id: UUID) -> str:
    """How often in a row a conversation's mail was cut off, and until when (Unix seconds) it waits."""
    return f"kf:{tenant.pk.hex}:mail-put-off:{conversation_id.hex}"


def mail_away_key(address: str) -> str:
    """Until when (Unix seconds) all brands leave the installation's mail server alone."""
    return f"kf:mail-away:{address}"


def bucket_key(tenant: Tenant, rate: str, subject: str) -> str:
    """A rate limit's token bucket: of an API key, a visitor or a network address."""
    return f"kf:{tenant.pk.hex}:bucket:{rate}:{subject}"


def hot_key(tenant: Tenant, conversation_id: UUID, audience: str) -> str:
    """Sorted set of a conversation's last events as one audience sees them: score = seq, member = the frame's bytes.

    The epoch is part of the name: after a restore the same seq may stand for another row.
    """
    return f"{_hot(tenant, conversation_id)}.{audience[0]}"


def hot_generation_key(tenant: Tenant, conversation_id: UUID) -> str:
    """How often the conversation's hot history was forgotten."""
    return f"{_hot(tenant, conversation_id)}.g"


def _hot(tenant: Tenant, conversation_id: UUID) -> str:
    return f"kf:b.{tenant.pk.hex}.hot.{tenant.epoch.hex[-12:]}.{conversation_id.hex}"
