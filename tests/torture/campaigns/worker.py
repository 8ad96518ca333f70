"""R5: the Celery worker is killed in the middle of its work; another does the rest, and nothing is done twice."""

import asyncio
import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from tests.torture.campaigns.run import Run
from tests.torture.cast import inside
from tests.torture.failpoints import WORKER_POINTS
from tests.torture.history import Entry
from tests.torture.installation import Worker
from tests.torture.reading import read_log
from tests.waiting_for import until

ARCHIVED = 12
TASKS = {"archive": "history.tasks.archive_closed", "idle": "history.tasks.sweep_idle"}
KILL_SECONDS, DONE_SECONDS = 60.0, 60.0
CLOSED = "conversation.closed"


@dataclass
class Work:
    """What the worker is given, and how it looked before."""

    logs: dict[str, list[Entry]] = field(default_factory=dict)
    closings: Counter[str] = field(default_factory=Counter)


async def kill_worker(run: Run) -> None:
    """R5: each place of a worker's work in turn; afterwards a new one gets the task twice, as a broker may do it."""
    work, worker = Work(), Worker(run.installation.logs)
    worker.start()
    try:
        for point in itertools.islice(itertools.cycle(WORKER_POINTS), run.cycles):
            await asyncio.to_thread(_prepare, run, work)
            await _read_logs(run, work)
            await _kill_at(run, worker, point)
            run.on_cycle()
    finally:
        worker.kill()
    await _judge_logs(run, work)
    # Who was killed between commit and publish told nobody: receivers learn of it at their next heartbeat.
    await run.rig.settle(await asyncio.to_thread(_stored_tops, run))
    await asyncio.to_thread(_judge_rows, run, work)
    run.figures |= {"conversations archived": len(work.logs), "idle closed": work.closings.total()}


def _prepare(run: Run, work: Work) -> None:
    """Conversations that are due for the archive, and everybody's own fallen idle."""
    from chat.authors import SYSTEM
    from chat.conversations import close_conversation, reopen_conversation
    from chat.messages import MessageDraft, post_visitor_message
    from chat.models import Conversation, Visitor
    from tenants.context import current_tenant
    from tenants.ids import new_id

    now = datetime.now(UTC)
    with inside(run.rig.cast.slug):
        long_ago = now - timedelta(days=current_tenant().archive_after_days + 1)
        for number in range(ARCHIVED):
            visitor = Visitor.objects.create(name=f"guest-{number}", created_at=long_ago)
            for text in range(1 + number % 5):
                draft = MessageDraft(new_id(), "text", f"message {text}")
                posted = post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=long_ago)
            closed = close_conversation(
                posted.message.conversation_id, by=SYSTEM, reason="agent", now=long_ago + timedelta(minutes=1)
            )
            work.logs[str(closed.pk)] = []
        for pk in run.rig.conversations.values():
            reopen_conversation(pk, by=SYSTEM, now=now)
            work.closings[pk] += 1
        # Answered, and nobody said anything since: what waits for an answer never falls idle.
        mine = Conversation.objects.filter(pk__in=run.rig.conversations.values())
        mine.update(active_at=now - timedelta(days=3), awaiting_reply_since=None)


async def _kill_at(run: Run, worker: Worker, point: str) -> None:
    worker.failpoint.arm(point, passes=run.dice.randint(2, 8))
    _send(TASKS[point.partition(":")[0]])
    try:
        await until(worker.has_ended, KILL_SECONDS, point)
        reached = f"kills {point}"
        run.figures[reached] = int(run.figures.get(reached, 0)) + 1
    except TimeoutError:
        run.problems.append(f"{point}: the worker did not get there within {KILL_SECONDS:.0f} s")
    worker.failpoint.disarm()
    worker.start()
    for task in TASKS.values():
        _send(task, copies=2)
    await _wait_until_done(run)


def _send(task: str, copies: int = 1) -> None:
    """As the beat does it."""
    from kefu_project.celery import app

    for _ in range(copies):
        app.send_task("kefu_project.tasks.start_in_each_brand", args=(task,))


async def _wait_until_done(run: Run) -> None:
    loop = asyncio.get_running_loop()
    ends = loop.time() + DONE_SECONDS
    while left := await asyncio.to_thread(_left_to_do, run.rig.cast.slug):
        if loop.time() > ends:
            run.problems.append(f"{left} conversations were not worked on within {DONE_SECONDS:.0f} s after a restart")
            return
        await asyncio.sleep(0.2)


def _left_to_do(slug: str) -> int:
    from history.archive import due_for_archive
    from history.sweeps import due_for_closing

    now = datetime.now(UTC)
    with inside(slug):
        return due_for_archive(now - timedelta(days=30)).count() + due_for_closing(now - timedelta(days=2)).count()


# ---- what must hold ----


def _stored_tops(run: Run) -> Counter[str]:
    from chat.models import Conversation

    with inside(run.rig.cast.slug):
        mine = Conversation.objects.filter(pk__in=run.rig.conversations.values())
        return Counter({str(pk): seq for pk, seq in mine.values_list("pk", "last_seq")})


async def _read_logs(run: Run, work: Work) -> None:
    for pk in work.logs:
        work.logs[pk] = work.logs[pk] or (await _read(run, pk))


async def _judge_logs(run: Run, work: Work) -> None:
    """The archived logs read as before, through the API."""
    for pk, before in work.logs.items():
        if await _read(run, pk) != before:
            run.problems.append(f"{pk}: its log reads otherwise since it was archived")


async def _read(run: Run, conversation: str) -> list[Entry]:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        return await read_log(run.rig.agents[0].person, run.rig.webs[0].port, conversation, http=http)


def _judge_rows(run: Run, work: Work) -> None:
    """Each log is in the archive and nowhere else, once; each conversation was closed once per time it fell idle."""
    from chat.models import Message
    from history.models import ArchivedMessage, Transcript

    with inside(run.rig.cast.slug):
        for pk, log in work.logs.items():
            places = (
                Message.objects.filter(conversation_id=pk).count(),
                ArchivedMessage.objects.filter(transcript_id=pk).count(),
                Transcript.objects.filter(pk=pk, synced_seq=len(log)).count(),
            )
            if places != (0, len(log), 1):
                run.problems.append(f"{pk}: {places} rows in log, archive and transcripts, not {len(log)}")
        for pk, times in work.closings.items():
            closed = Message.objects.filter(conversation_id=pk, event=CLOSED).count()
            if closed != times:
                run.problems.append(f"{pk}: closed {closed} times instead of {times}")
