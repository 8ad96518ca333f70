"""Sign-ins and failed attempts, and the log of what installation admins did."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.admin.base import ReadOnlyAdmin
from tenants.admin.brand import HistoryAdmin
from tenants.admin.site import installation_admin


class AttemptAdmin(ReadOnlyAdmin):
    """Addresses that failed to sign in. Deleting a line lets that address try again at once."""

    list_display = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "failures_since_start", "path_info", "user_agent")
    readonly_fields = fields
    actions = ("delete_selected",)

    def has_delete_permission(self, request: HttpRequest, obj: AccessAttempt | None = None) -> bool:
        return bool(request.user.has_perm("axes.delete_accessattempt"))


class SignInAdmin(ReadOnlyAdmin):
    """Who signed in from where, and when they left."""

    list_display = ("attempt_time", "username", "ip_address", "logout_time")
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "logout_time", "username", "ip_address", "path_info", "user_agent")
    readonly_fields = fields


class FailureAdmin(ReadOnlyAdmin):
    list_display = ("attempt_time", "username", "ip_address", "locked_out")
    list_filter = ("locked_out",)
    search_fields = ("username", "ip_address")
    fields = ("attempt_time", "username", "ip_address", "locked_out", "path_info", "user_agent")
    readonly_fields = fields


class InstallationHistoryAdmin(HistoryAdmin):
    def has_view_permission(self, request: HttpRequest, obj: LogEntry | None = None) -> bool:
        return bool(request.user.has_perm("tenants.view_tenant"))


# axes names itself in English only.
apps.get_app_config("axes").verbose_name = _("Sign-in security")

installation_admin.register(AccessAttempt, AttemptAdmin)
installation_admin.register(AccessLog, SignInAdmin)
installation_admin.register(AccessFailureLog, FailureAdmin)
installation_admin.register(LogEntry, InstallationHistoryAdmin)
