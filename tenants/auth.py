"""Who a staff account is. What it may do inside a brand is answered by agents/permissions.py."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest

from tenants.context import is_in_tenant
from tenants.models import User

# Admin pages of the installation that an installation admin may use.
INSTALLATION_APPS = {"tenants", "axes", "auth"}


class StaffBackend(BaseBackend):
    """Signs in with e-mail and password; on the installation's host, gives installation admins their rights."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or password is None:
            return None
        user = User.objects.filter(email=username.strip().lower()).first()
        if user is None:
            User().set_password(password)  # the same time for unknown addresses
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        return self.has_module_perms(user_obj, perm.split(".", 1)[0])

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        is_admin = isinstance(user_obj, User) and user_obj.is_installation_admin
        return is_admin and not is_in_tenant() and app_label in INSTALLATION_APPS
