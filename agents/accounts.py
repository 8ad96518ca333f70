"""What a staff account is in the current brand: made an agent, changed, let go.

An account serves several brands, so a brand never sets the password of an account that is there already: its admin
could otherwise sign in elsewhere in that person's name.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.assignments import lock_free_conversations_of, release_conversation
from agents.models import Agent, Membership, Queue
from agents.revocation import close_agent
from chat.protocol import CLOSE_FORBIDDEN, CLOSE_RECONNECT
from tenants.accounts import AccountRefused, clean_email, clean_name, create_account, reset_password
from tenants.context import in_tenant
from tenants.models import Tenant, User

__all__ = [
    "change_agent",
    "check_admin_remains",
    "create_account",
    "create_agent",
    "create_first_admin",
    "reset_password",
]


class BadRole(AccountRefused):
    field = "role"
    sentence = _("“%(role)s” is not a role: agent, supervisor or admin.")


class AgentExists(AccountRefused):
    field = "email"
    sentence = _("“%(email)s” is already an agent of this brand.")


class AccountClosed(AccountRefused):
    field = "email"
    sentence = _("The account “%(email)s” is deactivated. Ask an installation admin to activate it first.")


class LastAdmin(AccountRefused):
    field = "role"
    sentence = _("The brand needs at least one active admin.")


def create_agent(
    *,
    email: str,
    name: str,
    password: str | None = None,
    role: str = Agent.Role.AGENT,
    queues: Iterable[Queue] = (),
    now: datetime,
) -> tuple[Agent, str]:
    """Make somebody an agent of the current brand and return the password to hand over.

    The account is made when the address has none; `password` None means a generated one. An account that is there
    already keeps its password and '' is returned. Raises AccountRefused.
    """
    email, name = clean_email(email), clean_name(name)
    if role not in Agent.Role.values:
        raise BadRole(role=role)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=email).first()
        given = ""
        if user is None:
            user, given = create_account(email=email, name=name, password=password, now=now)
        if not user.is_active:
            raise AccountClosed(email=email)
        if Agent.objects.filter(user=user).exists():
            raise AgentExists(email=email)
        agent = Agent.objects.create(user=user, display_name=name, role=role, created_at=now)
        Membership.objects.bulk_create(Membership(agent=agent, queue=queue) for queue in queues)
    return agent, given


def create_first_admin(tenant: Tenant, *, email: str, name: str, now: datetime) -> str:
    """Give a new brand its first admin, serving every queue; return the password to hand over as create_agent does."""
    with in_tenant(tenant):
        _agent, password = create_agent(
            email=email, name=name, role=Agent.Role.ADMIN, queues=Queue.objects.all(), now=now
        )
    return password


def change_agent(agent: Agent, *, role: str, is_active: bool, scope: str | None = None, now: datetime) -> None:
    """Set the role, what the agent sees (None: as it is), and whether they work here at all. Raises LastAdmin.

    Who leaves loses every connection, and what was assigned waits again. Whose role or scope changes is told to connect
    anew: a connection knows those that it was opened with. Locks the brand's admins, then the agent.
    """
    with transaction.atomic():
        check_admin_remains(agent, role, is_active)
        before = Agent.objects.select_for_update(no_key=True).get(pk=agent.pk)
        scope = scope or before.scope
        Agent.objects.filter(pk=agent.pk).update(role=role, is_active=is_active, scope=scope)
        agent.role, agent.is_active, agent.scope = role, is_active, scope
        if before.is_active and not is_active:
            _let_go(agent, now)
        elif (before.role, before.scope) != (role, scope):
            close_agent(agent, CLOSE_RECONNECT)


def check_admin_remains(agent: Agent, role: str, is_active: bool, *, only_look: bool = False) -> None:
    """Raise LastAdmin if this change left the brand without an active admin. Runs in the caller's transaction.

    Two admins who demote each other at the same moment meet at the lock: the second one is refused. Whoever changes
    nothing yet has to `only_look`: routing waits for each agent that is locked.
    """
    if role == Agent.Role.ADMIN and is_active:
        return
    admins = Q(role=Agent.Role.ADMIN, is_active=True)
    # The agent too, though the caller locks it anyway: whoever locks several agents does it by id, as routing does.
    there = Agent.objects.filter(admins | Q(pk=agent.pk)).order_by("pk")
    if not only_look:
        there = there.select_for_update(no_key=True)
    pks = [one.pk for one in there if one.role == Agent.Role.ADMIN and one.is_active]
    if agent.pk in pks and len(pks) == 1:
        raise LastAdmin


def _let_go(agent: Agent, now: datetime) -> None:
    """Close the agent's connections and give back what it has.

    The agent is locked already, and everybody else locks the conversation first: one that somebody holds at this moment
    is left to sweep_take_back, since waiting for it could be waiting for each other.
    """
    close_agent(agent, CLOSE_FORBIDDEN)
    for conversation_id in lock_free_conversations_of(agent):
        release_conversation(conversation_id, agent=agent, now=now)
