"""Starts real PostgreSQL and Valkey before Django's settings are read (loaded by `-p` in pyproject.toml).

The controlling process starts the services; each worker process gets a database and a Redis number of its own.
"""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from kefu_project.embedded.services import Services

_services: Services | None = None
_data_dir: Path | None = None


def _start() -> None:
    global _services, _data_dir
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _data_dir = Path(tempfile.mkdtemp(prefix="kefu-tests-"))
        _data_dir.chmod(0o711)  # run by root, the servers are `nobody` and must pass through
        _services = Services(durable=False)
        urls = _services.start(_data_dir)
        os.environ |= {
            "KF_TEST_DATABASE_URL": urls.database_url,
            "KF_TEST_REDIS_URL": urls.redis_url,
            "KF_SECRET_KEY": "a-key-for-tests-only-with-enough-characters",
            "KF_TEST_DATA_DIR": str(_data_dir),
        }
    number = int(worker.removeprefix("gw")) + 1 if worker else 0
    os.environ["KF_DATABASE_URL"] = _make_database(os.environ["KF_TEST_DATABASE_URL"], f"kefu_test_{number}")
    os.environ["KF_REDIS_URL"] = urlunsplit(urlsplit(os.environ["KF_TEST_REDIS_URL"])._replace(path=f"/{number}"))
    data_dir = Path(os.environ["KF_TEST_DATA_DIR"]) / f"worker-{number}"
    data_dir.mkdir()
    os.environ["KF_DATA_DIR"] = str(data_dir)
    os.environ["KF_MEDIA_ROOT"] = str(data_dir / "files")


def _make_database(url: str, name: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _services is not None and _data_dir is not None:
        _services.stop()
        shutil.rmtree(_data_dir, ignore_errors=True)


_start()
