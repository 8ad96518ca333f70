"""Addresses below /api/v1/ of visitors and integrators."""

from django.urls import URLPattern, path

from chat.rest import schema
from chat.rest import visitor_views as visitor
from chat.rest.integrator import conversations, messages, visitors

visitor_urls: list[URLPattern] = [
    path("visitor/sessions", visitor.SessionsView.as_view()),
    path("visitor/identify", visitor.IdentifyView.as_view()),
    path("visitor/logout", visitor.LogOutView.as_view()),
    path("visitor/conversations", visitor.ConversationsView.as_view()),
    path("visitor/conversations/<uuid:conversation_id>/events", visitor.EventsView.as_view()),
    path("visitor/page-views", visitor.PageViewsView.as_view()),
    path("visitor/left-messages", visitor.LeftMessagesView.as_view()),
    path("visitor/files", visitor.FilesView.as_view()),
]

integrator_urls: list[URLPattern] = [
    path("visitors", visitors.VisitorsView.as_view()),
    path("visitors/<uuid:visitor_id>", visitors.VisitorView.as_view()),
    path("visitors/<uuid:visitor_id>/page-views", visitors.PageViewsView.as_view()),
    path("conversations", conversations.ConversationsView.as_view()),
    path("conversations/<uuid:conversation_id>", conversations.ConversationView.as_view()),
    path("conversations/<uuid:conversation_id>/close", conversations.CloseView.as_view()),
    path("conversations/<uuid:conversation_id>/reopen", conversations.ReopenView.as_view()),
    path("conversations/<uuid:conversation_id>/messages", messages.MessagesView.as_view()),
    path("conversations/<uuid:conversation_id>/messages/<uuid:message_id>", messages.MessageView.as_view()),
    path("conversations/<uuid:conversation_id>/messages/<uuid:message_id>/recall", messages.RecallView.as_view()),
    path("files", messages.FilesView.as_view()),
]

documentation_urls: list[URLPattern] = [
    path("openapi.json", schema.OpenApiView.as_view()),
    path("docs", schema.DocsView.as_view()),
]
