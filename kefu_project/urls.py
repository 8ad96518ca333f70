"""Addresses of a brand's host."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from agents.console_views import show_console
from agents.rest.files import FileView
from agents.rest.urls import agent_urls, desk_urls
from chat.rest.problems import not_found
from chat.rest.urls import documentation_urls, integrator_urls, visitor_urls
from chat.widget_views import serve_loader, show_demo, show_panel
from history.rest.urls import history_urls
from kefu_project.urls_common import common_urls
from tenants.admin.site import brand_admin

api_urls = [*visitor_urls, *agent_urls, *history_urls, *integrator_urls, *desk_urls, *documentation_urls]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/console/")),
    path("console/", show_console),
    path("console/c/<str:conversation>", show_console),
    path("console/board", show_console),
    path("console/reports", show_console),
    path("kefu.js", serve_loader),
    path("widget/panel", show_panel),
    path("demo/", show_demo),
    path("files/<uuid:file_id>", FileView.as_view()),
    path("api/v1/", include(api_urls)),
    re_path(r"^api/", not_found),
    path("", include("tenants.urls")),
    path("admin/", brand_admin.urls),
    *common_urls,
]

handler500 = "kefu_project.errors.server_error"
handler400 = "kefu_project.errors.bad_request"
