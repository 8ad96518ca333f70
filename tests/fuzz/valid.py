"""Right commands to begin with, with ids that really exist."""

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

Frame = dict[str, Any]
KEPT = 40


def _ids() -> "deque[str]":
    return deque(maxlen=KEPT)


@dataclass
class Ids:
    """What the fuzzed people have come across; the neighbours' conversation is never among it."""

    conversations: "deque[str]" = field(default_factory=_ids)
    messages: "deque[str]" = field(default_factory=_ids)
    client_ids: "deque[str]" = field(default_factory=_ids)
    agents: list[str] = field(default_factory=list)
    queues: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def note(self, frame: Frame) -> None:
        """Remember ids of an answer, so that later frames can name what exists."""
        data = frame.get("data")
        if frame.get("type") != "ack" or not isinstance(data, dict):
            return
        if isinstance(conversation := data.get("conversation"), str):
            self.conversations.append(conversation)
        if "client_id" in data:
            self.messages.append(data["id"])
            self.client_ids.append(data["client_id"])


def some_uuid(dice: random.Random) -> str:
    return str(UUID(int=dice.getrandbits(128), version=4))


def pick(dice: random.Random, *pools: "deque[str] | list[str]") -> str:
    """An id of one of the pools; now and then, or where they are empty, one of nothing."""
    pool = pools[dice.randrange(len(pools))]
    return pool[dice.randrange(len(pool))] if pool and dice.random() < 0.9 else some_uuid(dice)


def make_command(dice: random.Random, ids: Ids) -> Frame:
    """A command that the server's decoder accepts, whoever may give it."""
    kind = dice.choice(list(_MAKERS))
    frame: Frame = {"type": kind, "id": f"f{dice.getrandbits(32):x}", "data": _MAKERS[kind](dice, ids)}
    if dice.random() < 0.85:
        frame["conversation"] = pick(dice, ids.conversations, ids.conversations, ids.foreign)
    return frame


def _text(dice: random.Random) -> str:
    return dice.choice(["Hello", "", "字" * 10, "a" * 4000, "*b* <b>x</b> http://x.example", "\u202e\u0000", "🧨" * 9])


def _message(dice: random.Random, ids: Ids) -> Frame:
    key = pick(dice, ids.client_ids) if dice.random() < 0.1 else some_uuid(dice)
    data: Frame = {"client_id": key, "text": _text(dice)}
    if dice.random() < 0.2:
        data |= {"kind": "file", "file_ids": [some_uuid(dice) for _ in range(dice.randrange(4))]}
    return data


def _resume(dice: random.Random, ids: Ids) -> Frame:
    names = [pick(dice, ids.conversations, ids.foreign) for _ in range(dice.randrange(5))]
    return {"conversations": {name: dice.choice([0, 1, 3, 2**62]) for name in names}}


def _nothing(dice: random.Random, ids: Ids) -> Frame:
    return {}


_MAKERS = {
    "resume": _resume,
    "message.create": _message,
    "message.edit": lambda dice, ids: {"message": pick(dice, ids.messages), "text": _text(dice)},
    "message.recall": lambda dice, ids: {"message": pick(dice, ids.messages)},
    "note.create": lambda dice, ids: {
        "client_id": some_uuid(dice),
        "text": _text(dice),
        "mentions": [pick(dice, ids.agents, ids.foreign) for _ in range(dice.randrange(3))],
    },
    "conversation.view": lambda dice, ids: {"is_writing": dice.random() < 0.5, "has_left": dice.random() < 0.2},
    "conversation.read": lambda dice, ids: {"seq": dice.choice([0, 1, 5, 2**63 - 1])},
    "conversation.rate": lambda dice, ids: {"score": dice.randint(1, 5), "comment": _text(dice)[:1000]},
    "conversation.transfer": lambda dice, ids: {
        dice.choice(["agent", "queue"]): pick(dice, ids.agents, ids.queues, ids.foreign),
        "note": _text(dice),
    },
    "tag.set": lambda dice, ids: {
        dice.choice(["add", "remove"]): [pick(dice, ids.foreign) for _ in range(dice.randrange(3))]
    },
    "availability.set": lambda dice, ids: {"availability": dice.choice(["online", "away", "offline"])},
    "typing.start": lambda dice, ids: {"text": _text(dice)},
    **dict.fromkeys(
        (
            "typing.stop",
            "conversation.open",
            "conversation.close",
            "conversation.reopen",
            "conversation.take",
            "conversation.release",
            "conversation.watch",
            "conversation.unwatch",
            "ping",
        ),
        _nothing,
    ),
}
