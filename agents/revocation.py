"""An agent's connections end with the sign-in, the account or the role that they stand on."""

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from agents.models import Agent, Membership
from chat.fanout import agent_topic, announce_close, session_topic
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_RECONNECT
from tenants.context import current_tenant, for_each_tenant
from tenants.models import Tenant, User
from tenants.signals import account_signed_out, session_ended


def close_session(sender: object, tenant: Tenant | None, session_key: str, **_: object) -> None:
    """Close what this sign-in opened; other sign-ins of the same person go on."""
    if tenant is not None:
        announce_close(session_topic(tenant, session_key), CLOSE_AUTHENTICATION)


def close_account(sender: object, user: User, **_: object) -> None:
    """Close all connections of an account, in every brand that it works for; a broken brand stops no other."""
    for_each_tenant(lambda _tenant: _close_agents_of(user))


def close_agent(agent: Agent, code: int) -> None:
    """Close all connections of an agent of the current brand."""
    announce_close(agent_topic(current_tenant(), agent.pk), code)


def _close_agents_of(user: User) -> None:
    # Where the caller has a transaction: what fails in one brand must not spoil it for the next.
    with transaction.atomic():
        for agent in Agent.objects.filter(user_id=user.pk):
            close_agent(agent, CLOSE_AUTHENTICATION)


def renew_sight(sender: object, instance: Membership, **_: object) -> None:
    """Whose queues change, and who sees only these, connects anew: a connection knows the queues it was opened with."""
    if instance.agent.scope != Agent.Scope.BRAND:
        close_agent(instance.agent, CLOSE_RECONNECT)


session_ended.connect(close_session, dispatch_uid="close-session")
account_signed_out.connect(close_account, dispatch_uid="close-account")
# Memberships are written by admin pages, imports and commands alike.
post_save.connect(renew_sight, Membership, dispatch_uid="renew-sight-of-new")
post_delete.connect(renew_sight, Membership, dispatch_uid="renew-sight-of-old")
