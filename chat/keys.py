"""Names of everything of ours in Redis, made here only; each carries the brand's id."""

from uuid import UUID

from tenants.models import Tenant


def leases_key(tenant: Tenant) -> str:
    """Sorted set of connection leases: member `kind:id:connection`, score = when the lease ends (Unix seconds)."""
    return f"kf:{tenant.pk.hex}:leases"


def lease_member(kind: str, pk: UUID, connection_id: str) -> str:
    return f"{kind}:{pk.hex}:{connection_id}"


def bucket_key(tenant: Tenant, rate: str, subject: str) -> str:
    """A rate limit's token bucket: of an API key, a visitor or a network address."""
    return f"kf:{tenant.pk.hex}:bucket:{rate}:{subject}"
