"""Addresses of the installation's host."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from agents.rest.urls import desk_urls
from chat.rest.problems import not_found
from chat.rest.urls import documentation_urls, integrator_urls
from kefu_project.urls_common import common_urls
from tenants.admin.site import installation_admin

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include([*integrator_urls, *desk_urls, *documentation_urls])),
    re_path(r"^api/", not_found),
    path("", include("tenants.urls")),
    path("admin/", installation_admin.urls),
    *common_urls,
]

handler500 = "kefu_project.errors.server_error"
handler400 = "kefu_project.errors.bad_request"
