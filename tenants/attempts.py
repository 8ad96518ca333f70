"""Wrong credentials, counted by network address over all accounts and brands: who tries one account after the other is
stopped, though no account saw enough of it to be locked (docs/tenancy.md).

Only failures count. A bucket of `FAILED_ATTEMPTS_PER_ADDRESS` fills up again within `REFILL_SECONDS`. It is in Redis,
shared by all processes; without Redis nobody is limited, and that is logged.
"""

import logging
from dataclasses import dataclass

import redis
from django.conf import settings
from django.http import HttpRequest
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.buckets import take
from tenants.networks import is_loopback, network_of
from tenants.resting import Rest, make_client

logger = logging.getLogger(__name__)

REFILL_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Kind:
    """What was wrong. Each kind has buckets of its own: a page with a dead token must not keep its office from signing
    in.

    `has_debt`: what was tried at the same moment, beyond the limit, makes the wait longer.
    """

    name: str
    has_debt: bool


# Can be guessed: whoever is over the limit is not even looked at, since a right one would tell.
PASSWORD = Kind("password", has_debt=True)
# Keys, tokens, codes; cannot be guessed: a right one always opens, a wrong one over the limit is told to wait.
TOKEN = Kind("token", has_debt=False)


def seconds_to_wait(kind: Kind, address: str) -> float:
    """0 when the address may try, otherwise in how many seconds. Counts nothing."""
    return _wait(_ask(kind, address, count=0))


def note_failure(kind: Kind, address: str) -> float:
    """Count a failure of the address; returns the seconds to wait when it was one too many, 0 before that."""
    there = _ask(kind, address, count=1)
    if 1 <= there < 2:
        logger.warning("wrong credentials: the limit of an address is reached", extra={"address": address})
    return _wait(there)


def address_of_request(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")


def attempts_key(kind: Kind, network: str) -> str:
    """Of no brand: an address that tries many brands is one address."""
    return f"kf:attempts:{kind.name}:{network}"


def _ask(kind: Kind, address: str, *, count: int) -> float:
    network, size = network_of(address), int(settings.FAILED_ATTEMPTS_PER_ADDRESS)
    if is_loopback(network) or not _rest.is_over():
        return float(size)
    lowest = -size if kind.has_debt else 0
    try:
        key = attempts_key(kind, network)
        return take(_client(), key, per_second=_rate(), size=size, count=count, lowest=lowest)
    except (redis.RedisError, OSError):
        _rest.begin()
        logger.warning("wrong credentials not counted: Redis does not answer", exc_info=True)
        return float(size)


def _wait(there: float) -> float:
    return 0.0 if there >= 1 else (1 - there) / _rate()


def _rate() -> float:
    return float(settings.FAILED_ATTEMPTS_PER_ADDRESS) / REFILL_SECONDS


_connected: redis.Redis | None = None
_rest = Rest()


def _client() -> redis.Redis:
    """Tries twice at once, for a connection that died, and makes nobody wait longer."""
    global _connected
    if _connected is None:
        _connected = make_client(Retry(NoBackoff(), 1))
    return _connected
