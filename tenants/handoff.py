"""Going from one brand to another with one sign-in: a code that works once, soon, for one account at one brand.

Redis keeps only the code's hash, so that reading Redis gives nobody a session.
"""

import hashlib
import secrets
from uuid import UUID

from django.core.cache import cache
from django.utils.crypto import constant_time_compare

from tenants.context import in_public, in_tenant
from tenants.models import Tenant, User
from tenants.sessions import ENTER

LIFETIME_SECONDS = 30


class HandoffRefused(Exception):
    """Unknown brand, a brand in which the account is nobody, a code that is used up, late or meant for another brand:
    all the same to whoever asks."""


def start_handoff(user: User, slug: str) -> tuple[Tenant, str]:
    """Return the brand and a code that starts this account's session there; raise HandoffRefused."""
    with in_public():
        tenant = Tenant.objects.filter(slug=slug, status=Tenant.Status.ACTIVE).first()
    if tenant is None or not _may_enter(user, tenant):
        raise HandoffRefused
    code = secrets.token_urlsafe(32)
    with in_public():
        ticket = {"user": str(user.pk), "tenant": str(tenant.pk), "sign_in": user.get_session_auth_hash()}
        cache.set(_key(code), ticket, LIFETIME_SECONDS)
    return tenant, code


def redeem_handoff(code: str, tenant: Tenant) -> User:
    """Use up the code and return the account whose session starts at `tenant`; raise HandoffRefused."""
    ticket = _take(code)
    if ticket is None or ticket["tenant"] != str(tenant.pk):
        raise HandoffRefused
    with in_public():
        user = User.objects.filter(pk=UUID(ticket["user"]), is_active=True).first()
    if user is None or not _may_enter(user, tenant):
        raise HandoffRefused
    # A new password ends the sign-in that the code came from, and the code with it.
    if not constant_time_compare(ticket["sign_in"], user.get_session_auth_hash()):
        raise HandoffRefused
    return user


def _may_enter(user: User, tenant: Tenant) -> bool:
    with in_tenant(tenant):
        return user.has_perm(ENTER)


def _take(code: str) -> dict[str, str] | None:
    with in_public():
        ticket: dict[str, str] | None = cache.get(_key(code))
        # Of two who read the same code, the one whose delete found it has it.
        return ticket if ticket is not None and cache.delete(_key(code)) else None


def _key(code: str) -> str:
    return "handoff:" + hashlib.sha256(code.encode()).hexdigest()
