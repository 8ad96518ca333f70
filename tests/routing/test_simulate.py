"""The simulator on days whose outcome is known."""

from uuid import UUID, uuid4

import pytest

from agents.routing.changes import (
    BadChange,
    apply_changes,
    parse_document,
    parse_settings,
    with_agent,
    with_queue,
    without_agent,
)
from agents.routing.facts import AgentFacts, Desk, QueueRules, Waiting
from agents.routing.simulate import Arrival, Shift, fresh_desk, simulate
from agents.routing.summary import summary_of, waits_of

QUEUE, OTHER = UUID(int=1), UUID(int=2)
NAMES = {QUEUE: "Orders", OTHER: "Returns"}
HOUR = 3600.0


def desk_of(*capacities, rules=None, **facts):
    agents = [
        AgentFacts(UUID(int=100 + n), f"A{n}", capacity=size, memberships={QUEUE: None, OTHER: None}, order=n)
        for n, size in enumerate(capacities)
    ]
    given = rules or {QUEUE: QueueRules(QUEUE), OTHER: QueueRules(OTHER)}
    return Desk(given, {one.id: one for one in agents}, QUEUE, **facts)


def arrives(at, handling=60.0, queue=QUEUE, **facts):
    taken = {key: facts.pop(key) for key in ("taken_by", "taken_after") if key in facts}
    return Arrival(Waiting(uuid4(), queue, at, at, **facts), handling, **taken)


def all_day(desk):
    return [Shift(pk, 0.0, 24 * HOUR) for pk in desk.agents]


def play(desk, arrivals, shifts=None, until=24 * HOUR):
    return simulate(arrivals, all_day(desk) if shifts is None else shifts, desk, until=until)


def test_nobody_waits_where_there_is_room():
    outcome = play(desk_of(2, 2), [arrives(at) for at in (10.0, 20.0, 30.0)])
    assert (outcome.waits, outcome.unserved) == ([0.0, 0.0, 0.0], 0)


def test_a_line_before_one_agent():
    """Four at once, one at a time, a minute each: they wait 0, 1, 2 and 3 minutes."""
    outcome = play(desk_of(1), [arrives(0.5) for _ in range(4)])
    assert sorted(outcome.waits) == [0.0, 60.0, 120.0, 180.0]
    agent = next(iter(outcome.agents.values()))
    assert (agent.conversations, agent.busy_seconds, agent.most_at_once) == (4, 240.0, 1)


def test_a_steady_stream_of_one_a_minute_fits_exactly():
    arrivals = [arrives(60.0 * n + 1) for n in range(600)]
    assert max(play(desk_of(1), arrivals).waits) == 0.0
    half_as_fast = [arrives(60.0 * n + 1, handling=120.0) for n in range(60)]
    assert play(desk_of(1), half_as_fast).waits == [60.0 * n for n in range(60)]


def test_who_comes_later_serves_what_waited():
    desk = desk_of(5)
    outcome = play(desk, [arrives(100.0)], [Shift(next(iter(desk.agents)), 400.0, 500.0)])
    assert outcome.waits == [300.0]
    assert play(desk_of(5), [arrives(100.0)], []).unserved == 1


def test_least_loaded_and_in_turn_differ_as_they_should():
    def shared(strategy):
        rules = {QUEUE: QueueRules(QUEUE, strategy=strategy), OTHER: QueueRules(OTHER)}
        outcome = play(desk_of(6, 2, rules=rules), [arrives(1.0 + n, handling=HOUR) for n in range(4)])
        return [agent.conversations for agent in outcome.agents.values()]

    assert shared("least_loaded") == [3, 1]
    assert shared("round_robin") == [2, 2]


def test_relaxing_happens_on_time():
    rules = {QUEUE: QueueRules(QUEUE, relax_after_seconds=90), OTHER: QueueRules(OTHER)}
    desk = desk_of(1, rules=rules)
    outcome = play(desk, [arrives(10.0, skills=frozenset({UUID(int=9)}))])
    assert outcome.waits == [90.0]


