"""Gives a command a database, a Redis and Django: those of a running `kefu up`, else started for this command only."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kefu_project.embedded.passwords import stored_secret
from kefu_project.embedded.problems import StartProblem
from kefu_project.embedded.services import Services, ServiceUrls, make_data_dir

from .variables import check_variables

SECRET_NAMES = ("KF_SECRET_KEY", "KF_SECRET_KEY_FILE")


# What starts services and roles reads these by their plain names; the settings read files by themselves.
PLAIN_NAMES = ("KF_DATABASE_URL", "KF_REDIS_URL", "KF_TRUSTED_PROXIES", "KF_WORKER_THREADS")


def read_value_files() -> None:
    """Values that were mounted as files (`KF_…_FILE`), for those who read only the plain names."""
    for name in PLAIN_NAMES:
        if name not in os.environ and (path := os.environ.get(f"{name}_FILE")):
            os.environ[name] = Path(path).read_text().strip()


def installation_environment(data_dir: Path, urls: ServiceUrls) -> dict[str, str]:
    """The environment of a process that belongs to this installation."""
    environment = dict(os.environ) | urls.as_environment() | {"KF_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1"}
    if not any(environment.get(name) for name in SECRET_NAMES):
        environment["KF_SECRET_KEY"] = stored_secret(data_dir, "secret_key", size=48)
    return environment


@contextmanager
def installation(data_dir: Path, *, empty: bool = False) -> Iterator[Services]:
    """Django, set up on this data folder's services, for the length of a `with` block. `empty`: the database may
    still be."""
    check_variables()
    read_value_files()
    data_dir = make_data_dir(data_dir)
    services = Services()
    try:
        os.environ.update(installation_environment(data_dir, services.start(data_dir)))
        set_up_django()
        if not empty:
            _require_tables()
        yield services
    finally:
        _finish_announcing()
        _close_database()
        services.stop()


def set_up_django() -> None:
    import django
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise StartProblem(f"A setting is wrong: {error}", "Correct it, then start again.") from error


def _finish_announcing() -> None:
    """What a command announced is published by a thread that ends with the process: let it finish first."""
    if "chat.fanout" in sys.modules:
        from chat.fanout import finish_publishing

        finish_publishing()


def _close_database() -> None:
    """Hang up before the database is stopped under us."""
    from django.apps import apps

    if apps.ready:
        from django.db import connection

        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # django-stubs does not know the pool


def _require_tables() -> None:
    from django.db import OperationalError, connection

    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.tenants_tenant')")
            (table,) = cursor.fetchone()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise StartProblem(f"The database does not answer: {reason}.", "Check KF_DATABASE_URL.") from error
    if table is None:
        raise StartProblem("The database is empty.", "Run `kefu up` (or `kefu migrate`) first.")
