"""DOOR 1: entering a brand. Nothing outside this file sets a schema or hops between async and sync code.

A brand is entered and left inside one call, on one thread. Setting it once per socket leaks: threads are shared, and
the next call on that thread would read another brand's rows. See docs/tenancy.md.
"""

import asyncio
import contextvars
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import connection as django_connection

from tenants.models import Tenant

logger = logging.getLogger(__name__)

# What django-tenants adds to the connection has no types.
connection: Any = django_connection
P = ParamSpec("P")
R = TypeVar("R")

# Calls that may wait for a thread. More than this means that the database does not keep up: refuse, do not pile up.
MAX_WAITING = 2000


class NoTenant(RuntimeError):
    """Code that belongs to a brand ran outside any brand."""


class ContextOverloaded(RuntimeError):
    """Too many calls wait for a database thread; `retry_after` is in seconds."""

    retry_after = 1.0


def current_tenant() -> Tenant:
    """Return the brand that this thread is in."""
    tenant = connection.tenant
    if not isinstance(tenant, Tenant):
        raise NoTenant("This needs a brand: call it through run_in_tenant() or inside in_tenant().")
    return tenant


def is_in_tenant() -> bool:
    return isinstance(connection.tenant, Tenant)


@contextmanager
def in_tenant(tenant: Tenant) -> Iterator[None]:
    """Be in the brand for the length of a `with` block, on this thread."""
    previous = connection.tenant
    if connection.in_atomic_block and isinstance(previous, Tenant) and previous.pk != tenant.pk:
        raise RuntimeError(f"A transaction of brand {previous.slug} is open: end it before entering {tenant.slug}.")
    connection.set_tenant(tenant)
    try:
        yield
    finally:
        connection.set_tenant(previous)


@contextmanager
def in_public() -> Iterator[None]:
    """Be in no brand for the length of a `with` block, on this thread."""
    previous = connection.tenant
    connection.set_schema_to_public()
    try:
        yield
    finally:
        connection.set_tenant(previous)


async def run_in_tenant(tenant: Tenant, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function` inside the brand on a thread of the bounded pool: one hop, entered and left within it."""
    return await _pool.run(functools.partial(_call_in_tenant, tenant, function, *args, **kwargs))


async def run_in_public(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function` outside any brand on a thread of the bounded pool."""
    return await _pool.run(functools.partial(_call_in_public, function, *args, **kwargs))


def for_each_tenant(function: Callable[[Tenant], R]) -> dict[str, R | Exception]:
    """Run `function` in every active brand. A failing brand is logged and its exception returned; the others go on."""
    results: dict[str, R | Exception] = {}
    with in_public():
        tenants = list(Tenant.objects.filter(status=Tenant.Status.ACTIVE).order_by("slug"))
    for tenant in tenants:
        try:
            with in_tenant(tenant):
                results[tenant.slug] = function(tenant)
        except Exception as error:
            logger.exception("for_each_tenant failed in one brand", extra={"brand": tenant.slug})
            results[tenant.slug] = error
    return results


def _call_in_tenant(tenant: Tenant, function: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
    try:
        with in_tenant(tenant):
            return function(*args, **kwargs)
    finally:
        connection.close()


def _call_in_public(function: Callable[..., R], /, *args: Any, **kwargs: Any) -> R:
    try:
        with in_public():
            return function(*args, **kwargs)
    finally:
        connection.close()


class _BoundedPool:
    """Threads for database work, started when first needed, with a bound on the calls that wait."""

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._inside = 0

    async def run(self, call: Callable[[], R]) -> R:
        if self._inside >= MAX_WAITING:
            raise ContextOverloaded
        self._inside += 1
        try:
            context = contextvars.copy_context()
            return await asyncio.get_running_loop().run_in_executor(self._threads(), context.run, call)
        finally:
            self._inside -= 1

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._executor is None:
                self._executor = ThreadPoolExecutor(settings.DB_THREADS, thread_name_prefix="kefu-db")
            return self._executor


_pool = _BoundedPool()
