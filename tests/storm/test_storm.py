"""The storm against a real server, and against servers with a planted bug, each in processes of their own."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

# 20 000 with 12 brands in CI's slice, 1 000 000 with 50 in `make torture-storm`.
OPERATIONS = int(os.environ.get("KF_STORM_OPERATIONS", "3000"))
BRANDS = int(os.environ.get("KF_STORM_BRANDS", "6"))
SEED = int(os.environ.get("KF_STORM_SEED", "20261123"))
SECONDS_PER_OPERATION = 0.5
# All of them in `make torture-storm`.
PLANTED = ["thread", "socket", *(["desk", "cache"] if os.environ.get("KF_PLANTED") == "all" else [])]
REDIS_NUMBERS = 5  # above those of the test workers


@pytest.mark.slow
@pytest.mark.timeout(180 + int(OPERATIONS * SECONDS_PER_OPERATION))
def test_no_brand_sees_another() -> None:
    code, result = _storm("--operations", str(OPERATIONS), "--brands", str(BRANDS), "--seed", str(SEED))

    assert result["findings"] == []
    assert code == 0
    assert result["operations"] == OPERATIONS
    assert all(result["looked_at_afterwards"].values()), "there was nothing to look at"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("leak", PLANTED)
def test_a_planted_bug_is_caught(leak: str) -> None:
    """The seed of a run that misses one is printed by pytest with its result."""
    code, result = _storm("--operations", "1000", "--brands", "4", "--seed", str(SEED), "--leak", leak)

    assert code == 1
    assert result["caught_at"] is not None, f"no foreign canary was seen: {result['found']}"
    assert result["caught_at"] <= 1000


def _storm(*arguments: str) -> tuple[int, dict[str, Any]]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    redis_url = urlunsplit(urlsplit(os.environ["KF_REDIS_URL"])._replace(path=f"/{REDIS_NUMBERS + worker}"))
    command = [sys.executable, "-m", "tests.storm", "--json", *arguments]
    done = subprocess.run(
        command, env=os.environ | {"KF_REDIS_URL": redis_url}, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout)
