"""Slices of the campaigns against real services and processes of their own, and planted defects that must be found."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.torture.failpoints import WEB_POINTS, WORKER_POINTS

SEED = os.environ.get("KF_TORTURE_SEED", "20261123")
# Two here, for time, that do not wait for a lucky moment; `make torture` plants all of them.
DEFECTS = os.environ.get("KF_TORTURE_DEFECTS", "owner_not_checked holes_in_seq").split()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_was_acknowledged_survives() -> None:
    """R1: kill -9 of web processes; R3: Valkey killed and flushed; R4: PostgreSQL stopped; R15: 200 sockets cut."""
    results = _run("tests.torture", "R1", "R3", "R4", "R15", "--slice")

    for result in results:
        assert result["passed"], json.dumps(result, indent=1)
        assert result["figures"]["messages acknowledged"] > 50, "it proved nothing"
    kill, redis, postgres, cut = (result["figures"] for result in results)
    assert kill["kills"] == 5
    assert {"live again after kill, s", "live again after flush, s"} <= redis.keys()
    assert "live again after stop of PostgreSQL, s" in postgres
    assert cut["sockets"] == 200


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_what_was_acknowledged_survives_at_each_place_and_on_a_bad_network() -> None:
    """R2: kill -9 at each failpoint, twice; R5: the worker killed twice; R6: black hole, 30 % loss, 64 kbit/s."""
    results = _run("tests.torture", "R2", "R5", "R6", "--slice")

    for result in results:
        assert result["passed"], json.dumps(result, indent=1)
    points, worker, network = (result["figures"] for result in results)
    assert [points[f"kills {point}"] for point in WEB_POINTS] == [2] * 6
    assert [worker[f"kills {point}"] for point in WORKER_POINTS[:2]] == [1] * 2
    assert network["segments lost"] and network["connections in a black hole"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_access_ends_and_silent_readers_are_cut_off() -> None:
    """R14: every way to lose access, over two processes; R16: 20 connections that never read."""
    for result in _run("tests.torture", "R14", "R16", "--slice"):
        assert result["passed"], json.dumps(result, indent=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_planted_defects_are_found() -> None:
    results = _run("tests.torture.calibrate", *DEFECTS)

    assert [result["defect"] for result in results] == DEFECTS
    for result in results:
        assert not result["passed"], f"{result['campaign']} did not notice {result['defect']}"


def _run(program: str, *arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", program, "--json", "--seed", SEED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-4000:]
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results
