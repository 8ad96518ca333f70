"""P1, P2, P6: from a visitor's send to the agent's screen, durable."""

import statistics
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.cost import cpu_seconds
from benchmarks.driver import Failed, Generator, crowd, generator, open_chat
from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant, Web, running

LIMIT_MS = 62.0
RATES = [60, 125, 250, 500, 750, 1000, 1500, 2000, 3000, 4000, 5000, 6500, 8000]
# A connection may send 10 frames a second: so many writers that nobody comes near it.
MAX_PER_VISITOR = 8


@dataclass
class Window:
    """One run of the generator and what the web processes used meanwhile."""

    answer: dict[str, Any]
    cpu: float
    wall: float

    @property
    def is_steady(self) -> bool:
        answer = self.answer
        complete = answer["shown"] == answer["sent"] and not answer["refused"]
        return complete and answer["p99_ms"] is not None and answer["p99_ms"] < LIMIT_MS


def measure(driver: Generator, webs: list[Web], rate: float, seconds: float) -> Window:
    before, began = cpu_seconds(webs), time.monotonic()
    answer = driver.order("run", rate=rate, seconds=seconds)
    return Window(answer, cpu_seconds(webs) - before, time.monotonic() - began)


def p1(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """200 conversations at 500 messages/s over two web processes, beside idle visitors: the median of the windows."""
    with running(variant, 2) as webs, generator() as driver:
        step(f"P1 {variant.name}: opening {plan.idle} idle visitors")
        try:
            with crowd(cast, webs, plan.idle) as idle:
                open_chat(driver, cast, webs, 200)
                measure(driver, webs, plan.rate, plan.warm_up)
                windows = []
                for number in range(plan.windows):
                    step(f"P1 {variant.name}: window {number + 1} of {plan.windows}")
                    windows.append(measure(driver, webs, plan.rate, plan.window_seconds))
        except Failed as failure:
            return {"failed": str(failure)}
    return {**_medians(windows), "idle": idle}


def _medians(windows: list[Window]) -> dict[str, Any]:
    def middle(name: str) -> float | None:
        found = [window.answer[name] for window in windows if window.answer[name] is not None]
        return round(statistics.median(found), 2) if found else None

    names = ["p50_ms", "p99_ms", "ack_p50_ms", "ack_p99_ms", "late_p99_ms", "generator_cpu_percent"]
    sums = {name: sum(window.answer[name] for window in windows) for name in ("sent", "shown", "refused")}
    # Over the time it took: a path that does not keep up works on after the last send.
    cpu = statistics.median(window.cpu / window.wall for window in windows)
    return {
        **{name: middle(name) for name in names},
        **sums,
        "cpu_percent": round(100 * cpu, 1),
        "windows": [{**window.answer, "cpu_seconds": round(window.cpu, 2)} for window in windows],
    }


def p2(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """The highest rate that holds: all shown, none refused, P99 under 62 ms; found upwards, then verified longer."""
    tried: list[dict[str, Any]] = []
    writers = min(1000, plan.top_rate // (MAX_PER_VISITOR // 2))
    with running(variant, 2) as webs, generator() as driver:
        open_chat(driver, cast, webs, writers)
        rates = [rate for rate in RATES if rate <= plan.top_rate]

        def holds(rate: int, seconds: float) -> bool:
            step(f"P2 {variant.name}: {rate} messages/s")
            try:
                window = measure(driver, webs, rate, seconds)
            except Failed as failure:
                tried.append({"rate": rate, "failed": str(failure)})
                return False
            tried.append({**window.answer, "seconds": seconds, "cpu_seconds": round(window.cpu, 2)})
            return window.is_steady

        holds(rates[0], plan.warm_up)
        best = highest(rates, lambda rate: holds(rate, plan.step_seconds))
        while best and not holds(best, plan.verify_seconds):
            best = int(best * 0.85)
            best = best if best >= rates[0] // 2 else 0
    return {"rate": best, "writers": writers, "tried": tried}


def highest(rates: list[int], holds: Any) -> int:
    """The highest of the rates that holds; each may fail once by chance. Between it and the next one is tried too."""
    best = 0
    for number, rate in enumerate(rates):
        if not (holds(rate) or holds(rate)):
            between = (best + rate) // 2
            return between if number and holds(between) else best
        best = rate
    return best


def p6(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """CPU per message of the web processes: one node, and four with four times the load and the people."""
    found: dict[str, Any] = {}
    for nodes in (1, 4):
        step(f"P6 {variant.name}: {nodes} node{'s' if nodes > 1 else ''}")
        with running(variant, nodes) as webs, generator() as driver:
            try:
                open_chat(driver, cast, webs, 50 * nodes)
                measure(driver, webs, plan.node_rate * nodes, plan.warm_up)
                windows = [
                    measure(driver, webs, plan.node_rate * nodes, plan.window_seconds) for _ in range(plan.windows)
                ]
            except Failed as failure:
                return {"failed": str(failure)}
        sums = {name: sum(window.answer[name] for window in windows) for name in ("sent", "shown")}
        if sums["shown"] < sums["sent"]:
            return {"failed": f"{nodes} nodes showed {sums['shown']} of {sums['sent']} messages."}
        costs = [1000 * window.cpu / max(1, window.answer["shown"]) for window in windows]
        found[f"cpu_ms_{nodes}"] = round(statistics.median(costs), 3)
        found[f"windows_{nodes}"] = [{**w.answer, "cpu_seconds": round(w.cpu, 2)} for w in windows]
    found["growth_percent"] = round(100 * (found["cpu_ms_4"] / found["cpu_ms_1"] - 1), 1)
    return found
