"""`/healthz/live`: the process answers. `/healthz/ready`: it can also serve, because database and Redis answer it."""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

logger = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for Redis to answer


def live(_request: HttpRequest) -> JsonResponse:
    return _answer({"status": "alive"})


def ready(_request: HttpRequest) -> JsonResponse:
    """503 names the part that does not answer, never why: the reason goes to the log."""
    broken = [name for name, ask in (("database", _ask_database), ("redis", _ask_redis)) if not _answers(name, ask)]
    if broken:
        return _answer({"status": "not ready", "broken": broken}, status=503)
    return _answer({"status": "ready"})


def _answers(name: str, ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:  # whatever it is, this process cannot serve now
        logger.warning("not ready", extra={"part": name}, exc_info=True)
        return False
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as client:
        client.ping()


def _answer(content: dict[str, object], *, status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})
