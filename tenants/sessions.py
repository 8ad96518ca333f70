"""Staff sessions. A session belongs to the brand (or the installation) whose host it was made on."""

import re

from django.contrib.auth import login, logout
from django.contrib.sessions.backends.base import SessionBase

from tenants.models import Tenant, User
from tenants.requests import BrandRequest
from tenants.signals import session_ended

BRAND_KEY = "brand"
INSTALLATION = "installation"
# The permission to sign in here: in a brand the active agents have it, on the installation's host its admins.
ENTER = "tenants.enter"
_SESSION_KEY = re.compile("[a-z0-9]{32}")


def sign_in(request: BrandRequest, user: User) -> None:
    """Start a session for `user` at the brand of this request, with a fresh session key. One that was there ends."""
    former = _key_of_sign_in(request)
    login(request, user, backend="tenants.auth.StaffBackend")
    request.session[BRAND_KEY] = brand_mark(request.tenant)
    _tell_end(request, former)


def sign_out(request: BrandRequest) -> None:
    """End the session of this request, and no other of the account."""
    former = _key_of_sign_in(request)
    logout(request)
    _tell_end(request, former)


def _key_of_sign_in(request: BrandRequest) -> str | None:
    return request.session.session_key if "_auth_user_id" in request.session else None


def _tell_end(request: BrandRequest, session_key: str | None) -> None:
    """Only now, when the session is gone: a connection that is closed and comes back at once must not find it."""
    if session_key is not None:
        session_ended.send(SessionBase, tenant=request.tenant, session_key=session_key)


def is_session_key(text: str) -> bool:
    """Tell whether a cookie's value can be a key: whatever else stands there is not even looked for."""
    return _SESSION_KEY.fullmatch(text) is not None


def belongs_to_brand(session: SessionBase, tenant: Tenant | None) -> bool:
    """Tell whether the session was made here. A session that carries no sign-in belongs anywhere."""
    if "_auth_user_id" not in session:
        return True
    return bool(session.get(BRAND_KEY) == brand_mark(tenant))


def brand_mark(tenant: Tenant | None) -> str:
    return str(tenant.pk) if tenant else INSTALLATION
