"""What runs inside a brand for the storm, in the probe and in the worker: reads all kinds of text, and the cache."""

from typing import Any

from django.core.cache import cache

from agents.models import Agent, Queue
from chat.models import Message, Visitor, Widget
from tenants.context import current_tenant

CACHE_KEY = "storm"


def read_texts() -> list[Any]:
    """Texts of the brand that this thread is in, found without any id."""
    return [
        current_tenant().name,
        *Queue.objects.values_list("name", flat=True),
        *Widget.objects.values_list("greeting_en", flat=True),
        *Agent.objects.values_list("display_name", flat=True),
        *Visitor.objects.order_by("-created_at").values_list("name", flat=True)[:3],
        *Message.objects.order_by("-pk").values_list("body", flat=True)[:3],
        cache.get(CACHE_KEY, ""),
    ]


def write_cache(text: str) -> list[Any]:
    cache.set(CACHE_KEY, text)
    return [cache.get(CACHE_KEY, "")]
