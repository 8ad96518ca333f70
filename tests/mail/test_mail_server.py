"""A mail server that is slow, cuts, or is away: it holds no worker for long, nothing is lost, nothing is mailed anew at
every sweep."""

import asyncio
import math
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import override_settings

from chat import mailing, redis_clients


@pytest.fixture(autouse=True)
def soon():
    """How long a silent server is waited for."""
    with override_settings(EMAIL_TIMEOUT=0.5):
        yield


def addresses(postbox):
    return sorted(mail["to"] for mail in postbox.mails)


def connections_to(listener):
    """How many came since the last look."""
    listener.setblocking(False)
    for count in range(100):
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
    raise AssertionError


def test_a_server_that_does_not_answer_is_waited_for_once_by_all_brands(mail_port, leave, sweep, acme, globex):
    leave(acme, 3)
    leave(globex)
    with socket.create_server(("127.0.0.1", mail_port)) as listener:
        with pytest.raises(OSError):
            sweep(acme, 1)
        assert sweep(globex, 1.5) == sweep(acme, 1.5) == 0
        assert connections_to(listener) == 1
        # A minute later one of them looks again.
        with pytest.raises(OSError):
            sweep(globex, 2.5)
        assert sweep(acme, 2.5) == 0
        assert connections_to(listener) == 1


def test_a_server_that_is_back_is_used_by_all_brands(mail_port, open_postbox, leave, sweep, acme, globex):
    leave(acme, 2)
    leave(globex)
    with pytest.raises(OSError):
        sweep(acme, 1)
    postbox = open_postbox()
    assert sweep(globex, 1.5) == 0
    assert (sweep(globex, 2.5), sweep(acme, 2.5)) == (1, 2)
    assert len(postbox.mails) == 3


def test_a_server_that_takes_no_mail_is_away_as_well(postbox, leave, sweep, acme, globex):
    leave(acme, 3)
    leave(globex)
    postbox.before = ["silence"] * 3
    assert sweep(acme, 1) == 0
    assert sweep(globex, 1.5) == 0
    assert postbox.tried == 2
    # Whoever looks again has seen enough after one.
    assert sweep(acme, 2.5) == sweep(globex, 2.5) == 0
    assert postbox.tried == 3
    assert sweep(globex, 4) == 1
    assert sweep(acme, 10) == 3
    assert addresses(postbox) == sorted(["visitor0@example.test", *(f"visitor{n}@example.test" for n in range(3))])


def test_a_connection_that_was_cut_is_opened_again(postbox, leave, sweep, acme):
    leave(acme, 4)
    postbox.before = ["", "cut"]
    assert sweep(acme, 1) == 3
    # What was on its way waits a moment, and goes out then.
    assert sweep(acme, 1.5) == 0
    assert sweep(acme, 4) == 1
    assert addresses(postbox) == [f"visitor{number}@example.test" for number in range(4)]
    assert sweep(acme, 60) == 0


def test_a_server_that_hangs_up_with_its_answer_is_called_again(postbox, leave, sweep, acme):
    leave(acme, 3)
    postbox.answers["visitor1@example.test"] = "421 enough for now"
    assert sweep(acme, 1) == 2
    postbox.answers.clear()
    assert sweep(acme, 1.5) == 1
    assert addresses(postbox) == [f"visitor{number}@example.test" for number in range(3)]


def test_mails_that_end_in_a_cut_keep_nobody_else_waiting_for_ever(postbox, leave, sweep, acme):
    """And one that may have arrived, since only the answer did not come, is not sent at every sweep."""
    leave(acme, 3)
    postbox.after = ["silence"] * 100
    for minute in range(1, 60):
        sweep(acme, minute)
    assert set(addresses(postbox)) == {f"visitor{number}@example.test" for number in range(3)}
    assert len(postbox.mails) <= 3 * 6
    ids = {mail["message-id"] for mail in postbox.mails}
    assert len(ids) == 3
    postbox.after.clear()
    assert sweep(acme, 5 * 60) == 3
    assert {mail["message-id"] for mail in postbox.mails} == ids
    assert sweep(acme, 6 * 60) == 0


def test_a_run_ends_when_its_time_is_over_and_the_next_goes_on(postbox, leave, sweep, acme, monkeypatch):
    leave(acme, 3)
    monkeypatch.setattr(mailing, "RUN_SECONDS", 0.0)
    assert [sweep(acme, 1) for _run in range(4)] == [1, 1, 1, 0]
    assert len(postbox.mails) == 3


def test_one_run_of_a_brand_at_a_time(postbox, leave, sweep, acme, globex):
    leave(acme, 2)
    leave(globex)
    arrived, may_go_on = threading.Event(), threading.Event()

    async def hold(_plan, _server):
        arrived.set()
        await asyncio.to_thread(may_go_on.wait, 60)

    def first_run():
        try:
            return sweep(acme, 1)
        finally:
            connection.close()

    with override_settings(EMAIL_TIMEOUT=60), ThreadPoolExecutor(1) as pool:
        postbox.suffer = hold
        first = pool.submit(first_run)
        assert arrived.wait(60)
        del postbox.suffer
        assert (sweep(acme, 1), sweep(globex, 1)) == (0, 1)
        may_go_on.set()
        assert first.result(60) == 2
    assert len(postbox.mails) == 3


def test_without_redis_mails_go_out_and_a_cut_stops_no_other(postbox, leave, sweep, acme, monkeypatch):
    """What Redis remembers only spares a server that is away."""
    leave(acme, 3)
    monkeypatch.setattr(redis_clients.rest, "_until", math.inf)
    postbox.before = ["cut"]
    assert sweep(acme, 1) == 2
    assert sweep(acme, 1.5) == 1
