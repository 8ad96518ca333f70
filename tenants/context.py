"""DOOR 1: entering a brand. Nothing outside this file sets a schema or hops between async and sync code.

A brand is entered and left inside one call, on one thread. Setting it once per socket leaks: threads are shared, and
the next call on that thread would read another brand's rows. See docs/tenancy.md.
"""

import asyncio
import contextvars
import functools
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

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
MAX_WAITING_EACH = 1000


class NoTenant(RuntimeError):
    """Code that belongs to a brand ran outside any brand."""


class ContextOverloaded(RuntimeError):
    """Too many calls wait for a database thread, of all brands or of this one; `retry_after` is in seconds."""

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
    return await _pool.run(tenant.pk, functools.partial(_call_in_tenant, tenant, function, *args, **kwargs))


async def run_in_public(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `function` outside any brand on a thread of the bounded pool."""
    return await _pool.run(None, functools.partial(_call_in_public, function, *args, **kwargs))


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


class _FairPool:
    """Threads for database work, started when first needed, with a bound on the calls that wait.

    A thread that is free goes to the brand that holds the fewest; of one brand's calls the first to come is the first.
    """

    def __init__(self) -> None:
        self._executor: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._waiting: dict[UUID | None, deque[Callable[[], None]]] = {}
        self._running: Counter[UUID | None] = Counter()
        self._inside: Counter[UUID | None] = Counter()

    async def run(self, brand: UUID | None, call: Callable[[], R]) -> R:
        done: Future[R] = Future()
        context = contextvars.copy_context()
        with self._lock:
            if self._inside.total() >= MAX_WAITING or self._inside[brand] >= MAX_WAITING_EACH:
                raise ContextOverloaded
            self._inside[brand] += 1
            self._waiting.setdefault(brand, deque()).append(functools.partial(_settle, done, context, call))
            if self._executor is None:
                self._executor = ThreadPoolExecutor(settings.DB_THREADS, thread_name_prefix="kefu-db")
        try:
            self._executor.submit(self._work)
            return await asyncio.wrap_future(done)
        finally:
            with self._lock:
                self._inside -= Counter([brand])

    def _work(self) -> None:
        """One of the calls that wait, not the one that asked for this thread: as many of these as there are calls."""
        with self._lock:
            brand = min(self._waiting, key=lambda one: self._running[one])
            call = self._waiting[brand].popleft()
            # Brands take turns.
            if left := self._waiting.pop(brand):
                self._waiting[brand] = left
            self._running[brand] += 1
        try:
            call()
        finally:
            with self._lock:
                self._running -= Counter([brand])


def _settle(done: "Future[R]", context: contextvars.Context, call: Callable[[], R]) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(context.run(call))
    except BaseException as error:
        done.set_exception(error)


_pool = _FairPool()
