"""The token bucket: bounds what comes through, and spreads those that it refuses."""

from hypothesis import given
from hypothesis import strategies as st

from chat.consumers.bucket import TokenBucket


def test_a_burst_comes_through_and_the_rest_at_the_rate() -> None:
    bucket = TokenBucket(10.0, 3.0, 0.0)
    assert [bucket.take(0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert bucket.take(0.0) == 0.1
    assert bucket.take(0.1) == 0.0


def test_the_refused_are_told_one_time_after_the_other_and_all_come_through_at_theirs() -> None:
    bucket = TokenBucket(10.0, 1.0, 0.0)
    bucket.take(0.0)
    waits = [bucket.take(0.0) for _ in range(20)]
    assert [round(wait, 6) for wait in waits] == [round(0.1 * n, 6) for n in range(1, 21)]
    assert [bucket.take(wait * 1.000001) for wait in waits] == [0.0] * 20


@given(st.lists(st.floats(0, 2), max_size=200))
def test_never_more_comes_through_than_burst_and_rate_allow(pauses: list[float]) -> None:
    bucket, now, let_in = TokenBucket(5.0, 8.0, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        let_in += bucket.take(now) == 0.0
    assert let_in <= 8 + 5 * now + 1e-6
