"""When what ends again and again is given up. Starting and stopping for real: test_up.py."""

import pytest

from kefu_project.cli.supervisor import GIVE_UP_AFTER, STABLE_AFTER, Crashes, restart_pause


@pytest.mark.parametrize(
    ("ran_for", "in_a_row"), [(0.5, GIVE_UP_AFTER), (STABLE_AFTER - 1, GIVE_UP_AFTER), (STABLE_AFTER + 1, 1)]
)
def test_a_quiet_minute_forgives_earlier_crashes(ran_for: float, in_a_row: int) -> None:
    crashes, now = Crashes(started_at=1000.0), 1000.0
    for _ in range(GIVE_UP_AFTER):
        now += ran_for
        count = crashes.note(now)
        crashes.started_at = now
    assert count == in_a_row


def test_each_start_is_later_than_the_one_before() -> None:
    pauses = [restart_pause(crashes) for crashes in range(1, GIVE_UP_AFTER)]
    assert pauses == [0.5, 1, 2, 4, 8]
