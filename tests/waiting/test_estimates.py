"""The estimate against queues with known answers."""

import heapq
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.waiting.estimates import LONGEST, SHORTEST, Pace, Serving, estimate_wait, rounded, share_out


@pytest.mark.parametrize(
    ("place", "pace", "seconds"),
    [
        (1, Pace([600, 600, 600], slots=2, taken=2), 300),
        (4, Pace([600, 500, 9000], slots=4, taken=4), 600),
        (1, Pace([600, 600, 600], slots=3, taken=2), SHORTEST),  # there is a free slot
        (3, Pace([600, 600, 600], slots=3, taken=2), 420),
        (200, Pace([3600] * 5, slots=1, taken=1), LONGEST),
        (1, Pace([600, 600], slots=2, taken=2), None),  # too little known
        (1, Pace([600] * 9, slots=0), None),  # nobody there
    ],
)
def test_known_answers(place, pace, seconds):
    assert estimate_wait(place, pace) == seconds


@given(st.integers(1, 30), st.integers(1, 12), st.integers(60, 1200))
def test_it_is_what_happens_where_all_take_equally_long(place, slots, service):
    """Slots that end one after the other, evenly: play it and compare."""
    ends = [service * (number + 1) / slots for number in range(slots)]
    heapq.heapify(ends)
    for _before in range(place - 1):
        heapq.heappush(ends, heapq.heappop(ends) + service)
    assert estimate_wait(place, Pace([service] * 5, slots, slots)) == rounded(ends[0])


@given(st.integers(1, 100), st.integers(1, 100), st.lists(st.integers(1, 9000), min_size=3), st.integers(1, 20))
def test_further_back_is_never_sooner_and_all_is_bounded(one, other, services, slots):
    near, far = sorted([one, other])
    pace = Pace(services, slots, slots)
    assert SHORTEST <= estimate_wait(near, pace) <= estimate_wait(far, pace) <= LONGEST


SALES, SERVICE = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("agents", "waiting", "answer"),
    [
        ([Serving(4, 2, [SALES])], {SALES: 9}, (4, 2)),  # all of who serves nothing else
        ([Serving(4, 2, [SALES, SERVICE])], {SALES: 9}, (4, 2)),  # nobody waits in the other
        ([Serving(4, 2, [SALES, SERVICE])], {SALES: 5, SERVICE: 5}, (2, 1)),
        ([Serving(4, 4, [SALES, SERVICE])], {SALES: 2, SERVICE: 6}, (1, 1)),
        ([Serving(4, 4, [SALES, SERVICE]), Serving(3, 0, [SALES])], {SALES: 2, SERVICE: 6}, (4, 1)),
        (
            [Serving(2, 4, [SALES, SERVICE])],
            {SERVICE: 1},
            (2, 2),
        ),  # who asks is not counted yet; more than capacity
        ([], {SALES: 3}, (0, 0)),
    ],
)
def test_who_serves_several_queues_is_shared_by_what_waits_there(agents, waiting, answer):
    assert share_out(agents, SALES, waiting) == answer


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=6), st.integers(1, 50), st.integers(1, 50))
def test_nobody_is_counted_twice(agents, in_sales, in_service):
    """What two queues get of the same agents is what these have."""
    both = [Serving(capacity, has_now, [SALES, SERVICE]) for capacity, has_now in agents]
    waiting = {SALES: in_sales, SERVICE: in_service}
    shares = [share_out(both, queue, waiting) for queue in (SALES, SERVICE)]
    assert sum(slots for slots, _ in shares) == pytest.approx(sum(max(one) for one in agents))
    assert sum(taken for _, taken in shares) == pytest.approx(sum(has_now for _, has_now in agents))


def test_a_queue_as_long_beside_it_doubles_the_wait():
    one = Serving(1, 1, [SALES, SERVICE])
    alone, shared = ({SALES: 4}, {SALES: 4, SERVICE: 4})
    estimates = [estimate_wait(4, Pace([300] * 5, *share_out([one], SALES, waiting))) for waiting in (alone, shared)]
    assert estimates == [1200, 2400]


@given(st.floats(0, 10**6))
def test_rounding_is_up_and_by_little(seconds):
    shown = rounded(seconds)
    assert shown >= min(seconds, LONGEST) and shown - max(seconds, SHORTEST) < 300
