"""The estimate against queues with known answers."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.waiting.estimates import LONGEST, SHORTEST, Pace, estimate_wait, rounded


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


@given(st.floats(0, 10**6))
def test_rounding_is_up_and_by_little(seconds):
    shown = rounded(seconds)
    assert shown >= min(seconds, LONGEST) and shown - max(seconds, SHORTEST) < 300
