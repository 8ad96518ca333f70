"""What `kefu doctor` looks at. A check returns what it saw, or raises Trouble with what is broken and what to do."""

import platform
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kefu_project.embedded.services import Services

MOST_SKEW = 2.0  # seconds; identity tokens and leases compare clocks
LEAST_DISK = 500 * 1024 * 1024
BEAT_WITHIN = 40.0  # seconds; beat leaves a sign every ten
PING_WITHIN = 2.0
CLOSED_FOR_WANT_OF_TOKEN = 4401


class Trouble(Exception):
    """Something is broken. The second argument says what to do."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(what)
        self.next_step = next_step


@dataclass(frozen=True)
class Target:
    """The installation being looked at: its data folder, its services, and where the public reaches it."""

    data_dir: Path
    services: Services
    url: str  # of the web process as we reach it
    host: str | None = None  # Host header of a brand, None where the URL itself names it


def check_python(_target: Target) -> str:
    return f"{platform.python_version()} ({sys.executable})"


def check_programs(target: Target) -> str:
    urls = target.services.urls
    if urls is None:
        raise Trouble("The services did not start.", "Read the lines above.")
    return f"PostgreSQL: {urls.database_source}, Valkey: {urls.redis_source}"


def check_disk(target: Target) -> str:
    free = shutil.disk_usage(target.data_dir).free
    if free < LEAST_DISK:
        raise Trouble(f"Only {free // 2**20} MB are free for {target.data_dir}.", "Free some space on that disk.")
    return f"{free / 2**30:.1f} GB free for {target.data_dir}"


def check_database(_target: Target) -> str:
    from django.conf import settings
    from django.db import connection

    from . import pooler

    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('max_connections')")
        version, most = cursor.fetchone()
    if pooler.is_transaction_pooler(settings.DATABASE_URL):
        raise Trouble(pooler.WHAT, pooler.NEXT_STEP)
    return f"PostgreSQL {version}, {most} connections, answered in {(time.monotonic() - started) * 1000:.0f} ms"


def check_migrations(_target: Target) -> str:
    from .schemas import schema_states

    states = list(schema_states())
    behind = [state for state in states if state.missing]
    if behind:
        listing = ", ".join(f"{state.label} ({state.missing})" for state in behind)
        raise Trouble(f"Migrations are missing: {listing}.", "Run `kefu migrate`.")
    return f"shared tables and {len(states) - 1} brands are up to date"


def check_redis(_target: Target) -> str:
    client = _redis()
    key, value = f"kf:doctor:{secrets.token_hex(8)}", secrets.token_hex(8)
    started = time.monotonic()
    client.set(key, value, ex=10)
    if client.get(key) != value.encode():
        raise Trouble("Redis did not give back what was written.", "Check that KF_REDIS_URL names one server.")
    milliseconds = (time.monotonic() - started) * 1000
    policy = client.info("memory").get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise Trouble(f"Redis may throw tasks away (maxmemory-policy {policy}).", "Set it to noeviction.")
    return f"round trip in {milliseconds:.1f} ms"


def check_clock(_target: Target) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        database = float(cursor.fetchone()[0]) - (before + time.time()) / 2
    before = time.time()
    seconds, microseconds = _redis().time()
    redis = seconds + microseconds / 1e6 - (before + time.time()) / 2
    for name, skew in (("the database", database), ("Redis", redis)):
        if abs(skew) > MOST_SKEW:
            raise Trouble(f"The clock of {name} differs by {skew:+.1f} s.", "Let NTP set the clocks of all machines.")
    return f"database {database * 1000:+.0f} ms, Redis {redis * 1000:+.0f} ms"


def check_worker(_target: Target) -> str:
    from kefu_project.celery import app

    workers = [name for answer in app.control.ping(timeout=PING_WITHIN) or [] for name in answer]
    if not workers:
        raise Trouble("No Celery worker answers.", "Start one: `kefu up`, or `kefu worker` beside it.")
    return ", ".join(sorted(workers))


def check_beat(_target: Target) -> str:
    from django.core.cache import cache

    from kefu_project.tasks import HEARTBEAT_KEY

    seen = cache.get(HEARTBEAT_KEY)
    age = time.time() - seen if seen else None
    if age is None or age > BEAT_WITHIN:
        last = "never left a sign" if age is None else f"left its last sign {age:.0f} s ago"
        raise Trouble(f"Beat {last}, so no sweep runs.", "Start it: `kefu up`, or `kefu beat`; it needs a worker too.")
    return f"last sign {age:.0f} s ago"


def check_web(target: Target) -> str:
    request = urllib.request.Request(f"{target.url}/healthz/ready", headers=_host_header(target))
    started = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        raise Trouble(
            f"{target.url}/healthz/ready answers {error.code}.", "Read the lines of the web process."
        ) from error
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise Trouble(f"{target.url} does not answer: {reason}.", "Start it: `kefu up`, or give --url.") from error
    return f"{target.url} is ready, answered in {(time.monotonic() - started) * 1000:.0f} ms"


def check_websocket(target: Target) -> str:
    """Upgrade without a token: being turned away by the consumer proves that the upgrade went all the way."""
    from websockets.exceptions import ConnectionClosed, InvalidHandshake
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    address = urlsplit(target.url)
    scheme = "wss" if address.scheme == "https" else "ws"
    url = f"{scheme}://{target.host or address.netloc}/ws/v1/visitor"
    next_step = "Let the proxy pass the headers Upgrade and Connection (docs/running.md)."
    try:
        # The address is dialled and the brand's name is only said: brand.localhost resolves in browsers alone.
        port = address.port or (443 if scheme == "wss" else 80)
        dialled = socket.create_connection((address.hostname, port), timeout=5)
        with connect(url, sock=dialled, subprotocols=[Subprotocol("kefu.v1.json")], open_timeout=5) as upgraded:
            upgraded.recv(timeout=5)
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd else None
        if code == CLOSED_FOR_WANT_OF_TOKEN:
            return f"{url} upgrades"
        raise Trouble(f"{url} upgraded, then closed with {code}.", "Is the host a brand's?") from error
    except (InvalidHandshake, TimeoutError, OSError) as error:
        raise Trouble(f"{url} does not upgrade: {error}.", next_step) from error
    return f"{url} upgrades"


def check_mail(_target: Target) -> str:
    from smtplib import SMTPException

    from django.conf import settings
    from django.core.mail import get_connection

    if not settings.MAIL_URL:
        return "not set up (KF_MAIL_URL): answers to left messages wait in the widget"
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    try:
        with get_connection():
            return f"{where} lets us in, mail comes from {settings.MAIL_FROM}"
    except (SMTPException, OSError) as error:
        raise Trouble(f"{where} does not let us in: {error}.", "Check KF_MAIL_URL (docs/running.md).") from error


def _redis() -> Any:  # redis-py types each answer for both of its flavours at once
    import redis
    from django.conf import settings

    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5)


def _host_header(target: Target) -> dict[str, str]:
    return {"Host": target.host} if target.host else {}


CHECKS: dict[str, Callable[[Target], str]] = {
    "python": check_python,
    "programs": check_programs,
    "disk": check_disk,
    "database": check_database,
    "migrations": check_migrations,
    "redis": check_redis,
    "clock": check_clock,
    "worker": check_worker,
    "beat": check_beat,
    "mail": check_mail,
    "web": check_web,
    "websocket": check_websocket,
}
