"""Addresses of the console's endpoints, below /api/v1/."""

from django.urls import path

from agents.rest import views

agent_urls = [
    path("agent/me", views.MeView.as_view()),
    path("agent/conversations", views.ConversationsView.as_view()),
    path("agent/conversations/<uuid:conversation_id>", views.ConversationView.as_view()),
    path("agent/conversations/<uuid:conversation_id>/events", views.EventsView.as_view()),
    path("agent/visitors/<uuid:visitor_id>", views.VisitorView.as_view()),
    path("agent/files", views.FilesView.as_view()),
]
