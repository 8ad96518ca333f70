"""Addresses that every host has."""

from django.urls import URLPattern, path

from kefu_project import health
from kefu_project.metrics import show_metrics

common_urls: list[URLPattern] = [
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("metrics", show_metrics),
]
