"""From a host name to its brand, with a short memory so that a connection costs no query."""

import threading
import time
from uuid import UUID

from django.conf import settings
from django.http.request import split_domain_port

from tenants.context import in_public, run_in_public
from tenants.models import Domain, Tenant
from tenants.queries import only

# Seconds that an answer is believed: short enough for a suspended brand to be gone within the promised 5 s.
MEMORY_SECONDS = 3.0
MAX_REMEMBERED = 4096
MAX_NAME_CHARS = 253  # of names in DNS

_remembered: dict[str, tuple[float, Tenant | None]] = {}
_lock = threading.Lock()


class UnknownHost(LookupError):
    """No brand and not the installation: the answer is a plain 404."""


def host_name(host_header: str) -> str:
    """Return the name in a Host header without its port, exactly as it was sent; '' when it is malformed or too long
    for a name, so that no such thing is remembered."""
    domain, _port = split_domain_port(host_header)
    bare = host_header.rsplit(":", 1)[0] if not host_header.endswith("]") and ":" in host_header else host_header
    return bare if bare == domain and len(bare) <= MAX_NAME_CHARS else ""


def find_tenant(host_header: str) -> Tenant | None:
    """Return the active brand of this Host header, None for the installation's own hosts; raise UnknownHost."""
    name = host_name(host_header)
    if name in settings.INSTALLATION_HOSTS:
        return None
    known, tenant = _recall(name)
    if not known:
        tenant = _remember(name, _load(name))
    return _active(tenant)


async def find_tenant_async(host_header: str) -> Tenant | None:
    """`find_tenant` for the event loop: a thread is used only when the name is not remembered."""
    name = host_name(host_header)
    if name in settings.INSTALLATION_HOSTS:
        return None
    known, tenant = _recall(name)
    if not known:
        tenant = _remember(name, await run_in_public(_load, name))
    return _active(tenant)


def read_epoch(tenant_id: UUID) -> UUID | None:
    """Return which history the brand has now; None when it is suspended or gone."""
    return only(Tenant.objects.filter(pk=tenant_id, status=Tenant.Status.ACTIVE).values_list("epoch", flat=True))


def forget_hosts() -> None:
    """Forget all answers: called after a brand or domain changed in this process."""
    with _lock:
        _remembered.clear()


def _active(tenant: Tenant | None) -> Tenant:
    if tenant is None or not tenant.is_active:
        raise UnknownHost
    return tenant


def _recall(name: str) -> tuple[bool, Tenant | None]:
    with _lock:
        entry = _remembered.get(name)
    if entry is None or entry[0] < time.monotonic():
        return False, None
    return True, entry[1]


def _remember(name: str, tenant: Tenant | None) -> Tenant | None:
    with _lock:
        if len(_remembered) >= MAX_REMEMBERED:
            _remembered.clear()
        _remembered[name] = (time.monotonic() + MEMORY_SECONDS, tenant)
    return tenant


def _load(name: str) -> Tenant | None:
    if not name:
        return None
    with in_public():
        domain = only(Domain.objects.select_related("tenant").filter(domain=name))
    return domain.tenant if domain else None
