"""What a report is asked for: days in a time zone that is named, whose conversations, by which clock, grouped how."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from agents.access import get_queue
from agents.board import own_queue_ids
from agents.models import Agent
from agents.zones import read_zone
from chat.errors import Invalid, NotFound
from chat.models import Tag
from history.models import HourlySpread

MAX_DAYS = 1100
GROUPS = ("day", "week", "hour", "weekday_hour", "queue", "agent", "tag")
# Sums are kept by hours of UTC. Where local midnight lies inside one, the hour goes to the day of its second half.
HALF = timedelta(minutes=30)
Time = HourlySpread.Time
TIMES = {"clock": Time.CLOCK, "business": Time.BUSINESS}


@dataclass(frozen=True, slots=True)
class Question:
    first: date
    last: date
    zone: str
    time: str = "clock"
    groups: tuple[str, ...] = ()
    # None: all of the brand's; a supervisor of own queues sees these and no others.
    queues: frozenset[UUID] | None = None
    agent: UUID | None = None
    tag: UUID | None = None
    # One queue or tag was asked for: agents' load cannot be told apart by it.
    is_narrow: bool = False

    @property
    def start(self) -> datetime:
        """The first hour that counts."""
        return _midnight(self.first, self.zone) - HALF

    @property
    def end(self) -> datetime:
        """The hour after the last one that counts."""
        return _midnight(self.last + timedelta(days=1), self.zone) - HALF

    def before(self) -> "Question":
        """The same of as many days right before, without groups."""
        days = (self.last - self.first).days + 1
        return replace(self, first=self.first - timedelta(days=days), last=self.first - timedelta(days=1), groups=())


def read_question(query: Mapping[str, str], asks: Agent) -> Question:
    """Return the question; Invalid says what is wrong with it, NotFound that a queue, agent or tag is out of sight."""
    first, last = _read_day(query, "from"), _read_day(query, "to")
    if last < first:
        raise Invalid("`to` is not before `from`.")
    if (last - first).days >= MAX_DAYS:
        raise Invalid(f"A report covers at most {MAX_DAYS} days.")
    time = query.get("time", "clock")
    if time not in TIMES:
        raise Invalid("`time` is clock or business.")
    queue, tag = _read_id(query, "queue"), _read_id(query, "tag")
    return Question(
        first=first,
        last=last,
        zone=read_zone(query),
        time=time,
        groups=_read_groups(query),
        queues=_read_queues(queue, asks),
        agent=_check_agent(_read_id(query, "agent")),
        tag=_check_tag(tag),
        is_narrow=queue is not None or tag is not None,
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _read_day(query: Mapping[str, str], name: str) -> date:
    try:
        day = date.fromisoformat(query.get(name, ""))
    except ValueError:
        raise Invalid(f"`{name}` is a day like 2026-11-25.") from None
    if not 2000 <= day.year <= 2999:
        raise Invalid(f"`{name}` is a day like 2026-11-25.")
    return day


def _read_groups(query: Mapping[str, str]) -> tuple[str, ...]:
    groups = tuple(dict.fromkeys(name for name in query.get("group", "").split(",") if name))
    if not set(groups) <= set(GROUPS):
        raise Invalid(f"`group` names some of {', '.join(GROUPS)}.")
    return groups


def _read_id(query: Mapping[str, str], name: str) -> UUID | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(f"`{name}` is an id.") from None


def _read_queues(queue: UUID | None, asks: Agent) -> frozenset[UUID] | None:
    own = own_queue_ids(asks)
    if queue is None:
        return own
    if own is not None and queue not in own:
        raise NotFound("There is no such queue.")
    return frozenset({get_queue(queue).pk})


def _check_agent(agent: UUID | None) -> UUID | None:
    if agent is not None and not Agent.objects.filter(pk=agent).exists():
        raise NotFound("There is no such agent.")
    return agent


def _check_tag(tag: UUID | None) -> UUID | None:
    if tag is not None and not Tag.objects.filter(pk=tag).exists():
        raise NotFound("There is no such tag.")
    return tag
