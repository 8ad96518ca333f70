from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from agents.calendars import Hours, business_seconds
from agents.sla.episodes import Happened, Pause, Said, due_at, find_episodes, find_pauses, stands_still

START = datetime(2026, 11, 23, tzinfo=UTC)


def minute(number):
    return START + timedelta(minutes=number)


def said(*kinds):
    return [Said(number, kind, uuid4(), minute(number)) for number, kind in enumerate(kinds)]


def test_episodes():
    found = find_episodes(said("visitor", "visitor", "bot", "agent", "agent", "visitor", "agent", "visitor"))
    assert [(one.started_at, one.answer and one.answer.at) for one in found] == [
        (minute(0), minute(3)),
        (minute(5), minute(6)),
        (minute(7), None),
    ]
    assert find_episodes(said("agent", "bot")) == []


@given(st.lists(st.sampled_from(["visitor", "agent", "bot"]), max_size=12))
def test_every_question_lies_in_one_episode(kinds):
    messages = said(*kinds)
    episodes = find_episodes(messages)
    for message in messages:
        inside = [e for e in episodes if e.started_at <= message.at and (e.answer is None or message.at < e.answer.at)]
        assert len(inside) == (message.author_kind == "visitor") or message.author_kind == "bot"


def happened(*events):
    return [Happened(f"conversation.{event}", minute(number)) for number, event in events]


def test_pauses():
    events = happened((0, "snoozed"), (1, "snoozed"), (2, "woken"), (3, "woken"), (4, "snoozed"), (5, "closed"))
    assert find_pauses([*events, *happened((6, "reopened"), (7, "snoozed"))]) == [
        Pause(minute(0), minute(2)),
        Pause(minute(4), minute(5)),
        Pause(minute(7), None),
    ]


def test_a_pause_moves_the_deadline_by_its_length_unless_it_came_too_late():
    hours = Hours.always()
    assert due_at(minute(0), 600, hours, [Pause(minute(5), minute(9))]) == minute(14)
    assert due_at(minute(0), 600, hours, [Pause(minute(11), minute(20))]) == minute(10)
    assert due_at(minute(0), 600, hours, [Pause(minute(5), minute(9)), Pause(minute(12), minute(13))]) == minute(15)
    assert due_at(minute(8), 600, hours, [Pause(minute(5), minute(9))]) == minute(19)
    assert stands_still(minute(10), [Pause(minute(5), None)])
    assert not stands_still(minute(10), [Pause(minute(11), None)])


@given(st.integers(1, 5000), st.lists(st.integers(1, 2000), max_size=6))
def test_until_the_deadline_just_so_much_passes_outside_pauses(seconds, steps):
    marks = [START + timedelta(seconds=sum(steps[: number + 1])) for number in range(len(steps))]
    pauses = [Pause(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False)]
    due = due_at(START, seconds, Hours.always(), pauses)
    inside = sum(business_seconds(Hours.always(), pause.start, min(pause.end, due)) for pause in pauses)
    assert (due - START).total_seconds() - inside == seconds
