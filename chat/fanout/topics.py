"""The names of topics: each carries the brand's id, and none is made anywhere else."""

import hashlib
from uuid import UUID

from tenants.models import Tenant


def visitor_topic(tenant: Tenant, visitor_id: UUID) -> str:
    """All that one visitor may see."""
    return f"b.{tenant.pk.hex}.visitor.{visitor_id.hex}"


def watch_topic(tenant: Tenant, conversation_id: UUID) -> str:
    """All events of one conversation, notes included: for agents that have it open or assigned, and for programs."""
    return f"b.{tenant.pk.hex}.watch.{conversation_id.hex}"


def agent_topic(tenant: Tenant, agent_id: UUID) -> str:
    """What concerns one agent's own connections."""
    return f"b.{tenant.pk.hex}.agent.{agent_id.hex}"


def session_topic(tenant: Tenant, session_key: str) -> str:
    """The connections that one staff session opened. The key itself must not stand in a topic's name."""
    return f"b.{tenant.pk.hex}.session.{hashlib.sha256(session_key.encode()).hexdigest()[:32]}"


def key_topic(tenant: Tenant, key_id: UUID) -> str:
    """The connections that programs opened with one secret key."""
    return f"b.{tenant.pk.hex}.key.{key_id.hex}"


def desk_topic(tenant: Tenant) -> str:
    """Rows of lists and agents' availability: for all agents of the brand."""
    return f"b.{tenant.pk.hex}.desk"


def brand_topic(tenant: Tenant) -> str:
    """Orders to every connection of the brand."""
    return f"b.{tenant.pk.hex}.all"
