"""Conversations with their log and files, and visitors: looked at here, worked on in the console."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from chat.models import Conversation, Visitor
from chat.reading import read_entries
from tenants.admin.base import ReadOnlyAdmin
from tenants.admin.look import initials_of
from tenants.admin.site import brand_admin

STATUS_COLOURS = {"waiting": "warning", "assigned": "info", "closed": "default"}
ENTRIES_PER_PAGE = 100
CONVERSATIONS_SHOWN = 20
# What happened in a conversation, in words; events that are not here are shown by their names.
EVENT_NAMES = {
    "conversation.created": _("conversation opened"),
    "conversation.assigned": _("taken"),
    "conversation.transferred": _("transferred"),
    "conversation.released": _("released"),
    "conversation.closed": _("closed"),
    "conversation.reopened": _("reopened"),
}


class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("visitor_header", "status_label", "queue_name", "assignee_name", "preview", "active_at")
    list_filter = ("status", "queue_name", "assignee_name")
    search_fields = ("visitor__name", "visitor__email", "visitor__external_id")
    search_help_text = _("Visitor's name, e-mail or external id")
    list_select_related = ("visitor",)
    date_hierarchy = "created_at"
    change_form_template = "admin/conversation.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "visitor",
                    ("status", "close_reason"),
                    ("queue_name", "assignee_name"),
                    ("created_at", "waiting_since"),
                    ("first_reply_at", "closed_at"),
                    "widget",
                )
            },
        ),
    )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        conversation = self.get_object(request, object_id)
        if conversation is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = Paginator(range(conversation.last_seq), ENTRIES_PER_PAGE).get_page(request.GET.get("page") or 1)
        # A log counts from 1 without holes, so the page's place says its seq; the log may be in the archive.
        entries: list[Any] = read_entries(conversation, after=max(page.start_index() - 1, 0), limit=ENTRIES_PER_PAGE)
        page.object_list = entries
        for entry in entries:
            entry.event_name = EVENT_NAMES.get(entry.event, entry.event)
        context = {"entries": page, "files": conversation.files.order_by("created_at")}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    @display(description=_("visitor"), header=True, ordering="visitor__name")
    def visitor_header(self, conversation: Conversation) -> list[str]:
        visitor = conversation.visitor
        return [str(visitor), visitor.email or visitor.external_id or "", initials_of(str(visitor))]

    @display(description=_("status"), label=STATUS_COLOURS, ordering="status")
    def status_label(self, conversation: Conversation) -> tuple[str, str]:
        return conversation.status, conversation.get_status_display()

    @display(description=_("last message"))
    def preview(self, conversation: Conversation) -> str:
        text = conversation.last_message_preview
        return f"{text[:60]}…" if len(text) > 60 else text


class VisitorAdmin(ReadOnlyAdmin):
    list_display = ("header", "identity_label", "locale", "last_seen_at", "created_at")
    list_filter = ("locale",)
    search_fields = ("name", "email", "phone", "external_id")
    fieldsets = (
        (None, {"fields": (("name", "identity"), ("email", "phone"), ("locale", "external_id"))}),
        (_("Where they are"), {"fields": ("page_title", "page_url", "referrer", ("last_seen_at", "created_at"))}),
        (_("Attributes"), {"fields": ("attributes",)}),
        (_("Conversations"), {"fields": ("conversations_list",)}),
    )
    readonly_fields = ("identity", "conversations_list", "page_title", "page_url", "referrer", "last_seen_at")

    @display(description=_("visitor"), header=True, ordering="name")
    def header(self, visitor: Visitor) -> list[str]:
        return [str(visitor), visitor.email, initials_of(str(visitor))]

    @display(description=_("identity"), label={"verified": "success", "anonymous": "default"})
    def identity_label(self, visitor: Visitor) -> tuple[str, Any]:
        return ("verified", _("verified")) if visitor.is_identified else ("anonymous", _("not verified"))

    @display(description=_("identity"))
    def identity(self, visitor: Visitor) -> str:
        return str(self.identity_label(visitor)[1])

    @display(description=_("conversations"))
    def conversations_list(self, visitor: Visitor) -> SafeString:
        rows = visitor.conversations.order_by("-active_at")[:CONVERSATIONS_SHOWN]
        return render_to_string("admin/conversation_list.html", {"conversations": rows})


brand_admin.register(Conversation, ConversationAdmin)
brand_admin.register(Visitor, VisitorAdmin)