def test_overflow_happens_on_time_and_in_no_circle():
    rules = {
        QUEUE: QueueRules(QUEUE, overflow_queue_id=OTHER, overflow_after_seconds=30),
        OTHER: QueueRules(OTHER, overflow_queue_id=QUEUE, overflow_after_seconds=30),
    }
    desk = desk_of(1, rules=rules)
    for agent in desk.agents.values():
        agent.memberships = {OTHER: None}
    outside = AgentFacts(UUID(int=200), "Outside", memberships={QUEUE: 0})
    desk.agents[outside.id] = outside
    outcome = play(desk, [arrives(10.0, handling=HOUR), arrives(11.0, handling=HOUR)])
    assert sorted(outcome.waits) == [30.0, 30.0 + HOUR - 1.0]
    assert outcome.overflowed == 2


def test_fair_share_lets_the_window_pass():
    rules = {QUEUE: QueueRules(QUEUE, fair_share_count=1, fair_share_minutes=10), OTHER: QueueRules(OTHER)}
    outcome = play(desk_of(9, rules=rules), [arrives(1.0) for _ in range(3)])
    assert sorted(outcome.waits) == [0.0, 600.0, 1200.0]


def test_the_brands_total_is_kept():
    outcome = play(desk_of(9, 9, total_capacity=1), [arrives(1.0) for _ in range(3)])
    assert sorted(outcome.waits) == [0.0, 60.0, 120.0]


def test_where_agents_take_themselves_it_goes_as_it_went():
    rules = {QUEUE: QueueRules(QUEUE, strategy="manual"), OTHER: QueueRules(OTHER)}
    desk = desk_of(1, rules=rules)
    first = next(iter(desk.agents))
    outcome = play(desk, [arrives(5.0, taken_by=first, taken_after=42.0), arrives(6.0)])
    assert (outcome.waits, outcome.unserved) == ([42.0], 1)


def test_the_same_day_twice_is_the_same():
    arrivals = [arrives(7.0 * n, handling=300.0, queue=(QUEUE, OTHER)[n % 2]) for n in range(500)]
    desk = desk_of(3, 2, 1)
    assert play(fresh_desk(desk), arrivals) == play(fresh_desk(desk), arrivals)


def test_numbers_that_people_compare():
    assert waits_of([]) == {"served": 0, "mean": None, "p90": None, "longest": None}
    assert waits_of([float(n) for n in range(1, 11)]) == {"served": 10, "mean": 5.5, "p90": 9.0, "longest": 10.0}
    summary = summary_of(play(desk_of(1), [arrives(0.5), arrives(0.5)]), NAMES)
    assert summary["queues"] == [{"name": "Orders", "served": 2, "mean": 30.0, "p90": 60.0, "longest": 60.0}]
    (agent,) = summary["agents"]
    assert agent == {
        "id": str(UUID(int=100)), "name": "A0", "conversations": 2, "busy_minutes": 2, "most_at_once": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "offered"), [({}, 0), ({"max_waiting_count": 2}, 2), ({"max_waiting_seconds": 50}, 1)]
)
def test_who_finds_the_queue_too_long_is_counted(limits, offered):
    """Five come every 20 s, one at a time, two minutes each: 1, 2 and 3 wait before the last three."""
    rules = {QUEUE: QueueRules(QUEUE, **limits), OTHER: QueueRules(OTHER)}
    outcome = play(desk_of(1, rules=rules), [arrives(1.0 + 20 * n, handling=120.0) for n in range(5)])
    assert outcome.offered == offered
    assert len(outcome.waits) == 5, "here they all wait on"


def test_shifts_of_those_who_are_not_there_are_passed_over():
    assert play(desk_of(), [arrives(1.0)], [Shift(UUID(int=100), 0.0, HOUR)]).unserved == 1


# ---- changes ----


