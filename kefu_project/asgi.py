"""ASGI entry: HTTP by Django, sockets by the consumers, each inside the brand of its Host."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter

from kefu_project.sockets import socket_urlpatterns
from tenants.asgi import BrandSocketMiddleware

application = ProtocolTypeRouter({"http": http, "websocket": BrandSocketMiddleware(URLRouter(socket_urlpatterns))})
