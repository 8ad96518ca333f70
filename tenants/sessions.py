"""Staff sessions. A session belongs to the brand (or the installation) whose host it was made on."""

from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase

from tenants.models import Tenant, User
from tenants.requests import BrandRequest

BRAND_KEY = "brand"
INSTALLATION = "installation"
# The permission to sign in here: in a brand the active agents have it, on the installation's host its admins.
ENTER = "tenants.enter"


def sign_in(request: BrandRequest, user: User) -> None:
    """Start a session for `user` at the brand of this request, with a fresh session key."""
    login(request, user, backend="tenants.auth.StaffBackend")
    request.session[BRAND_KEY] = brand_mark(request.tenant)


def belongs_to_brand(session: SessionBase, tenant: Tenant | None) -> bool:
    """Tell whether the session was made here. A session that carries no sign-in belongs anywhere."""
    if "_auth_user_id" not in session:
        return True
    return bool(session.get(BRAND_KEY) == brand_mark(tenant))


def brand_mark(tenant: Tenant | None) -> str:
    return str(tenant.pk) if tenant else INSTALLATION
