"""Addresses of the sockets. Each is a consumer of the app that owns it."""

from django.urls import URLPattern, path

from agents.consumer import AgentConsumer
from chat.consumers.visitor import VisitorConsumer

socket_urlpatterns: list[URLPattern] = [
    path("ws/v1/visitor", VisitorConsumer.as_asgi()),
    path("ws/v1/agent", AgentConsumer.as_asgi()),
]
