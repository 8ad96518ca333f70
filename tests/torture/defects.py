"""Planted defects, in this tree only: a campaign is believed because it finds them. Each says which one must."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Defect:
    plant: Callable[[], None]
    campaign: str
    # SQL for the brand's schema: constraints that would hide or soften the defect.
    unguard: str = ""

    @property
    def about(self) -> str:
        return (self.plant.__doc__ or "").strip().rstrip(".")


def ack_before_commit() -> None:
    """The ack leaves before COMMIT, which follows 0.2 s later."""
    from chat.message_log import writer

    async def commit(self: Any, lane: Any, batch: list[Any]) -> None:
        connection = await self._connections.take()
        await connection.run(b"BEGIN")
        done = await writer.write_batch(connection, lane.tenant.schema_name, [pending.entry for pending in batch])
        for pending, result in zip(batch, done.results, strict=True):
            if isinstance(result, writer.Written) and not result.duplicate:
                pending.tell(result, done)
            pending.done.set_result((result, done))
        await asyncio.sleep(0.2)
        await connection.run(b"COMMIT")
        self._connections.give_back(connection)

    writer.Writer._commit = commit  # type: ignore[method-assign]


def seq_without_lock() -> None:
    """Seq is taken without locking the conversation."""
    from chat.message_log import statement

    statement.LOCK = "PERFORM id FROM {schema}.chat_conversation WHERE id = ANY(targets);"
    # Slower, so that two processes meet at the pace of a small campaign.
    _spoil_write("FROM input i LEFT JOIN fresh", "FROM (SELECT pg_sleep(0.1)) s, input i LEFT JOIN fresh")


def duplicates_not_recognised() -> None:
    """A repeated client_id becomes another row."""
    _spoil_write("m.client_id = i.client_id", "false")


def holes_in_seq() -> None:
    """One change in twenty leaves a hole in seq, as PostgreSQL's sequences do."""
    _spoil_write("last_seq = n.top,", "last_seq = n.top + (random() < 0.05)::int,")


def owner_not_checked() -> None:
    """A visitor may write into any conversation."""
    _spoil_write("c.visitor_id = i.author_id AND", "")


def answers_shifted() -> None:
    """In a batch of several, everybody gets the next one's answer."""
    from chat.message_log import statement, writer

    right = statement.write_batch

    async def write_batch(*arguments: Any) -> Any:
        await asyncio.sleep(0.05)  # so that a batch gathers at the pace of a small campaign
        done = await right(*arguments)
        return replace(done, results=done.results[1:] + done.results[:1])

    writer.write_batch = write_batch


def publish_swallowed() -> None:
    """One push in five is lost, and tops are not told."""
    from chat.fanout.bus import Bus
    from chat.participants import participant

    right, numbers = Bus.put, itertools.count()

    def put(self: Bus, topic: str, message: dict[str, Any]) -> None:
        if next(numbers) % 5:
            right(self, topic, message)

    Bus.put = put  # type: ignore[method-assign]
    participant.tops_of = _no_tops


async def _no_tops(_tenant: Any, _conversations: Any) -> dict[str, int]:
    return {}


def refused_after_commit() -> None:
    """One message in thirty is refused after it was written."""
    from chat.errors import Conflict
    from chat.message_log import writer

    right, numbers = writer.Writer.write, itertools.count(1)

    async def write(self: Any, *arguments: Any) -> Any:
        result, done = await right(self, *arguments)
        if isinstance(result, writer.Written) and not result.duplicate and not next(numbers) % 30:
            raise Conflict
        return result, done

    writer.Writer.write = write  # type: ignore[method-assign]


def notes_for_visitors() -> None:
    """Visitors are pushed what only agents may read."""
    from chat.fanout import announce

    announce.event_frame = lambda entry, _audience: _agents_frame(entry)


def _agents_frame(entry: Any) -> Any:
    from chat.events import AGENT, event_frame

    return event_frame(entry, AGENT)


def joined_after_read() -> None:
    """Topics are joined half a second after the connection says that it has joined them."""
    from chat.consumers.socket import SocketConsumer

    right, running = SocketConsumer.follow, set()

    async def follow(self: SocketConsumer, *topics: str) -> None:
        async def later() -> None:
            await asyncio.sleep(0.5)
            await right(self, *topics)

        task = asyncio.get_running_loop().create_task(later())
        running.add(task)
        task.add_done_callback(running.discard)

    SocketConsumer.follow = follow  # type: ignore[method-assign]


