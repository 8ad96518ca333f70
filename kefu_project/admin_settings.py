"""How the two admin sites are laid out (unfold): titles, sidebar, colours."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _item(title: Any, icon: str, url_name: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(url_name)}


COMMON: dict[str, Any] = {
    "SITE_HEADER": "tenants.admin.look.site_header",
    "SITE_TITLE": "tenants.admin.look.site_header",
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("kefu-admin/icon.svg")}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "LANGUAGES": {"action": reverse_lazy("language")},
    "BORDER_RADIUS": "8px",
    "STYLES": [lambda request: static("kefu-admin/admin.css")],
    "SCRIPTS": [lambda request: static("kefu-admin/admin.js")],
    "COLORS": {
        # Slightly cool neutrals, the same as the console's.
        "base": {
            "50": "oklch(97.6% .004 258)",
            "100": "oklch(96.2% .005 258)",
            "200": "oklch(90.5% .007 258)",
            "300": "oklch(82% .011 258)",
            "400": "oklch(69% .014 258)",
            "500": "oklch(51.5% .018 262)",
            "600": "oklch(42% .018 262)",
            "700": "oklch(33.5% .015 262)",
            "800": "oklch(28.5% .012 262)",
            "900": "oklch(20.5% .011 262)",
            "950": "oklch(16.5% .009 262)",
        },
        "primary": "tenants.admin.look.accent_shades",
    },
}

UNFOLD_BRAND: dict[str, Any] = COMMON | {
    "SITE_SUBHEADER": _("Brand administration"),
    "SITE_URL": "/console/",
    "DASHBOARD_CALLBACK": "agents.admin.dashboard.add_numbers",
    "ACCOUNT": {
        "navigation": [
            {"title": _("Open the console"), "link": "/console/"},
            {"title": _("Change password"), "link": reverse_lazy("password")},
        ]
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {"items": [_item(_("Overview"), "space_dashboard", "admin:index")]},
            {
                "title": _("Team"),
                "separator": True,
                "items": [
                    _item(_("Agents"), "support_agent", "admin:agents_agent_changelist"),
                    _item(_("Queues"), "inbox", "admin:agents_queue_changelist"),
                    _item(_("Memberships"), "group", "admin:agents_membership_changelist"),
                    _item(_("Skills"), "school", "admin:agents_skill_changelist"),
                    _item(_("Business hours"), "schedule", "admin:agents_calendar_changelist"),
                    _item(_("SLA policies"), "timer", "admin:agents_slapolicy_changelist"),
                    _item(_("SLA targets"), "alarm_on", "admin:agents_slatarget_changelist"),
                ],
            },
            {
                "title": _("Desk"),
                "separator": True,
                "items": [
                    _item(_("Canned replies"), "quickreply", "admin:agents_cannedreply_changelist"),
                    _item(_("Macros"), "bolt", "admin:agents_macro_changelist"),
                    _item(_("Automation rules"), "rule_settings", "admin:agents_automationrule_changelist"),
                    _item(_("Runs of rules"), "checklist", "admin:agents_rulerun_changelist"),
                    _item(_("Tags"), "sell", "admin:chat_tag_changelist"),
                    _item(_("Saved views"), "filter_list", "admin:agents_savedview_changelist"),
                ],
            },
            {
                "title": _("Conversations"),
                "separator": True,
                "items": [
                    _item(_("Conversations"), "forum", "admin:chat_conversation_changelist"),
                    _item(_("Visitors"), "person_search", "admin:chat_visitor_changelist"),
                ],
            },
            {
                "title": _("Connect"),
                "separator": True,
                "items": [
                    _item(_("Widgets"), "chat_bubble", "admin:chat_widget_changelist"),
                    _item(_("API keys"), "key", "admin:tenants_apikey_changelist"),
                ],
            },
            {
                "title": _("Brand"),
                "separator": True,
                "items": [
                    _item(_("Settings"), "tune", "admin:tenants_tenant_changelist"),
                    _item(_("Audit log"), "policy", "admin:agents_auditentry_changelist"),
                    _item(_("Change history"), "history", "admin:admin_logentry_changelist"),
                ],
            },
        ],
    },
}

UNFOLD_INSTALLATION: dict[str, Any] = COMMON | {
    "SITE_SUBHEADER": _("Installation"),
    "SITE_URL": None,
    "DASHBOARD_CALLBACK": "kefu_project.installation_dashboard.add_numbers",
    "ACCOUNT": {"navigation": [{"title": _("Change password"), "link": reverse_lazy("password")}]},
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {"items": [_item(_("Overview"), "space_dashboard", "admin:index")]},
            {
                "title": _("Brands"),
                "separator": True,
                "items": [
                    _item(_("Brands"), "storefront", "admin:tenants_tenant_changelist"),
                    _item(_("Host names"), "dns", "admin:tenants_domain_changelist"),
                ],
            },
            {
                "title": _("People"),
                "separator": True,
                "items": [_item(_("Staff accounts"), "badge", "admin:tenants_user_changelist")],
            },
            {
                "title": _("Security"),
                "separator": True,
                "items": [
                    _item(_("Locked and failing"), "lock_clock", "admin:axes_accessattempt_changelist"),
                    _item(_("Failed sign-ins"), "gpp_bad", "admin:axes_accessfailurelog_changelist"),
                    _item(_("Sign-ins"), "login", "admin:axes_accesslog_changelist"),
                    _item(_("Change history"), "history", "admin:admin_logentry_changelist"),
                ],
            },
        ],
    },
}
