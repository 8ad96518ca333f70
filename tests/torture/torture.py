"""Running one campaign from first to last: cast, clients, faults, history, verdict."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count

from tests.torture.campaigns import CAMPAIGNS, Run
from tests.torture.cast import close_database, dice_of, drop_guards, make_cast, open_conversations
from tests.torture.checker import Violation, check
from tests.torture.defects import DEFECTS
from tests.torture.history import History
from tests.torture.installation import Installation, Web
from tests.torture.network import Network
from tests.torture.rig import Rig

_numbers = count(1)


@dataclass
class Result:
    campaign: str
    about: str
    seed: int
    cycles: int
    defect: str
    seconds: float
    figures: dict[str, float | int | str]
    violations: list[Violation]
    problems: list[str]
    history: History = field(default_factory=History)

    @property
    def passed(self) -> bool:
        return not self.violations and not self.problems

    @property
    def kinds(self) -> dict[str, int]:
        return dict(Counter(violation.kind for violation in self.violations))


def run_campaign(
    installation: Installation,
    webs: list[Web],
    name: str,
    *,
    seed: int,
    cycles: int | None = None,
    visitors: int | None = None,
    is_slice: bool = False,
    defect: str = "",
    on_cycle: Callable[[], None] = lambda: None,
) -> Result:
    """Run a campaign with a brand of its own; `defect` is what was planted in the processes."""
    campaign = CAMPAIGNS[name]
    cycles = cycles or (campaign.slice_cycles if is_slice else campaign.cycles)
    visitors = visitors or (campaign.slice_visitors if is_slice else campaign.visitors)
    cast = make_cast(f"torture-{next(_numbers)}", agents=campaign.agents, visitors=visitors)
    conversations = open_conversations(cast)
    if defect and DEFECTS[defect].unguard:
        drop_guards(cast.slug, DEFECTS[defect].unguard)
    close_database()
    for web in webs:
        web.wait()

    async def play() -> tuple[Run, float, History]:
        async with AsyncExitStack() as stack:
            network = None
            if campaign.has_network:
                ports = [web.port for web in webs]
                network = await stack.enter_async_context(Network(dice_of(seed, "network")).before(ports))
            rig = Rig(
                webs,
                cast,
                conversations,
                seed,
                campaign.heartbeat,
                campaign.pace,
                campaign.patience,
                network,
                campaign.transports,
            )
            pause = campaign.slice_pause if is_slice else campaign.pause
            extras = campaign.slice_extras if is_slice else campaign.extras
            run = Run(installation, rig, cycles, dice_of(seed, name), on_cycle, pause, is_slice, extras)
            await rig.connect()
            if campaign.talks:
                rig.start_talking(campaign.listeners)
            if campaign.switching:
                rig.start_switching(campaign.switching)
            await campaign.run(run)
            await rig.stop_talking()
            converged = await rig.settle()
            history = await rig.history()
            if run.last_act is not None:
                await run.last_act()
            return run, converged, history

    started = time.monotonic()
    run, converged, history = asyncio.run(play())
    complaints = Counter(name for web in webs for name in web.complaints())
    seconds = round(time.monotonic() - started, 1)
    figures = _figures(run, converged, history, complaints)
    problems = [*run.problems, *run.rig.stuck]
    return Result(name, campaign.about, seed, cycles, defect, seconds, figures, check(history), problems, history)


def _figures(run: Run, converged: float, history: History, complaints: Counter[str]) -> dict[str, float | int | str]:
    outcomes = Counter(sent.outcome for sent in history.sent)
    clients = run.rig.clients
    closed = Counter(code for client in clients for code in client.counts.closed_with)
    transports = sum((client.counts.transports for client in clients), Counter[str]())
    return {
        "messages acknowledged": len({sent.key for sent in history.sent if sent.outcome == "ok"}),
        "corrections acknowledged": sum(one.outcome == "ok" for one in history.corrections),
        "refused": outcomes["refused"],
        "without an answer": outcomes["unknown"],
        "rows stored": sum(len(entries) for entries in history.stored.values()),
        "events delivered": sum(len(one.entries) for one in history.delivered),
        "connections": sum(client.counts.connections for client in clients),
        "by transport": ", ".join(f"{kind}: {times}" for kind, times in sorted(transports.items())),
        "sent again": sum(client.counts.again for client in clients),
        "resumes": sum(client.counts.resumes for client in clients),
        "snapshots": sum(client.counts.snapshots for client in clients),
        "slowest answer, s": round(max(client.counts.slowest_answer for client in clients), 2),
        "receivers equal after, s": round(converged, 2),
        "close codes": ", ".join(f"{code}: {times}" for code, times in sorted(closed.items())),
        "exceptions logged": ", ".join(f"{name}: {times}" for name, times in complaints.most_common()),
        **run.figures,
    }
