"""The hand on the load generators: each is a process that takes orders (benchmarks/generator.py)."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from benchmarks.site import HOST, Cast, Web

# A process opens at most 20 000 files here.
CROWD_PER_PROCESS = 9_000
AGENTS_CONVERSATIONS = 50


class Failed(Exception):
    """The generator could not do what it was told."""


class Generator:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.generator"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def order(self, what: str, **fields: Any) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"do": what, "host": HOST, **fields}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline() or '{"failed": "the generator ended"}')
        if "failed" in answer:
            raise Failed(answer["failed"])
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def generator() -> Iterator[Generator]:
    made = Generator()
    try:
        yield made
    finally:
        made.end()


@contextmanager
def crowd(cast: Cast, webs: Sequence[Web], count: int) -> Iterator[int]:
    """`count` idle visitors, spread over the web processes; yields how many are connected."""
    with ExitStack() as stack:
        there = 0
        for start in range(0, count, CROWD_PER_PROCESS):
            tokens = cast.tokens[-count:][start : start + CROWD_PER_PROCESS]
            there += stack.enter_context(generator()).order("crowd", visitors=spread(webs, tokens))["open"]
        yield there


def open_chat(driver: Generator, cast: Cast, webs: Sequence[Web], conversations: int) -> None:
    """Visitors and agents spread over the web processes: of n processes, one message in n stays within one."""
    agents = max(len(webs), 2, conversations // AGENTS_CONVERSATIONS)
    visitors = spread(webs, cast.tokens[:conversations])
    driver.order("chat", visitors=visitors, agents=spread(webs, cast.sessions[:agents]))


def spread(webs: Sequence[Web], given: Sequence[str]) -> list[tuple[int, str]]:
    return [(webs[number % len(webs)].port, one) for number, one in enumerate(given)]
