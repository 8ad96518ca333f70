"""The visitor's endpoints: sessions, identification, reading, uploads. Thin shells over the verbs (docs/api.md)."""

from math import ceil
from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import get_visitor_conversation, get_widget, visitor_conversations
from chat.authors import Author
from chat.conversations import find_open
from chat.events import VISITOR
from chat.files import file_view, store_file
from chat.front_desk import online_colleagues, opening_for, usual_answer_seconds, waiting_view
from chat.left_messages import Contact, answers_by_mail, leave_message
from chat.messages import MessageDraft, posted_ack
from chat.models import Visitor, Widget
from chat.page_trail import View, note_page_views
from chat.protocol import LIMITS
from chat.reading import count_unread, visitor_view
from chat.rest import visitor_docs as docs
from chat.rest.base import MAX_UPLOAD_BODY, read_input
from chat.rest.limits import (
    LEFT_ADDRESS_RATE,
    LEFT_RATE,
    SESSION_RATE,
    TRAIL_RATE,
    UPLOAD_ADDRESS_RATE,
    UPLOAD_RATE,
    UPLOAD_SIZE_RATE,
    Rate,
)
from chat.rest.paging import events_page, page_bounds
from chat.rest.visitor_auth import VisitorView, check_origin, limit
from chat.rest.visitor_inputs import FileInput, IdentifyInput, LeftMessageInput, PageViewsInput, SessionInput
from chat.typing_preview import is_preview_shown
from chat.upload_limits import MEGABYTE
from chat.visitors import identify_visitor, log_out_visitor, start_session
from chat.wrong_tokens import wrong_ones_counted
from tenants.attempts import address_of_request
from tenants.context import current_tenant
from tenants.models import Tenant
from tenants.networks import is_loopback, network_of

MAX_CONVERSATIONS = 50


class SessionsView(VisitorView):
    authentication_classes = []
    permission_classes = []

    @docs.start_session
    def post(self, request: Request) -> Response:
        limit_address(request, SESSION_RATE)
        given = read_input(SessionInput, request.data)
        widget = get_widget(given.pop("key"))
        check_origin(request, widget)
        given["locale"] = normal_locale(given.get("locale", ""))
        user_agent = request.META.get("HTTP_USER_AGENT", "")
        with wrong_ones_counted(address_of_request(request._request)):
            session = start_session(widget, **given, user_agent=user_agent, now=timezone.now())
        return Response(_session_view(session.visitor, session.token, widget), 201)


class IdentifyView(VisitorView):
    @docs.identify
    def post(self, request: Request) -> Response:
        given = read_input(IdentifyInput, request.data)
        who = self.identity
        with wrong_ones_counted(address_of_request(request._request)):
            session = identify_visitor(who.visitor, who.widget, **given, now=timezone.now())
        return Response({"token": session.token, "visitor": _visitor(session.visitor)})


class LogOutView(VisitorView):
    @docs.log_out
    def post(self, request: Request) -> Response:
        log_out_visitor(self.identity.visitor)
        return Response(status=204)


class ConversationsView(VisitorView):
    @docs.list_conversations
    def get(self, request: Request) -> Response:
        mine = visitor_conversations(self.identity.visitor.pk).order_by("-active_at", "-pk")[:MAX_CONVERSATIONS]
        return Response({"conversations": [visitor_view(conversation) for conversation in mine]})


class EventsView(VisitorView):
    @docs.list_events
    def get(self, request: Request, conversation_id: UUID) -> Response:
        bounds = page_bounds(request.query_params)
        conversation = get_visitor_conversation(self.identity.visitor.pk, conversation_id)
        return Response(events_page(conversation, VISITOR, bounds))


class PageViewsView(VisitorView):
    @docs.note_page_views
    def post(self, request: Request) -> Response:
        visitor = self.identity.visitor
        limit(TRAIL_RATE, f"visitor-{visitor.pk.hex}")
        views = [View(**view) for view in read_input(PageViewsInput, request.data)["views"]]
        return Response({"added": note_page_views(visitor.pk, views, timezone.now())}, 201)


