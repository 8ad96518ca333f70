"""R14: access ends, and with it every connection that stands on it, on every process, within five seconds."""

import asyncio
import time
from functools import partial

from tests.torture.campaigns.run import Run
from tests.torture.client import Person
from tests.torture.held import REFUSED, Held, HeldPoll, HeldSocket
from tests.torture.revocations import (
    AGAIN,
    REVOCATIONS,
    SHUT_OUT,
    SIGNED_OUT,
    SUSPENSION,
    Revocation,
    Stage,
    make_person,
    make_stage,
)
from tests.waiting_for import until

SECONDS = 5.0
# How a parked question is told: 503 is the close code 1012.
HTTP_REFUSALS = {SHUT_OUT: (401, 403, 404), SIGNED_OUT: (401, 404), AGAIN: (429, 503)}
# Which kinds of connection each kind of person has.
TRANSPORTS: dict[str, tuple[type[HeldSocket] | type[HeldPoll], ...]] = {
    "visitor": (HeldSocket, HeldPoll),
    "agent": (HeldSocket, HeldPoll),
    "app": (HeldSocket, HeldPoll),
}


async def revoke_access(run: Run) -> None:
    """R14: each revocation in turn through its own door; those whom it does not concern stay connected."""
    cast = run.rig.cast
    stage = await asyncio.to_thread(make_stage, cast.slug, cast.visitors[0].host, run.rig.webs[0].port)
    for _ in range(run.cycles):
        for revocation in filter(lambda one: TRANSPORTS[one.kind], REVOCATIONS):
            stage.port = run.dice.choice(run.rig.webs).port
            person = await asyncio.to_thread(make_person, stage, revocation.kind)
            bystander = await asyncio.to_thread(make_person, stage, revocation.kind)
            await _revoke(run, stage, revocation, person, bystander)
        run.on_cycle()
    _judge_others(run)
    people = [await asyncio.to_thread(make_person, stage, kind) for kind in TRANSPORTS]
    await run.rig.stop_talking()
    await run.rig.settle()
    run.last_act = partial(_suspend, run, stage, people)


async def _revoke(run: Run, stage: Stage, revocation: Revocation, person: Person, bystander: Person) -> None:
    held, others = _connections(run, person), _connections(run, bystander)
    try:
        await asyncio.gather(*(one.open() for one in [*held, *others]))
        await _act(run, stage, revocation, person, held)
        gone = [one.name for one in others if one.ended_at is not None]
        if gone:
            run.problems.append(f"{revocation.name}: {', '.join(gone)} of somebody else ended too")
    finally:
        await asyncio.gather(*(one.close() for one in [*held, *others]))


def _connections(run: Run, person: Person) -> list[Held]:
    return [make(person, web.port) for make in TRANSPORTS[person.kind] for web in run.rig.webs]


async def _act(run: Run, stage: Stage, revocation: Revocation, person: Person, held: list[Held]) -> None:
    """Do it, and see how long each connection still stands and how it is told."""
    try:
        await revocation.act(stage, person)
    except Exception as error:
        run.problems.append(f"{revocation.name}: could not be done: {error}")
        return
    done = time.monotonic()
    try:
        await until(lambda: all(one.ended_at is not None for one in held), SECONDS, "all are closed")
    except TimeoutError:
        standing = [f"{one.name} at web {one.port}" for one in held if one.ended_at is None]
        run.problems.append(f"{revocation.name}: still open after {SECONDS:.0f} s: {', '.join(standing)}")
        return
    run.note_slowest(f"{revocation.name}, s", max(one.ended_at or 0.0 for one in held) - done)
    for one in held:
        codes = HTTP_REFUSALS[revocation.codes] if isinstance(one, HeldPoll) else revocation.codes
        if one.ended_with not in codes:
            run.problems.append(f"{revocation.name}: {one.name} ended with {one.ended_with}, expected {codes}")
    if revocation.stays_out:
        await asyncio.gather(*(_come_back(run, revocation, one, done) for one in held))
    elif any([await one.refused_with() for one in held]):
        run.problems.append(f"{revocation.name}: nobody may come back")


async def _come_back(run: Run, revocation: Revocation, before: Held, done: float) -> None:
    """With the same credentials at once: refused, or let in by a process that has not heard of it and then closed."""
    again = type(before)(before.person, before.port)
    if await again.refused_with() is not None:
        return
    try:
        await again.open()
        await until(lambda: again.ended_at is not None, done + SECONDS - time.monotonic(), "closed")
    except TimeoutError:
        run.problems.append(f"{revocation.name}: {again.name} came back afterwards and stays")
    except REFUSED:
        pass
    finally:
        await again.close()


def _judge_others(run: Run) -> None:
    """Those who talk all the time have noticed nothing."""
    for client in run.rig.clients:
        if client.counts.connections != 1:
            run.problems.append(f"{client.name}, whom nothing concerned, lost its connection")


async def _suspend(run: Run, stage: Stage, people: list[Person]) -> None:
    """The end of the brand: everybody is closed."""
    held = [one for person in people for one in _connections(run, person)]
    try:
        await asyncio.gather(*(one.open() for one in held))
        await _act(run, stage, SUSPENSION, people[0], held)
    finally:
        await asyncio.gather(*(one.close() for one in held))
