"""How long and how much: `full` is what figures are taken with, `short` tells whether things work."""

from collections.abc import Callable
from dataclasses import dataclass

# Called with what is being done now.
Step = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    idle: int = 5_000
    rate: float = 500.0
    windows: int = 5
    window_seconds: float = 6.0
    warm_up: float = 3.0
    top_rate: int = 8_000
    step_seconds: float = 4.0
    verify_seconds: float = 10.0
    connections: int = 15_000
    starts: int = 5
    conversations: int = 200
    node_rate: float = 75.0
    messages: int = 1_000_000
    rows: int = 10_000
    brands: int = 10


FULL = Plan()
SHORT = Plan(
    idle=300,
    windows=2,
    window_seconds=3.0,
    warm_up=1.0,
    top_rate=2_000,
    step_seconds=2.0,
    verify_seconds=3.0,
    connections=1_000,
    starts=2,
    conversations=60,
    messages=20_000,
    rows=1_000,
    brands=3,
)
