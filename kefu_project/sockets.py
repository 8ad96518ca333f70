"""Addresses of the sockets. Each is a consumer of the app that owns it."""

from typing import Any

from django.urls import path, re_path

from agents.consumer import AgentConsumer
from chat.consumers.visitor import VisitorConsumer


async def no_such_socket(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake, as a missing page is refused."""
    await receive()
    await send({"type": "websocket.close", "code": 4404})


# URLRouter takes Django's paths, whose types only know views.
visitor: Any = VisitorConsumer.as_asgi()
agent: Any = AgentConsumer.as_asgi()
nowhere: Any = no_such_socket

socket_urlpatterns: list[Any] = [
    path("ws/v1/visitor", visitor),
    path("ws/v1/agent", agent),
    re_path(r"", nowhere),
]