def test_one_queue_as_a_form_leaves_it():
    desk = desk_of(1, 2)
    first, second = desk.agents
    changed = with_queue(desk, QueueRules(QUEUE, strategy="round_robin"), {second: 1})
    assert changed.rules[QUEUE].strategy == "round_robin"
    assert changed.agents[first].memberships == {OTHER: None}
    assert changed.agents[second].memberships == {OTHER: None, QUEUE: 1}
    assert desk.agents[first].memberships == {QUEUE: None, OTHER: None}, "the desk of now stays"
    new = UUID(int=3)
    assert new in with_queue(desk, QueueRules(new), {}).rules


def test_one_agent_as_a_form_leaves_it():
    desk = desk_of(1, 2)
    first, second = desk.agents
    changed = with_agent(desk, AgentFacts(second, "A1", 7))
    assert (changed.agents[second].capacity, changed.agents[second].order) == (7, 1)
    assert set(without_agent(desk, first).agents) == {second}


def test_changes_are_put_over_the_rules():
    changes = parse_settings(
        ["Orders.strategy=round_robin", "*.capacity=7", "agents.A0.capacity=9", "brand.total_capacity=3",
         "Orders.overflow_queue=Returns", "Orders.matches_language=false", "Returns.sticky_seconds=none"]
    )  # fmt: skip
    desk = apply_changes(desk_of(1, 1), NAMES, changes)
    assert (desk.rules[QUEUE].strategy, desk.rules[QUEUE].capacity, desk.rules[OTHER].capacity) == ("round_robin", 7, 7)
    assert (desk.rules[QUEUE].overflow_queue_id, desk.rules[QUEUE].matches_language) == (OTHER, False)
    assert ([agent.capacity for agent in desk.agents.values()], desk.total_capacity) == ([9, 1], 3)
    document = {"queues": {"Orders": {"strategy": "longest_idle"}}, "brand": {"total_capacity": None}}
    assert apply_changes(desk, NAMES, parse_document(document)).rules[QUEUE].strategy == "longest_idle"


def test_of_an_agent_what_the_admin_has():
    refunds = UUID(int=50)
    settings = ["agents.A0.languages=en, zh_Hans", "agents.A0.skills=Refunds", "agents.A0.queues=Returns:2,Orders",
                "Orders.skills=Refunds", "Orders.max_waiting_count=4", "agents.A1.queues=none"]  # fmt: skip
    desk = apply_changes(desk_of(1, 1), NAMES, parse_settings(settings), {refunds: "Refunds"})
    first, second = desk.agents.values()
    assert (first.languages, first.skills) == (("en", "zh-hans"), {refunds})
    assert (first.memberships, second.memberships) == ({OTHER: 2, QUEUE: None}, {})
    assert (desk.rules[QUEUE].skills, desk.rules[QUEUE].max_waiting_count) == ({refunds}, 4)
    document = {"agents": {"*": {"queues": {"Orders": 3, "Returns": None}, "skills": [], "languages": ["en"]}}}
    again = apply_changes(desk, NAMES, parse_document(document))
    assert [one.memberships for one in again.agents.values()] == [{QUEUE: 3, OTHER: None}] * 2
    assert [(one.skills, one.languages) for one in again.agents.values()] == [(frozenset(), ("en",))] * 2


@pytest.mark.parametrize(
    "setting",
    ["Orders", "Orders.strategy", "Nope.capacity=1", "Orders.colour=red", "Orders.strategy=best", "Orders.capacity=-1",
     "Orders.priority=none", "agents.Nobody.capacity=1", "agents.A0.name=x", "brand.name=x", "Orders.capacity=1.5",
     "Orders.overflow_queue=Nope", "Orders.matches_language=7", "Orders.skills=Nope", "agents.A0.skills=Nope",
     "agents.A0.queues=Nope", "agents.A0.queues=Orders:x", "agents.A0.languages=no language",
     "Orders.max_waiting_count=x"],
)  # fmt: skip
def test_changes_that_cannot_be_are_refused_with_a_sentence(setting):
    with pytest.raises(BadChange):
        apply_changes(desk_of(1), NAMES, parse_settings([setting]))


@pytest.mark.parametrize("document", [[], {"queue": {}}, {"queues": []}, {"queues": {"Orders": 3}}])
def test_documents_that_are_none(document):
    with pytest.raises(BadChange):
        parse_document(document)
