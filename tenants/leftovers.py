"""What a brand has outside its schema: uploads, and keys in Redis. What resists being deleted is told in a sentence."""

import shutil
from pathlib import Path
from uuid import UUID

import redis
from django.conf import settings
from django.utils.translation import gettext

REDIS_SECONDS = 5.0  # for each answer: whoever deletes a brand does not wait for ever


class LeftoversRemain(Exception):
    """It is done, but something that the brand had could not be deleted; `str()` says in sentences what to do."""


def files_of(tenant_id: object) -> Path:
    """The folder that holds everything uploaded in this brand."""
    return Path(settings.MEDIA_ROOT) / str(tenant_id)


def delete_files(tenant_id: UUID) -> list[str]:
    """Delete the brand's uploads; return what is left to do, in a sentence."""
    folder = files_of(tenant_id)
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        sentence = gettext("Its files remain in %(folder)s (%(why)s): delete that folder by hand.")
        return [sentence % {"folder": folder, "why": error.strerror}]
    return []


def delete_keys(tenant_id: UUID, schema_name: str) -> list[str]:
    """Delete its cache entries (named by schema) and everything else of it in Redis (named by id); return as above.

    Those of KF_REDIS_TOPIC_URLS only publish: nothing of a brand stands there.
    """
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=REDIS_SECONDS) as client:
            for pattern in (f"{schema_name}:*", f"*{tenant_id}*", f"*{tenant_id.hex}*"):
                batch = list(client.scan_iter(match=pattern, count=1000))
                if batch:
                    client.unlink(*batch)
    except (redis.RedisError, OSError) as error:
        sentence = gettext(
            "Redis failed (%(why)s): delete its keys named %(schema)s:*, *%(id)s* and *%(hex)s* when it is back."
        )
        return [sentence % {"why": error, "schema": schema_name, "id": tenant_id, "hex": tenant_id.hex}]
    return []
