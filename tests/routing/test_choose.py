"""The choice alone: facts in, a choice with its reasons out."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import to_builtins

from agents.routing.choose import MAX_NAMED, choose
from agents.routing.facts import AgentFacts, Desk, QueueRules, Waiting, in_order, is_same_language
from agents.routing.reasons import reasons_of

QUEUE, OTHER = UUID(int=1), UUID(int=2)
FRENCH, REFUNDS = UUID(int=11), UUID(int=12)
NOW = 1_000_000.0


def an_agent(name, *, queues=(QUEUE,), **facts):
    memberships = facts.pop("memberships", dict.fromkeys(queues))
    return AgentFacts(UUID(int=hash(name) % 2**64), name, memberships=memberships, **facts)


def a_desk(*agents, rules=None, **facts):
    for order, agent in enumerate(agents):
        agent.order = order
    given_rules = rules or QueueRules(QUEUE)
    both = {given_rules.id: given_rules, OTHER: QueueRules(OTHER)}
    return Desk(both, {agent.id: agent for agent in agents}, default_queue_id=QUEUE, **facts)


def waits(seconds=10, **facts):
    since = NOW - seconds
    return Waiting(uuid4(), facts.pop("queue_id", QUEUE), facts.pop("waiting_since", since), since, **facts)


def chosen(desk, waiting=None, now=NOW):
    choice = choose(waiting or waits(), desk, now)
    return choice.agent.name if choice.agent else choice.held


def give_all(desk, count):
    """Names in the order in which so many were given."""
    names = []
    for number in range(count):
        choice = choose(waits(), desk, NOW + number)
        if choice.agent is None:
            return [*names, choice.held]
        desk.give(choice.waiting, choice.agent, NOW + number)
        names.append(choice.agent.name)
    return names


# ---- strategies ----


def test_least_loaded_goes_by_the_share_of_the_capacity():
    amy, bo = an_agent("Amy", capacity=10, load=4), an_agent("Bo", capacity=2, load=1)
    assert chosen(a_desk(amy, bo)) == "Amy"


def test_least_loaded_fills_by_weight():
    desk = a_desk(an_agent("Amy", capacity=4), an_agent("Bo", capacity=2))
    names = give_all(desk, 7)
    assert (names.count("Amy"), names.count("Bo"), names[-1]) == (4, 2, "nobody")
    assert names[:3].count("Amy") == 2


def test_round_robin_goes_in_turn_whatever_the_load():
    rules = QueueRules(QUEUE, strategy="round_robin")
    amy, bo, cy = (an_agent(name) for name in ("Amy", "Bo", "Cy"))
    amy.load, amy.last_assigned_at = 3, 5.0
    bo.last_assigned_at = 9.0
    assert give_all(a_desk(amy, bo, cy, rules=rules), 6) == ["Cy", "Amy", "Bo", "Cy", "Amy", "Bo"]


def test_longest_idle_before_the_busy():
    rules = QueueRules(QUEUE, strategy="longest_idle")
    amy, bo, cy = an_agent("Amy", idle_since=50.0), an_agent("Bo", idle_since=20.0), an_agent("Cy", load=1)
    assert give_all(a_desk(amy, bo, cy, rules=rules), 3)[:2] == ["Bo", "Amy"]


def test_manual_leaves_it_to_the_agents():
    assert chosen(a_desk(an_agent("Amy"), rules=QueueRules(QUEUE, strategy="manual"))) == "manual"


# ---- who may ----


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ({"availability": "offline"}, "offline"),
        ({"availability": "away"}, "away"),
        ({"load": 5}, "full"),
        ({"capacity": 0}, "full"),
        ({"memberships": {QUEUE: 1}, "load_by_queue": {QUEUE: 1}}, "queue_full"),
        ({"recent_by_queue": {QUEUE: 2}}, "fair_share"),
        ({"languages": ("en",)}, "language"),
        ({"languages": ("zh",), "skills": frozenset()}, "skill"),
    ],
)
def test_each_objection_has_its_word(facts, verdict):
    rules = QueueRules(QUEUE, fair_share_count=2, fair_share_minutes=5)
    needed = frozenset({FRENCH}) if verdict == "skill" else frozenset()
    amy, bo = an_agent("Amy", **facts), an_agent("Bo", languages=("zh",), skills=frozenset({FRENCH}))
    choice = choose(waits(language="zh-hans", skills=needed), a_desk(amy, bo, rules=rules), NOW)
    assert [(one.name, one.verdict) for one in choice.verdicts] == [("Bo", "chosen"), ("Amy", verdict)]


def test_only_members_serve_a_queue_and_a_queue_without_any_is_served_by_the_default():
    amy, bo = an_agent("Amy", queues=(QUEUE,)), an_agent("Bo", queues=(), load=0)
    assert give_all(a_desk(amy, bo), 6)[-1] == "nobody"
    assert chosen(a_desk(an_agent("Amy"), an_agent("Bo", queues=())), waits(queue_id=OTHER)) == "Amy"
    assert chosen(a_desk(an_agent("Bo", queues=())), waits(queue_id=OTHER)) == "Bo", "rather anybody than nobody"


def test_a_language_is_insisted_on_until_it_is_relaxed():
    rules = QueueRules(QUEUE, relax_after_seconds=60)
    amy, bo = an_agent("Amy", languages=("en",)), an_agent("Bo", languages=("zh-hans",), availability="away")
    assert chosen(a_desk(amy, bo, rules=rules), waits(59, language="zh-hans")) == "nobody"
    choice = choose(waits(60, language="zh-hans"), a_desk(amy, bo, rules=rules), NOW)
    assert (choice.agent.name, choice.relaxed) == ("Amy", True)
    bo.availability = "online"
    bo.load = 4
    choice = choose(waits(60, language="zh-hans"), a_desk(amy, bo, rules=rules), NOW)
    assert (choice.agent.name, choice.relaxed, choice.why) == ("Bo", False, ("least_loaded", "language"))


def test_a_language_that_nobody_there_speaks_is_not_waited_for():
    assert chosen(a_desk(an_agent("Amy", languages=("en",))), waits(1, language="zh-hans")) == "Amy"


def test_never_relaxed_waits_for_the_skill():
    rules = QueueRules(QUEUE, relax_after_seconds=None, skills=frozenset({REFUNDS}))
    assert chosen(a_desk(an_agent("Amy"), rules=rules), waits(10**6)) == "nobody"
    assert chosen(a_desk(an_agent("Amy", skills=frozenset({REFUNDS})), rules=rules)) == "Amy"


def test_a_queue_or_a_brand_that_is_full_gives_nothing():
    full = QueueRules(QUEUE, capacity=3)
    assert chosen(a_desk(an_agent("Amy"), rules=full, load_by_queue={QUEUE: 3})) == "queue_full"
    assert chosen(a_desk(an_agent("Amy"), total_capacity=3, total_load=3)) == "brand_full"
    assert give_all(a_desk(an_agent("Amy"), total_capacity=2), 3) == ["Amy", "Amy", "brand_full"]


def test_fair_share_counts_what_the_round_gives():
    rules = QueueRules(QUEUE, fair_share_count=1, fair_share_minutes=10)
    assert give_all(a_desk(an_agent("Amy"), an_agent("Bo"), rules=rules), 3) == ["Amy", "Bo", "nobody"]


# ---- the agent of last time ----


def sticky_desk(seconds, **amys):
    amy = an_agent("Amy", load=4, **amys)
    return amy, a_desk(amy, an_agent("Bo"), rules=QueueRules(QUEUE, sticky_seconds=seconds))


def test_the_last_agent_first_where_the_queue_says_so():
    amy, desk = sticky_desk(0)
    choice = choose(waits(last_agent_id=amy.id), desk, NOW)
    assert (choice.agent.name, choice.why) == ("Amy", ("sticky",))
    amy, desk = sticky_desk(None)
    assert chosen(desk, waits(last_agent_id=amy.id)) == "Bo"


@pytest.mark.parametrize(
    ("seconds", "waited", "facts", "who"),
    [
        (0, 1, {"availability": "away"}, "Bo"),
        (60, 59, {"availability": "away"}, "sticky"),
        (60, 60, {"availability": "away"}, "Bo"),
        (60, 59, {"capacity": 4}, "sticky"),
        (60, 1, {"availability": "offline"}, "Bo"),
        (60, 1, {"queues": (OTHER,)}, "Bo"),
    ],
)
def test_how_long_the_last_agent_is_waited_for(seconds, waited, facts, who):
    amy, desk = sticky_desk(seconds, **facts)
    assert chosen(desk, waits(waited, last_agent_id=amy.id)) == who


def test_who_let_it_lie_gets_it_back_only_when_nobody_else_can():
    amy, bo = an_agent("Amy"), an_agent("Bo", load=4)
    silent = {amy.id: "silent"}
    assert chosen(a_desk(amy, bo), waits(gave_back=silent)) == "Bo"
    assert chosen(a_desk(an_agent("Amy")), waits(1, gave_back=silent)) == "nobody"
    assert chosen(a_desk(an_agent("Amy")), waits(120, gave_back=silent)) == "Amy"
    assert chosen(a_desk(amy, bo), waits(120, gave_back=silent)) == "Bo"


# ---- order and reasons ----


def test_the_order_of_those_who_wait():
    rules = {QUEUE: QueueRules(QUEUE, priority=10), OTHER: QueueRules(OTHER, priority=20)}
    left = waits(999, left_message=True, priority=4, queue_id=OTHER)
    late, early = waits(1), waits(50)
    urgent, ahead = waits(1, priority=4), waits(1, queue_id=OTHER)
    assert in_order([left, late, early, urgent, ahead], rules) == [ahead, urgent, early, late, left]


def test_reasons_name_the_chosen_one_first_and_twenty_at_most():
    agents = [an_agent(f"A{number}", load=number % 7) for number in range(50)]
    reasons = to_builtins(reasons_of(choose(waits(12), a_desk(*agents), NOW)))
    assert (reasons["by"], reasons["strategy"], reasons["waited_seconds"]) == ("routing", "least_loaded", 12)
    assert len(reasons["agents"]) == MAX_NAMED
    assert reasons["agents"][0]["verdict"] == "chosen"
    assert reasons["agents"][0]["id"] == reasons["chosen"]
    assert set(reasons["agents"][0]) == {
        "id", "name", "availability", "load", "capacity", "languages", "verdict", "score",
    }  # fmt: skip
    scores = [one["score"] for one in reasons["agents"]]
    assert scores == sorted(scores)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("zh", "zh-hans", True), ("zh-hans", "zh-hant", False), ("EN", "en-gb", True), ("en", "es", False)],
)
def test_languages(one, other, same):
    assert is_same_language(one, other) is is_same_language(other, one) is same


# ---- whatever comes ----

agents_drawn = st.builds(
    AgentFacts,
    id=st.uuids(),
    name=st.text(max_size=5),
    capacity=st.integers(0, 3),
    availability=st.sampled_from(["online", "online", "away", "offline"]),
    languages=st.sampled_from([(), ("en",), ("zh",), ("en", "zh")]),
    skills=st.frozensets(st.sampled_from([FRENCH, REFUNDS])),
    memberships=st.dictionaries(st.sampled_from([QUEUE, OTHER]), st.none() | st.integers(0, 2)),
    last_assigned_at=st.floats(0, NOW),
    idle_since=st.floats(0, NOW),
)
rules_drawn = st.builds(
    QueueRules,
    id=st.just(QUEUE),
    strategy=st.sampled_from(["least_loaded", "round_robin", "longest_idle"]),
    capacity=st.none() | st.integers(0, 4),
    skills=st.frozensets(st.just(REFUNDS)),
    matches_language=st.booleans(),
    relax_after_seconds=st.none() | st.integers(0, 100),
    sticky_seconds=st.none() | st.integers(0, 100),
    fair_share_count=st.none() | st.integers(1, 2),
    fair_share_minutes=st.none() | st.integers(1, 2),
)


@given(
    st.lists(agents_drawn, max_size=6, unique_by=lambda agent: agent.id),
    rules_drawn,
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from(["", "en", "zh-hans"]), st.booleans()), max_size=12),
    st.none() | st.integers(0, 6),
)
def test_no_limit_is_ever_passed(agents, rules, arrivals, total):
    desk = a_desk(*agents, rules=rules, total_capacity=total)
    for waited, language, needs_skill in arrivals:
        last = agents[0].id if agents else None
        skills = frozenset({FRENCH}) if needs_skill else frozenset()
        waiting = waits(waited, language=language, skills=skills, last_agent_id=last)
        choice = choose(waiting, desk, NOW)
        if choice.agent is None:
            assert choice.held
            continue
        assert choice.agent.availability == "online"
        assert choice.relaxed or skills | rules.skills <= choice.agent.skills
        assert [one.id for one in choice.verdicts if one.verdict == "chosen"] == [choice.agent.id]
        desk.give(waiting, choice.agent, NOW)
    for agent in agents:
        assert agent.load <= agent.capacity
        own = agent.memberships.get(QUEUE)
        assert own is None or agent.load_by_queue.get(QUEUE, 0) <= own
        if rules.fair_share_seconds:
            assert agent.recent_by_queue.get(QUEUE, 0) <= rules.fair_share_count
    given_out = sum(agent.load for agent in agents)
    assert total is None or given_out <= total
    assert rules.capacity is None or given_out <= rules.capacity
