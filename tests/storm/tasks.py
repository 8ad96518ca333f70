"""A task for the storm's worker: says what it sees inside the brand that it was started for."""

import json

from celery import shared_task

from chat.redis_clients import redis_client
from tenants.tasks import TenantTask
from tests.storm.inside import read_texts

KEEP_SECONDS = 120


@shared_task(base=TenantTask)
def report(tenant_id: str, number: int) -> None:
    key = f"storm-report:{number}"
    redis_client().rpush(key, json.dumps(read_texts()))
    redis_client().expire(key, KEEP_SECONDS)
