"""P4: from exec to the first answered request and the first accepted socket, and what the time goes into."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.plan import Plan, Step
from benchmarks.site import HOST, START_SECONDS, Cast, Variant, free_ports, start, stop
from benchmarks.sockets import handshake

LARGEST = 12


def p4(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """Median of several starts; a first one that is not counted fills the file cache."""
    answered, accepted = [], []
    for number in range(plan.starts + 1):
        step(f"P4 {variant.name}: start {number} of {plan.starts}")
        [port] = free_ports(1)
        began = time.perf_counter()
        process = start(variant, port)
        try:
            request = f"GET /healthz/live HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
            _until(port, request, b"HTTP/1.1 200")
            answered.append(time.perf_counter() - began)
            _until(port, handshake(HOST, port, "visitor", token=cast.tokens[0]), b'"type":"hello"')
            accepted.append(time.perf_counter() - began)
        finally:
            stop(process)
    return {
        "answered_s": round(statistics.median(answered[1:]), 3),
        "accepted_s": round(statistics.median(accepted[1:]), 3),
        "starts": [[round(a, 3), round(b, 3)] for a, b in zip(answered[1:], accepted[1:], strict=True)],
    }


def imports(step: Step) -> list[dict[str, Any]]:
    """Milliseconds that importing took, by package, the largest first: of our entry point and all that it pulls in."""
    step("P4 parts: imports")
    command = [sys.executable, "-X", "importtime", "-c", "import uvicorn.main, kefu_project.asgi"]
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    lines = subprocess.run(command, capture_output=True, text=True, check=True, env=env).stderr.splitlines()
    own: Counter[str] = Counter()
    for line in lines:
        if line.startswith("import time:") and "[us]" not in line:
            time_us, _total, name = line.removeprefix("import time:").split("|")
            own[_package(name.strip())] += int(time_us)
    found = [{"package": "all", "ms": round(own.total() / 1000)}]
    return found + [{"package": name, "ms": round(us / 1000)} for name, us in own.most_common(LARGEST)]


def _package(name: str) -> str:
    """`django.db.models.query` is django.db; of others the top name says enough."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] in ("django", "kefu_project", "rest_framework") else parts[0]


def _until(port: int, request: bytes, wanted: bytes) -> None:
    _try_until(lambda: _asked(port, request, wanted))


def _try_until(succeeds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not succeeds():
        if time.monotonic() > deadline:
            raise SystemExit("A web process did not answer.")
        time.sleep(0.005)


def _asked(port: int, request: bytes, wanted: bytes) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as link:
            link.sendall(request)
            answer = b""
            while wanted not in answer:
                more = link.recv(65536)
                if not more:
                    return False
                answer += more
            return True
    except OSError:
        return False
