"""A process that only goes through the context door, from tasks and threads at once: one JSON line in, one out."""

import asyncio
import json
import sys
from typing import Any

import django

from tests.storm import leaks


async def main() -> None:
    from tenants.models import Tenant

    tenants = {str(tenant.pk): tenant for tenant in await asyncio.to_thread(_load, Tenant)}
    reader = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running: set[asyncio.Task[None]] = set()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while line := await reader.readline():
        task = asyncio.create_task(answer(json.loads(line), tenants))
        running.add(task)
        task.add_done_callback(running.discard)


async def answer(question: dict[str, Any], tenants: dict[str, Any]) -> None:
    from tenants.context import run_in_tenant
    from tests.storm.inside import read_texts, write_cache

    tenant = tenants[question["tenant"]]
    try:
        if question["how"] == "cache":
            texts = await run_in_tenant(tenant, write_cache, question["text"])
        elif question["how"] == "thread":
            texts = await asyncio.to_thread(_in_thread, tenant)
        else:
            parts = await asyncio.gather(
                run_in_tenant(tenant, read_texts),
                asyncio.to_thread(_in_thread, tenant),
                run_in_tenant(tenant, read_texts),
            )
            texts = [text for part in parts for text in part]
    except Exception as error:
        texts = [f"failed: {type(error).__name__}"]
    sys.stdout.write(json.dumps({"number": question["number"], "texts": texts}) + "\n")
    sys.stdout.flush()


def _in_thread(tenant: Any) -> list[Any]:
    from django.db import connection

    from tenants.context import in_tenant
    from tests.storm.inside import read_texts

    try:
        with in_tenant(tenant):
            return read_texts()
    finally:
        connection.close()


def _load(model: Any) -> list[Any]:
    return list(model.objects.all())


if __name__ == "__main__":
    import os

    if os.environ.get("KF_STORM_LEAK") == "cache":
        leaks.plant()
        django.setup()
    else:
        django.setup()
        leaks.plant()
    asyncio.run(main())
