"""The two admin sites: one per brand on the brand's hosts, one for the installation on its own hosts.

Both are called `admin` and live in different URL configurations, so neither can be reached on the other's hosts. Who
may not be here gets what a missing page gets. Signing in and out are those of tenants/account_views.py.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from tenants.account_views import sign_out_page
from tenants.requests import BrandRequest
from tenants.signals import admin_refused

# Brand admins have it in their brand, installation admins on the installation's hosts; nobody has it elsewhere.
ENTER_ADMIN = "tenants.change_tenant"


# The theme needs inline scripts, and Alpine eval. All else stays shut: foreign code, frames, base, forms elsewhere.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


class KefuAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True
    is_for_brand = True

    def has_permission(self, request: BrandRequest) -> bool:
        is_brand_host = request.tenant is not None
        return is_brand_host is self.is_for_brand and bool(
            request.user.is_authenticated and request.user.is_active and request.user.has_perm(ENTER_ADMIN)
        )

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        checked = super().admin_view(view, cacheable)

        def guarded(request: BrandRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request):
                try:
                    response = checked(request, *args, **kwargs)
                except PermissionDenied:
                    admin_refused.send(type(self), request=request)
                    raise
                response["Content-Security-Policy"] = POLICY
                return response
            if request.user.is_authenticated:
                admin_refused.send(type(self), request=request)
                raise Http404
            return redirect_to_login(request.get_full_path(), reverse("sign-in"))

        return update_wrapper(guarded, checked)

    def login(self, request: BrandRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("sign-in"))

    def logout(self, request: BrandRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return sign_out_page(request)

    def password_change(self, request: BrandRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("password"))


class BrandAdminSite(KefuAdminSite):
    settings_name = "UNFOLD_BRAND"
    index_template = "admin/brand_index.html"


class InstallationAdminSite(KefuAdminSite):
    settings_name = "UNFOLD_INSTALLATION"
    index_template = "admin/installation_index.html"
    is_for_brand = False


brand_admin = BrandAdminSite(name="admin")
installation_admin = InstallationAdminSite(name="admin")
