"""Staff accounts and what they are in the current brand: made, let go, their passwords renewed.

An account serves several brands, so a brand never sets the password of an account that is there already: its admin could
otherwise sign in elsewhere in that person's name.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, Membership, Queue
from tenants.context import for_each_tenant, in_public
from tenants.models import Tenant, User
from tenants.passwords import make_password


class AccountRefused(Exception):
    """An account or agent cannot be made or changed like this. `field` names what to correct."""

    field = ""
    sentence = _("This account cannot be used.")

    def __init__(self, sentence: str = "", **values: str) -> None:
        super().__init__(sentence or self.sentence % values)


class BadEmail(AccountRefused):
    field = "email"
    sentence = _("“%(email)s” is not an e-mail address.")


class BadName(AccountRefused):
    field = "name"
    sentence = _("Give a name of 1 to 80 characters.")


class BadRole(AccountRefused):
    field = "role"
    sentence = _("“%(role)s” is not a role: agent, supervisor or admin.")


class WeakPassword(AccountRefused):
    field = "password"


class AgentExists(AccountRefused):
    field = "email"
    sentence = _("“%(email)s” is already an agent of this brand.")


class AccountClosed(AccountRefused):
    field = "email"
    sentence = _("The account “%(email)s” is deactivated. Ask an installation admin to activate it first.")


class UnknownAccount(AccountRefused):
    field = "email"
    sentence = _("There is no account “%(email)s”.")


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
    already keeps its password and '' is returned.
    """
    email, name = _clean(email, name)
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


def create_account(
    *, email: str, name: str, password: str | None = None, is_installation_admin: bool = False, now: datetime
) -> tuple[User, str]:
    """Make a staff account and return it with its password, generated when none is given."""
    email, name = _clean(email, name)
    if User.objects.filter(email=email).exists():
        raise AccountRefused(_("There is already an account “%(email)s”.") % {"email": email})
    user = User(email=email, name=name, is_installation_admin=is_installation_admin, created_at=now)
    given = make_password() if password is None else _checked(password, user)
    user.set_password(given)
    user.save(force_insert=True)
    return user, given


def reset_password(email: str) -> str:
    """Give the account a generated password and return it. All of its sessions end."""
    with in_public(), transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
        if user is None:
            raise UnknownAccount(email=email)
        password = make_password()
        user.set_password(password)
        user.save(update_fields=["password"])
    return password


def deactivate_agent(agent: Agent) -> None:
    """The account is nobody in this brand any more; what it wrote keeps its name."""
    Agent.objects.filter(pk=agent.pk).update(is_active=False)


def brands_of(user: User) -> list[Tenant]:
    """Return the active brands in which this account is an active agent, by name."""

    def is_agent(tenant: Tenant) -> Tenant | None:
        return tenant if Agent.objects.filter(user_id=user.pk, is_active=True).exists() else None

    found = [tenant for tenant in for_each_tenant(is_agent).values() if isinstance(tenant, Tenant)]
    return sorted(found, key=lambda tenant: tenant.name)


def _clean(email: str, name: str) -> tuple[str, str]:
    email, name = email.strip().lower(), name.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise BadEmail(email=email) from None
    if not 1 <= len(name) <= 80:
        raise BadName
    return email, name


def _checked(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    return password
