"""Addresses of the installation's host."""

from django.urls import URLPattern, URLResolver, include, path

from kefu_project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("", include("tenants.urls")),
]
