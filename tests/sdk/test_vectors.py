"""Replays tests/vectors on the Python policies; frontend/src/engine/vectors.test.ts replays them on the TypeScript."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kefu_client.backoff import reconnect_delay, verdict_on
from kefu_client.frames import LogEvent
from kefu_client.heartbeat import Heartbeat, HeartbeatConfig, Learnt
from kefu_client.ladder import Ladder, Rung, is_evidence, poll_pause
from kefu_client.lane import Lane
from kefu_client.outbox import Entry
from kefu_client.tracker import SeqTracker

VECTORS = Path(__file__).parent.parent / "vectors"
Step = dict[str, Any]
Run = Callable[[Step], Any]


def heartbeat(config: dict[str, Any]) -> Run:
    learnt = config.get("learnt")
    beat = Heartbeat(HeartbeatConfig(**config | {"learnt": Learnt(**learnt) if learnt else None}), 0)

    def run(step: Step) -> Any:
        method = getattr(beat, step["do"])
        if step["do"] == "learnt":
            return asdict(method())
        return method(*step.get("with", []), step["at"])

    return run


def ladder(config: dict[str, Any]) -> Run:
    made = Ladder(0)

    def run(step: Step) -> Any:
        if step["do"] == "poll_pause":
            return poll_pause(*step["with"])
        if step["do"] == "is_evidence":
            return is_evidence(*step["with"])
        method = getattr(made, step["do"])
        if step["do"] in ("rung", "upper"):
            return method().name.lower()
        return method(*(Rung[name.upper()] for name in step.get("with", [])), step["at"])

    return run


def backoff(config: dict[str, Any]) -> Run:
    def run(step: Step) -> Any:
        if step["do"] == "reconnect_delay":
            attempt, drawn = step["with"]
            return reconnect_delay(attempt, lambda: drawn)
        verdict = asdict(verdict_on(*step["with"]))
        return verdict if verdict["kind"] == "retry" else {"kind": verdict["kind"]}

    return run


def tracker(config: dict[str, Any]) -> Run:
    made = SeqTracker(config["last"])

    def run(step: Step) -> Any:
        if step["do"] in ("last", "is_behind"):
            return getattr(made, step["do"])
        arguments = [LogEvent("message.created", "c", step["with"][0])] if step["do"] == "accept" else step["with"]
        answer = getattr(made, step["do"])(*arguments)
        return [event.seq for event in answer] if isinstance(answer, list) else answer

    return run


def lane(config: dict[str, Any]) -> Run:
    made = Lane()

    def run(step: Step) -> Any:
        verb, arguments = step["do"], step.get("with", [])
        if verb == "size":
            return len(made)
        if verb == "take":
            entry = made.take()
            return entry and entry.client_id
        if verb == "add_older":
            return made.add_older([Entry(name, None) for name in arguments[0]])
        if verb == "refused":
            settled = asdict(made.refused(Entry(arguments[0], None), *arguments[1:]))
            return settled if settled["kind"] == "again" else {"kind": "failed"}
        if verb in ("add", "acked"):
            arguments = [Entry(arguments[0], None)]
        return getattr(made, verb)(*arguments)

    return run


def cases() -> Iterator[Any]:
    for make in (heartbeat, ladder, backoff, tracker, lane):
        for case in json.loads((VECTORS / f"{make.__name__}.json").read_text())["cases"]:
            yield pytest.param(make, case, id=f"{make.__name__}: {case['name']}")


@pytest.mark.parametrize(("make", "case"), list(cases()))
def test_policy_does_what_the_vectors_say(make: Callable[[dict[str, Any]], Run], case: dict[str, Any]) -> None:
    run = make(case["config"])
    for step in case["steps"]:
        answer = run(step)
        if "expect" in step:
            assert answer == step["expect"], step
