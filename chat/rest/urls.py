"""Addresses of the visitor's endpoints, below /api/v1/."""

from django.urls import URLPattern, path

from chat.rest import visitor_views as visitor

integrator_urls: list[URLPattern] = []

visitor_urls: list[URLPattern] = [
    path("visitor/sessions", visitor.SessionsView.as_view()),
    path("visitor/identify", visitor.IdentifyView.as_view()),
    path("visitor/logout", visitor.LogOutView.as_view()),
    path("visitor/conversations", visitor.ConversationsView.as_view()),
    path("visitor/conversations/<uuid:conversation_id>/events", visitor.EventsView.as_view()),
    path("visitor/files", visitor.FilesView.as_view()),
]
