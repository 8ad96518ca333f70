"""What a staff account may do in the current brand: computed from its Agent row there, never stored.

Nobody has a permission in a brand by being somebody elsewhere: without an active Agent row every answer is no.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from agents.models import Agent
from tenants.context import current_tenant, is_in_tenant
from tenants.models import User
from tenants.sessions import ENTER

_VIEW = ("view",)
_ALL = ("view", "add", "change", "delete")

# Supervisors and agents work in the console; the brand's admin site is for the brand's admins.
ADMIN_RIGHTS: dict[str, tuple[str, ...]] = {
    "agents.agent": ("view", "add", "change"),  # left agents are deactivated: their conversations name them
    "agents.queue": _ALL,
    "agents.membership": _ALL,
    "agents.assignment": _VIEW,
    "agents.skill": _ALL,
    "agents.calendar": _ALL,
    "agents.calendarday": _ALL,
    "agents.slapolicy": _ALL,
    "agents.slatarget": _VIEW,
    "agents.cannedreply": _ALL,
    "agents.macro": _ALL,
    "agents.automationrule": _ALL,
    "agents.rulerun": _VIEW,
    "agents.savedview": _ALL,
    "agents.auditentry": _VIEW,
    "chat.tag": _ALL,
    "chat.widget": _ALL,
    "chat.conversation": _VIEW,
    "chat.message": _VIEW,
    "chat.file": _VIEW,
    "chat.visitor": _VIEW,
    "tenants.tenant": ("view", "change"),
    "tenants.apikey": ("view", "add", "change"),
    "admin.logentry": _VIEW,
}


def _expand(rights: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(
        f"{app}.{verb}_{model}" for name, verbs in rights.items() for app, model in [name.split(".")] for verb in verbs
    )


PERMISSIONS: dict[str, frozenset[str]] = {
    Agent.Role.AGENT: frozenset({ENTER}),
    Agent.Role.SUPERVISOR: frozenset({ENTER}),
    Agent.Role.ADMIN: frozenset({ENTER}) | _expand(ADMIN_RIGHTS),
}


def find_agent(user: User) -> Agent | None:
    """Return the active agent that this account is in the current brand, or None. Asked anew each time."""
    if not is_in_tenant() or not getattr(user, "is_active", False):
        return None
    return Agent.objects.filter(user_id=user.pk, is_active=True).first()


class RoleBackend(BaseBackend):
    """Answers Django's questions about permissions; signing in is tenants/auth.py's."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        return None

    def get_user(self, user_id: Any) -> None:
        return None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        role = _role(user_obj)
        return set(PERMISSIONS.get(role, ())) if role else set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        role = _role(user_obj)
        return bool(role) and perm in PERMISSIONS.get(role, ())

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(perm.startswith(f"{app_label}.") for perm in self.get_all_permissions(user_obj) - {ENTER})


class _KnownRole:
    """The role as read for one request: the user object of a request is made anew for each."""

    __slots__ = ("role", "tenant_id")

    def __init__(self, tenant_id: UUID, role: str) -> None:
        self.tenant_id = tenant_id
        self.role = role


def _role(user: Any) -> str:
    """Return the account's role in the current brand, '' for none.

    It is kept on the user object together with its brand, because an admin page asks about fifty times. Whoever keeps a
    user object for longer than a request (sockets) asks find_agent() instead.
    """
    if not is_in_tenant() or not getattr(user, "is_active", False):
        return ""
    tenant_id = current_tenant().pk
    known = getattr(user, "_known_role", None)
    if not isinstance(known, _KnownRole) or known.tenant_id != tenant_id:
        agent = find_agent(user)
        known = user._known_role = _KnownRole(tenant_id, agent.role if agent else "")
    return known.role
