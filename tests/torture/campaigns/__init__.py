"""The campaigns: what is broken, when, and what must hold beyond the history (docs/reliability/)."""

import asyncio

from tests.torture.campaigns.cut import cut_sockets
from tests.torture.campaigns.kill_at import kill_at_failpoints
from tests.torture.campaigns.kill_web import kill_web
from tests.torture.campaigns.revoke import revoke_access
from tests.torture.campaigns.run import Campaign, Run
from tests.torture.campaigns.services import break_redis, restart_postgres
from tests.torture.campaigns.slow import PACE as SLOW_PACE
from tests.torture.campaigns.slow import stop_reading
from tests.torture.campaigns.weather import HEARTBEAT, PATIENCE, break_network
from tests.torture.campaigns.worker import kill_worker
from tests.torture.rig import Pace

__all__ = ["CAMPAIGNS", "Campaign", "Run"]


# Sockets twice as often as polls; which one, each connection chooses anew.
MIXED = ("json", "json", "proto", "proto", "poll", "proto poll")


async def calm(run: Run) -> None:
    """Nothing is broken: what is wrong now is wrong always."""
    for _ in range(run.cycles):
        await asyncio.sleep(run.dice.uniform(1.0, 2.0))
        run.on_cycle()


CAMPAIGNS = {
    campaign.name: campaign
    for campaign in (
        Campaign("calm", "nothing broken", calm, 20, 4),
        Campaign("mixed", "nothing broken, all transports", calm, 40, 4, transports=MIXED, switching=0.5),
        Campaign("R1", "kill -9 of one of two web processes under load", kill_web, 200, 5, transports=MIXED),
        Campaign("R2", "kill -9 at each failpoint", kill_at_failpoints, 6 * 50, 6 * 2),
        Campaign("R3", "Valkey killed, flushed, stopped", break_redis, 9, 2, transports=MIXED),
        Campaign(
            "R4",
            "PostgreSQL stopped and started",
            restart_postgres,
            6,
            1,
            pause=5.0,
            slice_pause=0.5,
            transports=MIXED,
        ),
        Campaign("R5", "worker killed in the middle", kill_worker, 6 * 5, 2, talks=False),
        Campaign(
            "R6",
            "a bad network",
            break_network,
            80,
            3,
            visitors=8,
            slice_visitors=8,
            listeners=4,
            heartbeat=HEARTBEAT,
            patience=PATIENCE,
            pace=Pace(visitor=0.5, agent=0.25),
            has_network=True,
        ),
        Campaign("R14", "access revoked", revoke_access, 20, 1, visitors=4, slice_visitors=4, agents=2),
        Campaign(
            "R15",
            "all sockets cut at once",
            cut_sockets,
            3,
            1,
            visitors=2000,
            slice_visitors=200,
            agents=8,
            heartbeat=None,
            talks=False,
        ),
        Campaign(
            "R16",
            "readers that never read",
            stop_reading,
            2,
            1,
            slice_visitors=8,
            pace=SLOW_PACE,
            pause=20.0,
            slice_pause=4.0,
            # 50 connections of one agent are let in.
            agents=6,
            extras=200,
            slice_extras=20,
        ),
    )
}
