"""The whole installation, started and stopped for real."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kefu_project.embedded.account import Account
from kefu_project.embedded.ports import free_port
from tests.running.conftest import PROJECT, Installation, are_gone, plain_environment
from tests.waiting_for import wait_until

slow = pytest.mark.slow


@slow
@pytest.mark.timeout(300)
def test_first_start_makes_the_demo_and_the_second_keeps_it(installation: Installation) -> None:
    output = installation.start()
    assert f"http://acme.localhost:{installation.port}/demo/" in output
    assert "sam@kefu.example" in output and "Acme + Globex" in output
    for host in ("localhost", "acme.localhost", "globex.localhost"):
        assert installation.get("/healthz/live", host) == 200
        assert installation.get("/healthz/ready", host) == 200
    assert installation.get("/healthz/live", "unknown.localhost") == 404

    wait_until(lambda: installation.command("doctor", "--only", "beat").returncode == 0, 60)
    doctor = installation.command("doctor", "--json")
    assert doctor.returncode == 0, doctor.stdout
    assert {row["check"] for row in json.loads(doctor.stdout)} >= {"database", "migrations", "worker", "websocket"}
    assert installation.command("brand", "create", "initech").returncode == 0
    assert installation.get("/healthz/live", "initech.localhost") == 200

    pids = list(installation.processes().values())
    assert len(pids) == 4
    assert installation.stop(signal.SIGINT) == 0
    assert are_gone(pids)

    again = installation.start()
    assert "initech.localhost" in again and "sam@kefu.example" in again
    assert installation.get("/healthz/ready", "initech.localhost") == 200
    assert installation.stop(signal.SIGTERM) == 0


@slow
@pytest.mark.timeout(300)
def test_a_killed_supervisor_leaves_nothing_and_the_next_start_recovers(installation: Installation) -> None:
    installation.start("--no-demo")
    pids = list(installation.processes().values())
    installation.stop(signal.SIGKILL)
    if sys.platform == "linux":
        wait_until(lambda: are_gone(pids), 20)
    installation.start("--no-demo")
    assert installation.get("/healthz/ready") == 200

    # A second supervisor on the same folder is turned away, and the first one goes on.
    second = installation.command("up", "--port", str(free_port()))
    assert second.returncode == 1 and "already runs" in second.stderr
    assert installation.get("/healthz/live") == 200

    # A process that dies is started again.
    web = installation.processes()["web"]
    os.kill(web, signal.SIGKILL)
    wait_until(lambda: installation.processes()["web"] != web and installation.get("/healthz/live") == 200, 60)
    assert "starting again" in installation.output()
    database = installation.processes()["postgres"]
    os.kill(database, signal.SIGKILL)
    wait_until(lambda: installation.processes()["postgres"] != database, 30)
    wait_until(lambda: installation.get("/healthz/ready") == 200, 30)


@slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_works_for_an_ordinary_user(open_folder: Path) -> None:
    somebody = pwd.getpwnam("daemon")  # ordinary in that nothing here belongs to it
    account = Account(somebody.pw_uid, somebody.pw_gid, switch=True)
    if not account.can_reach(Path(sys.executable).resolve().parent) or not account.can_reach(PROJECT):
        pytest.skip("this Python or this folder is closed to other users")
    data_dir = open_folder / "data"
    data_dir.mkdir()
    os.chown(data_dir, account.uid, account.gid)
    command = [sys.executable, "-m", "kefu_project.cli", "up", "--no-demo", "--port", str(free_port())]
    environment = plain_environment(data_dir) | {"HOME": str(data_dir)}
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        **account.popen_options(),
    )
    seen = []
    for line in process.stdout:
        seen.append(line)
        if "Ctrl-C stops" in line:
            process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0, "".join(seen)
    assert (data_dir / "postgres" / "data").stat().st_uid == account.uid


def test_a_taken_port_is_told_before_anything_starts(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        refused = installation.command("up", "--port", str(installation.port))
    assert refused.returncode == 1
    assert f"Port {installation.port} is taken" in refused.stderr and "--port" in refused.stderr
    assert not installation.data_dir.exists()


def test_a_wrong_setting_is_named(installation: Installation) -> None:
    installation.environment["KF_DB_THREADS"] = "many"
    refused = installation.command("up")
    assert refused.returncode == 1
    assert refused.stderr.startswith("KF_DB_THREADS ('many') must be a whole number from 1 to 64.")


def test_a_database_that_does_not_answer_is_told(installation: Installation) -> None:
    installation.environment["KF_DATABASE_URL"] = f"postgres://kefu:secret@127.0.0.1:{free_port()}/kefu"
    refused = installation.command("brand", "list")
    assert refused.returncode == 1
    assert "does not answer" in refused.stderr and "KF_DATABASE_URL" in refused.stderr
    assert "secret" not in refused.stderr


def test_a_data_folder_of_somebody_else_is_told(installation: Installation) -> None:
    installation.data_dir.write_text("not a folder")
    refused = installation.command("up", "--port", str(installation.port))
    assert refused.returncode == 1 and "cannot be used" in refused.stderr


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, open_folder: Path) -> None:
    from kefu_project.cli.up import require_disk
    from kefu_project.embedded.problems import StartProblem

    nearly_full = shutil.disk_usage(open_folder)._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)
    with pytest.raises(StartProblem, match="only 5 MB free"):
        require_disk(open_folder)
