"""Numbers on the first page of the installation's admin site: brands, accounts, sign-in trouble."""

from datetime import timedelta
from typing import Any

from axes.models import AccessFailureLog
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agents.models import Agent
from chat.models import Conversation
from tenants.addresses import address_at
from tenants.context import in_tenant
from tenants.models import Domain, Tenant, User

# The page asks every brand that it lists; an installation with more has the list of brands for the rest.
BRANDS_SHOWN = 25


def add_numbers(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by unfold for the index page of the installation's admin."""
    return context | {"cards": _cards(), "brands": _brands(request)}


def _cards() -> list[dict[str, Any]]:
    suspended = Tenant.objects.filter(status=Tenant.Status.SUSPENDED).count()
    failures = AccessFailureLog.objects.filter(attempt_time__gte=timezone.now() - timedelta(days=1))
    locked = failures.filter(locked_out=True).count()
    return [
        {
            "title": gettext("Brands"),
            "value": Tenant.objects.count(),
            "note": gettext("%(n)d suspended") % {"n": suspended} if suspended else gettext("all active"),
            "link": reverse("admin:tenants_tenant_changelist"),
        },
        {
            "title": gettext("Host names"),
            "value": Domain.objects.count(),
            "note": gettext("where brands answer"),
            "link": reverse("admin:tenants_domain_changelist"),
        },
        {
            "title": gettext("Staff accounts"),
            "value": User.objects.filter(is_active=True).count(),
            "note": gettext("one login for all brands"),
            "link": reverse("admin:tenants_user_changelist"),
        },
        {
            "title": gettext("Failed sign-ins"),
            "value": failures.count(),
            "note": gettext("in 24 h, %(n)d while locked out") % {"n": locked},
            "link": reverse("admin:axes_accessfailurelog_changelist"),
            "is_urgent": locked > 0,
        },
    ]


def _brands(request: HttpRequest) -> list[dict[str, Any]]:
    rows = []
    for tenant in Tenant.objects.prefetch_related("domains").order_by("name")[:BRANDS_SHOWN]:
        domains = sorted(tenant.domains.all(), key=lambda domain: not domain.is_primary)
        host = domains[0].domain if domains else ""
        rows.append(
            {
                "tenant": tenant,
                "host": host,
                "url": address_at(request, host, "/console/"),
                "link": reverse("admin:tenants_tenant_change", args=[tenant.pk]),
                **_counts(tenant),
            }
        )
    return rows


def _counts(tenant: Tenant) -> dict[str, Any]:
    """Counts only: an installation admin sees that a brand is used, never what is said in it."""
    try:
        with in_tenant(tenant):
            return {
                "open": Conversation.objects.exclude(status=Conversation.Status.CLOSED).count(),
                "all": Conversation.objects.count(),
                "agents": Agent.objects.filter(is_active=True).count(),
            }
    except Exception:  # one brand whose schema is behind or broken must not hide the others
        return {"is_broken": True}
