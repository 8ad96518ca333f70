"""What a conversation's log says about waiting: who asked when and was answered when, when it was snoozed. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from agents.calendars import Hours, add_business_time, business_seconds

ASLEEP, AWAKE = "conversation.snoozed", ("conversation.woken", "conversation.closed", "conversation.reopened")


class Said(NamedTuple):
    """A public message."""

    seq: int
    author_kind: str
    author_id: UUID | None
    at: datetime


class Happened(NamedTuple):
    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """From the first message that waits for an answer to that answer; `answer` None: it is still waited for."""

    started_at: datetime
    answer: Said | None


@dataclass(frozen=True, slots=True)
class Pause:
    """`end` None: it lasts."""

    start: datetime
    end: datetime | None


def find_episodes(messages: Sequence[Said]) -> list[Episode]:
    """Episodes in messages in order of seq. The first message must be a log's first, or follow an agent's."""
    episodes: list[Episode] = []
    asked: Said | None = None
    for message in messages:
        if message.author_kind == "visitor":
            asked = asked or message
        elif message.author_kind == "agent" and asked is not None:
            episodes.append(Episode(asked.at, message))
            asked = None
    if asked is not None:
        episodes.append(Episode(asked.at, None))
    return episodes


def find_pauses(events: Iterable[Happened]) -> list[Pause]:
    """The times in which it was snoozed; snoozed again while it sleeps, it sleeps on."""
    pauses: list[Pause] = []
    since: datetime | None = None
    for event, at in events:
        if event == ASLEEP:
            since = since or at
        elif event in AWAKE and since is not None:
            pauses.append(Pause(since, at))
            since = None
    if since is not None:
        pauses.append(Pause(since, None))
    return pauses


def due_at(start: datetime, seconds: float, hours: Hours, pauses: Iterable[Pause] = ()) -> datetime | None:
    """When so much business time has passed since `start`, not counting pauses that are over; pauses in order.

    A pause that began after the deadline moves it no more. None: never, within three years: there are no hours.
    """
    due = add_business_time(hours, start, seconds)
    for pause in pauses:
        if due is None or pause.end is None or pause.start > due:
            break
        seconds += business_seconds(hours, max(start, pause.start), pause.end)
        due = add_business_time(hours, start, seconds)
    return due


def stands_still(due: datetime, pauses: Iterable[Pause]) -> bool:
    """Whether the deadline stands still now: it had not passed when the pause began that still lasts."""
    return any(pause.end is None and pause.start <= due for pause in pauses)
