"""After the storm: rows, Redis, files and logs of each brand hold no other brand's canary."""

import re
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg import sql

from tests.storm.side import Side
from tests.storm.watch import CANARY, Watch

BRAND = re.compile(rb"brand=([a-z0-9-]+)")


def look_around(sides: list[Side], watch: Watch, data_dir: Path) -> dict[str, int]:
    """Look everywhere and return how much was looked at."""
    return {
        "rows": sum(_look_at_rows(side, watch) for side in sides),
        "redis keys": _look_at_redis(sides, watch),
        "files": sum(_look_at_files(side, watch, data_dir / "files") for side in sides),
        "log lines": sum(_look_at_log(path, watch) for path in (data_dir / "logs").glob("*.log")),
    }


def _look_at_rows(side: Side, watch: Watch) -> int:
    schema, rows = "brand_" + side.slug.replace("-", "_"), 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema])
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(schema, table)))
            for (text,) in cursor.fetchall():
                rows += 1
                watch.scan(side.slug, f"table {table}", text.encode())
    return rows


def _look_at_redis(sides: list[Side], watch: Watch) -> int:
    """Each key with a canary in it must name its brand, by schema or id."""
    from chat.redis_clients import redis_client

    client, keys = redis_client(), 0
    names = {"brand_" + side.slug.replace("-", "_"): side.slug for side in sides}
    names |= {side.tenant_id: side.slug for side in sides} | {
        side.tenant_id.replace("-", ""): side.slug for side in sides
    }
    for key in client.scan_iter(count=1000):
        keys += 1
        content = key + _value(client, key)
        if CANARY.search(content) and not key.startswith(b"storm-report:"):
            owner = next((slug for name, slug in names.items() if name.encode() in key), "nobody")
            watch.scan(owner, f"redis {key[:60]!r}", content)
    return keys


def _value(client: Any, key: bytes) -> bytes:
    readers = {
        b"string": lambda: client.get(key),
        b"hash": lambda: repr(client.hgetall(key)).encode(),
        b"list": lambda: repr(client.lrange(key, 0, -1)).encode(),
        b"zset": lambda: repr(client.zrange(key, 0, -1)).encode(),
        b"set": lambda: repr(client.smembers(key)).encode(),
    }
    reader = readers.get(client.type(key))
    return (reader() or b"") if reader else b""


def _look_at_files(side: Side, watch: Watch, root: Path) -> int:
    files = [path for path in (root / side.tenant_id).rglob("*") if path.is_file()]
    for path in files:
        watch.scan(side.slug, "file", path.read_bytes())
    return len(files)


def _look_at_log(path: Path, watch: Watch) -> int:
    """A line that names a brand may hold that brand's canary; a line that names none may hold none."""
    lines = path.read_bytes().splitlines()
    for line in lines:
        if CANARY.search(line):
            brand = BRAND.search(line)
            watch.scan(brand[1].decode() if brand else "nobody", f"log {path.name}", line)
    return len(lines)