def resume_skips_one() -> None:
    """Resume leaves out the first event that was missed."""
    from chat.hot import resuming
    from chat.participants import visitor, watcher

    right = resuming.resume_hot

    async def skipping(tenant: Any, positions: dict[Any, int], **options: Any) -> Any:
        data, found = await right(tenant, positions, **options)
        # Positions from 0 stay whole: else nobody could ever begin.
        if all(positions.values()):
            for answer in data["conversations"].values():
                answer["events"] = answer["events"][1:]
        return data, found

    watcher.resume_hot = visitor.resume_hot = skipping  # type: ignore[attr-defined]


def topics_not_joined_again() -> None:
    """After Redis came back, subscriptions are not made again."""
    from chat.layer.shard import Shard

    right = Shard._join_all

    async def join_all(self: Shard, connection: Any) -> None:
        if not any(future.done() for future in self._topics.values()):
            await right(self, connection)
            return
        topics, self._topics = self._topics, {}
        try:
            await right(self, connection)
        finally:
            self._topics = topics

    Shard._join_all = join_all  # type: ignore[method-assign]


def hot_gaps_believed() -> None:
    """Hot history is served with whatever gaps it has, without a look at the top."""
    import msgspec

    from chat.hot import reading, resuming

    right = resuming._answer

    def answer(is_whole: bool, position: int, known: Any, events: Any) -> dict[str, Any]:
        found = list(events)
        if known is None or not found:
            return right(is_whole, position, known, found)
        return {"recovered": True, "top": found[-1][0], "events": [msgspec.Raw(frame) for _seq, frame in found]}

    reading.whole_events = lambda found, _span: [frame for frame, _seq in found] or None
    resuming._answer = answer


def poll_ignores_after() -> None:
    """A long poll does not look at the positions that it is given."""
    from chat.consumers import poll

    right = poll._positions

    def positions(text: str) -> dict[Any, int]:
        right(text)
        return {}

    poll._positions = positions


def texts_of_another() -> None:
    """In protobuf, one push in seven carries the text of another."""
    import json

    from chat import wire

    right, texts, numbers = wire.transcode, [""], itertools.count(1)

    def transcode(frame: Any) -> bytes:
        event = json.loads(frame if isinstance(frame, str | bytes) else bytes(frame))
        if event["type"] == "message.created":
            texts.append(event["data"]["text"])
            if not next(numbers) % 7:
                event["data"]["text"] = texts[-2]
                return right(json.dumps(event))
        return right(frame)

    wire.transcode = transcode


def revocation_not_published() -> None:
    """The order to close connections is not published."""
    from chat.fanout import announce

    right = announce.publish

    def publish(topic: str, message: dict[str, Any]) -> None:
        if message["type"] != "close.now":
            right(topic, message)

    announce.publish = publish


def recalled_text_stays() -> None:
    """A recall is told, and the message still holds its text."""
    from chat import corrections

    corrections.change_body = lambda message, change: None


def _spoil_write(old: str, new: str) -> None:
    from chat.message_log import statement

    assert old in statement.WRITE, f"the group commit's SQL has changed; it no longer holds: {old}"
    statement.WRITE = statement.WRITE.replace(old, new)


UNIQUE_SEQ = "ALTER TABLE {schema}.chat_message DROP CONSTRAINT one_row_per_seq"
UNIQUE_CLIENT_ID = "DROP INDEX {schema}.one_row_per_client_id"

DEFECTS = {
    "ack_before_commit": Defect(ack_before_commit, "R1"),
    "seq_without_lock": Defect(seq_without_lock, "calm", UNIQUE_SEQ),
    "duplicates_not_recognised": Defect(duplicates_not_recognised, "calm", UNIQUE_CLIENT_ID),
    "holes_in_seq": Defect(holes_in_seq, "calm"),
    "owner_not_checked": Defect(owner_not_checked, "calm"),
    "answers_shifted": Defect(answers_shifted, "calm"),
    "publish_swallowed": Defect(publish_swallowed, "calm"),
    "refused_after_commit": Defect(refused_after_commit, "calm"),
    "notes_for_visitors": Defect(notes_for_visitors, "calm"),
    "joined_after_read": Defect(joined_after_read, "R15"),
    "resume_skips_one": Defect(resume_skips_one, "R15"),
    "topics_not_joined_again": Defect(topics_not_joined_again, "R3"),
    "hot_gaps_believed": Defect(hot_gaps_believed, "R3"),
    "poll_ignores_after": Defect(poll_ignores_after, "mixed"),
    "texts_of_another": Defect(texts_of_another, "mixed"),
    "recalled_text_stays": Defect(recalled_text_stays, "calm"),
    "revocation_not_published": Defect(revocation_not_published, "R14"),
}
