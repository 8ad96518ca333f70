"""A slice of the campaign in every run, and proof that it finds what it is made to find."""

import json
import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.fuzz.mutate import JSON, PROTO, make_shot
from tests.fuzz.planted import BUGS
from tests.fuzz.valid import Ids
from tests.fuzz.verdict import fault_of, read_answer

# 20 000 in CI's slice, 1 000 000 in `make torture-fuzz`.
FRAMES = int(os.environ.get("KF_FUZZ_FRAMES", "3000"))
SEED = int(os.environ.get("KF_FUZZ_SEED", "20261123"))
SECONDS_PER_FRAME = 0.03
REDIS_NUMBERS = 9  # above those of the test workers and of the storm
# The others take half a minute each, since they are found by waiting: `make torture-fuzz` has them.
PLANTED = [bug for bug in BUGS if bug in ("crash", "reasons") or os.environ.get("KF_PLANTED") == "all"]
LINES = {f"{kind} {encoding}" for kind in ("visitor", "agent", "app") for encoding in (JSON, PROTO)}
DOORS = LINES | {f"{line}, posted" for line in LINES}


@pytest.mark.slow
@pytest.mark.timeout(180 + int(FRAMES * SECONDS_PER_FRAME))
def test_no_frame_breaks_the_server() -> None:
    code, result = _fuzz("--frames", str(FRAMES), "--seed", str(SEED))

    assert result["findings"] == []
    assert code == 0
    assert result["frames"] == FRAMES
    assert set(result["by_door"]) == DOORS
    assert result["neighbours_exchanged"] > 0
    # It did get past the decoder.
    assert {"invalid", "malformed", "unknown_type", "not_found", "too_large"} <= set(result["codes"])


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    code, result = _fuzz("--frames", "3000", "--seed", str(SEED), "--bug", bug)

    assert code == 1
    assert result["findings"]


@pytest.mark.parametrize("encoding", [JSON, PROTO])
def test_a_number_is_always_the_same_frame(encoding: str) -> None:
    first, again = ([make_shot(7, number, encoding, Ids()) for number in range(300)] for _ in range(2))
    assert first == again
    assert first != [make_shot(8, number, encoding, Ids()) for number in range(300)]


@pytest.mark.parametrize(
    "data",
    [
        {"code": "internal", "message": "Something went wrong"},
        {"code": "nonsense", "message": ""},
        {"code": "invalid", "message": "KeyError: 'text'"},
        {"code": "invalid", "message": "<chat.models.Conversation object at 0x7f3a>"},
        {"code": "invalid", "message": 'relation "chat_message" does not exist'},
        {},
    ],
)
def test_such_errors_are_findings(data: dict[str, Any]) -> None:
    assert fault_of({"type": "error", "data": data})


@pytest.mark.parametrize("raw", [b"{}", "[]", '{"type": 1}', '{"type": "ack", "traceback": ""}', "nonsense"])
def test_such_answers_are_none(raw: "str | bytes") -> None:
    with pytest.raises(ValueError):
        read_answer(raw, JSON)


def _fuzz(*arguments: str) -> tuple[int, dict[str, Any]]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    redis_url = urlunsplit(urlsplit(os.environ["KF_REDIS_URL"])._replace(path=f"/{REDIS_NUMBERS + worker}"))
    command = [sys.executable, "-m", "tests.fuzz", "--json", *arguments]
    done = subprocess.run(
        command, env=os.environ | {"KF_REDIS_URL": redis_url}, capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout)
