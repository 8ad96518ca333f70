"""Addresses of the sockets. Each is a consumer of the app that owns it."""

from typing import Any

from django.urls import URLPattern, path, re_path

from agents.consumer import AgentConsumer
from chat.consumers.visitor import VisitorConsumer


async def no_such_socket(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake, as a missing page is refused."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


socket_urlpatterns: list[URLPattern] = [
    path("ws/v1/visitor", VisitorConsumer.as_asgi()),
    path("ws/v1/agent", AgentConsumer.as_asgi()),
    re_path(r"", no_such_socket),
]
