"""Addresses of the sockets. Each is a consumer of the app that owns it."""

socket_urlpatterns: list = []