class LeftMessagesView(VisitorView):
    @docs.leave_message
    def post(self, request: Request) -> Response:
        who, given, now = self.identity, read_input(LeftMessageInput, request.data), timezone.now()
        limit(LEFT_RATE, who.visitor.pk.hex)
        limit_address(request, LEFT_ADDRESS_RATE)
        contact = Contact(given["email"], given.get("name", ""))
        draft = MessageDraft(given["client_id"], text=given["text"])
        posted = leave_message(who.visitor, contact=contact, widget=who.widget, draft=draft, now=now)
        conversation = get_visitor_conversation(who.visitor.pk, posted.message.conversation_id)
        answer = {"conversation": visitor_view(conversation), "message": posted_ack(posted)}
        return Response(answer, 200 if posted.duplicate else 201)


class FilesView(VisitorView):
    parser_classes = [MultiPartParser]
    max_body = MAX_UPLOAD_BODY

    @docs.upload_file
    def post(self, request: Request) -> Response:
        visitor = self.identity.visitor
        limit(UPLOAD_RATE, f"visitor-{visitor.pk.hex}")
        limit_address(request, UPLOAD_ADDRESS_RATE)
        upload = read_input(FileInput, request.data)["file"]
        limit_address(request, UPLOAD_SIZE_RATE, ceil(upload.size / MEGABYTE))
        return Response(file_view(store_file(upload, author=Author.of_visitor(visitor))), 201)


def normal_locale(text: str) -> str:
    """One of our locales for what browsers and pages say: `zh-CN`, `zh-Hans`, `en-GB`; '' for any other."""
    language = text.lower().replace("_", "-").partition("-")[0]
    return {"zh": Tenant.Locale.CHINESE.value, "en": Tenant.Locale.ENGLISH.value}.get(language, "")


def limit_address(request: Request, rate: Rate, count: int = 1) -> None:
    """Limit the address that asks. The machine itself is not: a proxy on it would make all visitors one address."""
    network = network_of(address_of_request(request._request))
    if not is_loopback(network):
        limit(rate, network, count)


def _session_view(visitor: Visitor, token: str, widget: Widget) -> dict[str, Any]:
    tenant = current_tenant()
    conversation = find_open(visitor)
    colleagues, now = online_colleagues(), timezone.now()
    opening = opening_for(conversation, now)
    return {
        "token": token,
        "visitor": _visitor(visitor),
        "widget": widget_view(widget, visitor.locale or tenant.locale),
        "brand": {"name": tenant.name, "accent": tenant.accent, "slug": tenant.slug},
        "agents": [{"name": colleague.name, "availability": colleague.availability} for colleague in colleagues],
        "available": bool(colleagues),
        "conversation": visitor_view(conversation) if conversation else None,
        "unread": count_unread(conversation) if conversation else 0,
        "hours": opening.view(),
        "waiting": waiting_view(conversation, now),
        "answer_seconds": usual_answer_seconds(opening, now),
        "asks_for_rating": tenant.asks_for_rating,
        "answers_by_mail": answers_by_mail(tenant),
        "typing_preview": is_preview_shown(tenant.pk),
        "epoch": str(tenant.epoch),
        "limits": LIMITS,
    }


def widget_view(widget: Widget, locale: str) -> dict[str, Any]:
    return {
        "id": str(widget.pk),
        "name": widget.name,
        "greeting": {"en": widget.greeting_en, "zh-hans": widget.greeting_zh},
        "launcher_label": widget.launcher_label,
        "theme": widget.theme,
        "locale": locale,
    }


def _visitor(visitor: Visitor) -> dict[str, Any]:
    return {"id": str(visitor.pk), "name": visitor.name, "email": visitor.email, "identified": visitor.is_identified}
