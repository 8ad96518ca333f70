"""Planted bugs, in this tree only: a storm is believed because it finds them. KF_STORM_LEAK names one."""

import os
import threading
from collections.abc import Callable
from typing import Any

LEAKS = ("thread", "socket", "desk", "cache")


def plant() -> None:
    """Plant the bug that the environment names into this process, before Django is used."""
    name = os.environ.get("KF_STORM_LEAK", "")
    if name:
        {"thread": once_per_thread, "socket": once_per_brand, "desk": one_desk_for_all, "cache": one_cache_for_all}[
            name
        ]()


def once_per_thread() -> None:
    """run_in_tenant enters a brand once per thread and never leaves it."""
    from django.db import connection

    from tenants import context

    inside = threading.local()

    def call(tenant: Any, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if not hasattr(inside, "brand"):
            connection.set_tenant(tenant)
            inside.brand = tenant
        return function(*args, **kwargs)

    context._call_in_tenant = call


def once_per_brand() -> None:
    """run_in_tenant enters a brand when it first sees it, as code does that sets the schema when a socket connects."""
    from django.db import connection

    from tenants import context

    seen: set[Any] = set()

    def call(tenant: Any, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        if tenant.pk not in seen or connection.schema_name == "public":
            connection.set_tenant(tenant)
            seen.add(tenant.pk)
        return function(*args, **kwargs)

    context._call_in_tenant = call


def one_desk_for_all() -> None:
    """The topic of the agents' lists lacks the brand."""
    from chat import fanout

    fanout.desk_topic = fanout.announce.desk_topic = lambda _tenant: "b.desk"


def one_cache_for_all() -> None:
    """Cache keys lack the brand."""
    from kefu_project import settings

    settings.CACHES["default"].pop("KEY_FUNCTION")
    settings.CACHES["default"].pop("REVERSE_KEY_FUNCTION")
