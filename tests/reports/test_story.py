"""What a log puts into the sums: what the generated conversations of test_sweep.py do not do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from history.reports.parts import Measure, Parts
from history.reports.story import Entry, Promise, Story, first_queue, tell

START = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
AMY = {"agent": {"id": "amy", "name": "Amy"}}


def entry(event: str, seconds: int, who: str = "system", author: str = "", **body: Any) -> Entry:
    return Entry(event, START + timedelta(seconds=seconds), who, author, body)


def told(*entries: Entry, **more: Any) -> Parts:
    return tell(Story(entries, "sales", **more))


def counts(parts: Parts) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_place, name), n in parts.counts.items():
        found[name] = found.get(name, 0) + n
    return found


def total(parts: Parts, measure: int) -> int | None:
    found = [n for key, n in parts.totals.items() if key.measure == measure]
    return sum(found) if found else None


def test_who_left_a_message_does_not_wait() -> None:
    parts = told(
        entry("conversation.created", 0),
        entry("conversation.left_message", 5, "visitor", "vera"),
        entry("conversation.assigned", 36_000, **AMY),
        entry("message.created", 36_060, "agent", "amy"),
    )
    assert counts(parts)["left_messages"] == 1
    assert total(parts, Measure.WAITED) is None
    assert total(parts, Measure.FIRST_RESPONSE) == 36_060


def test_who_left_a_message_and_came_back_waits_from_then() -> None:
    parts = told(
        entry("conversation.created", 0),
        entry("conversation.left_message", 5, "visitor", "vera"),
        entry("message.created", 900, "visitor", "vera"),
        entry("conversation.woken", 910, reason="visitor"),
        entry("conversation.assigned", 960, **AMY),
    )
    assert total(parts, Measure.WAITED) == 60


def test_who_left_a_message_and_wakes_it_waits_from_what_is_written_then() -> None:
    monday = 60 * 3600
    left = (
        entry("conversation.created", 0),
        entry("message.created", 4, "visitor", "vera"),
        entry("conversation.left_message", 5, "visitor", "vera"),
        # Snoozed; reports do not hear it.
        entry("conversation.woken", monday, "visitor", "vera", reason="visitor"),
        entry("message.created", monday, "visitor", "vera"),
    )
    given = entry("conversation.assigned", monday + 60, **AMY)
    parts = told(*left, entry("conversation.woken", monday + 1, reason="visitor"), given)
    assert total(parts, Measure.WAITED) == 60
    # Nobody is there then: it lies there as a message that was left.
    assert total(told(*left, given), Measure.WAITED) is None


def test_a_bot_answers_for_nobody_and_is_no_first_response() -> None:
    parts = told(entry("conversation.created", 0), entry("message.created", 2, "bot", "robo"))
    assert [(key.place.agent, n) for key, n in parts.counts.items() if key.name == "messages_out"] == [("", 1)]
    assert total(parts, Measure.FIRST_RESPONSE) is None


def test_moving_on_while_it_waits_does_not_start_the_wait_anew() -> None:
    parts = told(
        entry("conversation.created", 0),
        entry("conversation.transferred", 100, to={"queue": {"id": "service"}}, **{"from": {"queue": {"id": "sales"}}}),
        entry("conversation.assigned", 130, **AMY),
    )
    [waited] = [key for key in parts.spreads if key.measure == Measure.WAITED]
    assert (waited.place.queue, waited.place.agent, parts.totals[waited]) == ("service", "amy", 130)


def test_where_it_stood_first_is_where_its_first_move_came_from() -> None:
    move = entry("conversation.transferred", 1, to={"queue": {"id": "b"}}, **{"from": {"queue": {"id": "a"}}})
    assert first_queue([move], "b") == "a"
    assert first_queue([], "b") == "b"
    assert first_queue([entry("conversation.transferred", 1, to={"agent": {"id": "amy"}})], "b") == "b"


def test_nonsense_in_a_log_is_passed_by() -> None:
    parts = told(
        entry("conversation.created", 0),
        entry("conversation.assigned", 1, agent="amy"),
        entry("conversation.transferred", 2),
        entry("conversation.rated", 3, score="five"),
        entry("conversation.rated", 3, score=9),
        entry("conversation.unheard_of", 4),
    )
    assert total(parts, Measure.RATING) is None


def test_promises_count_when_they_were_settled() -> None:
    kept = Promise("first", START, True, "sales", "amy")
    parts = told(promises=[kept, kept._replace(kind="next", is_kept=False)])
    assert counts(parts) == {"first_kept": 1, "next_broken": 1}


def test_packed_and_unpacked_is_the_same() -> None:
    parts = told(entry("conversation.created", 0), entry("conversation.closed", 90)).with_tags(["vip"])
    assert Parts.unpacked(parts.packed()) == parts
