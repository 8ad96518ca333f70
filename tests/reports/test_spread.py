"""Histograms: the error that is promised, and that adding them up loses nothing."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from history.reports.spread import ERROR, bucket_of, quantile, value_of

DURATIONS = st.lists(st.integers(0, 10_000_000), min_size=1, max_size=200)


@given(st.floats(1, 2**31))
def test_a_bucket_stands_for_its_values_within_the_error(seconds: float) -> None:
    assert abs(value_of(bucket_of(seconds)) - seconds) <= ERROR * seconds * (1 + 1e-9)


@given(DURATIONS, st.sampled_from([0.1, 0.5, 0.9, 0.99, 1.0]))
def test_quantiles_are_those_of_the_values_within_the_error(values: list[int], share: float) -> None:
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    found = quantile(Counter(map(bucket_of, values)), share)
    assert found is not None and abs(found - exact) <= ERROR * exact * (1 + 1e-9)


@given(DURATIONS, DURATIONS)
def test_merged_is_the_same_as_counted_together(one: list[int], other: list[int]) -> None:
    merged = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))
    assert merged == Counter(map(bucket_of, one + other))


def test_of_nothing_there_is_no_median() -> None:
    assert quantile({}, 0.5) is None
