"""The checker passes histories that keep the promise and names what is wrong in those that do not."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.torture.checker import check
from tests.torture.history import ADVANCED, EDITED, MESSAGE, NOTE, RECALLED, Correction, Delivered, Entry, History, Sent

ROOM = "conversation"


def good_history(seed: int = 1, messages: int = 12) -> History:
    """Two clients write in turn; the first writes a note now and then; some sends are refused, some stay unknown."""
    dice = random.Random(seed)
    history = History(stored={ROOM: [Entry(1, "conversation.created", "row-1")]})
    log, clock = history.stored[ROOM], 0.0
    for number in range(messages):
        client = dice.choice(("alice", "vera"))
        key, text, asked_at = f"key-{number}", f"text {number}", clock + dice.random()
        clock = asked_at + dice.random()
        sent = Sent(client, f"id-{client}", ROOM, key, text, number, asked_at, "ok", clock, len(log) + 1)
        fate = dice.choice(("ok", "ok", "ok", "twice", "refused", "unknown", "unknown_but_there"))
        if fate == "refused":
            history.sent.append(replace(sent, outcome="refused", seq=None))
            continue
        if fate == "unknown":
            history.sent.append(replace(sent, outcome="unknown", answered_at=None, seq=None))
            continue
        event = NOTE if client == "alice" and dice.random() < 0.3 else MESSAGE
        log.append(Entry(len(log) + 1, event, key, text, f"id-{client}"))
        if fate == "unknown_but_there":
            sent = replace(sent, outcome="unknown", answered_at=None, seq=None)
        history.sent.append(sent)
        if fate == "twice":
            history.sent.append(sent)
    history.delivered = [
        Delivered("alice", ROOM, True, list(log)),
        Delivered("vera", ROOM, False, [entry.without_note() for entry in log]),
    ]
    return history


def kinds(history: History) -> set[str]:
    return {violation.kind for violation in check(history)}


@given(seed=st.integers(), messages=st.integers(0, 40))
def test_what_keeps_the_promise_passes(seed: int, messages: int) -> None:
    assert check(good_history(seed, messages)) == []


def simple_history() -> History:
    """Four acknowledged messages of two clients, one after the other, and one refused."""
    history = History(stored={ROOM: []})
    for number in range(1, 5):
        client, key, text = ("alice", "vera")[number % 2], f"key-{number}", f"text {number}"
        event = NOTE if number == 2 else MESSAGE
        history.stored[ROOM].append(Entry(number, event, key, text, f"id-{client}"))
        history.sent.append(
            Sent(client, f"id-{client}", ROOM, key, text, number, number * 10.0, "ok", number * 10.0 + 1, number)
        )
    history.sent.append(Sent("vera", "id-vera", ROOM, "key-5", "text 5", 5, 50.0, "refused", 51.0))
    share(history)
    return history


def share(history: History) -> None:
    """Let the receivers have what is stored, so that only the defect under test shows."""
    log = history.stored[ROOM]
    history.delivered = [
        Delivered("alice", ROOM, True, list(log)),
        Delivered("vera", ROOM, False, [entry.without_note() for entry in log]),
    ]


def lose_the_last(history: History) -> None:
    history.stored[ROOM].pop()


def lose_one_between(history: History) -> None:
    history.stored[ROOM].pop(1)


def lose_the_conversation(history: History) -> None:
    history.stored.clear()
    history.delivered.clear()


def store_one_twice(history: History) -> None:
    history.stored[ROOM].append(replace(history.stored[ROOM][0], seq=5))


def store_an_unknown_twice(history: History) -> None:
    history.sent.append(Sent("vera", "id-vera", ROOM, "key-6", "text 6", 6, 60.0, "unknown"))
    history.stored[ROOM] += [Entry(seq, MESSAGE, "key-6", "text 6", "id-vera") for seq in (5, 6)]


def store_the_refused(history: History) -> None:
    history.stored[ROOM].append(Entry(5, MESSAGE, "key-5", "text 5", "id-vera"))


def give_one_seq_to_two(history: History) -> None:
    history.stored[ROOM][3] = replace(history.stored[ROOM][3], seq=3)


def leave_a_gap(history: History) -> None:
    history.stored[ROOM][3] = replace(history.stored[ROOM][3], seq=5)
    history.sent[3] = replace(history.sent[3], seq=5)


def begin_late(history: History) -> None:
    history.stored[ROOM] = [replace(entry, seq=entry.seq + 1) for entry in history.stored[ROOM]]
    history.sent = [replace(sent, seq=sent.seq and sent.seq + 1) for sent in history.sent]


def read_out_of_order(history: History) -> None:
    history.stored[ROOM].reverse()


def acknowledge_another_seq(history: History) -> None:
    history.sent[0] = replace(history.sent[0], seq=2)


def acknowledge_a_repeat_with_another_seq(history: History) -> None:
    history.sent.append(replace(history.sent[0], number=9, seq=2))


def change_a_text(history: History) -> None:
    history.stored[ROOM][0] = replace(history.stored[ROOM][0], text="what nobody said")


def change_the_author(history: History) -> None:
    history.stored[ROOM][0] = replace(history.stored[ROOM][0], author="id-mallory")


def invent_a_message(history: History) -> None:
    history.stored[ROOM].append(Entry(5, MESSAGE, "key-99", "boo", "id-vera"))


def let_a_stranger_in(history: History) -> None:
    history.sent.append(
        Sent("eve", "id-eve", ROOM, "key-6", "text 6", 1, 60.0, "ok", 61.0, 5, is_allowed=False),
    )
    history.stored[ROOM].append(Entry(5, MESSAGE, "key-6", "text 6", "id-eve"))


def swap_one_senders_messages(history: History) -> None:
    """Both unknown until the end, so that only the sender's own order speaks."""
    for place, other in ((0, 3), (2, 1)):
        sent = history.sent[place]
        history.sent[place] = replace(sent, outcome="unknown", answered_at=None, seq=None)
        history.stored[ROOM][place] = replace(history.stored[ROOM][place], seq=other)
    history.stored[ROOM] = [
        replace(entry, seq=number) for number, entry in enumerate([history.stored[ROOM][n] for n in (2, 1, 0, 3)], 1)
    ]


def let_a_later_one_overtake(history: History) -> None:
    """Vera's first was acknowledged before Alice's was sent, and stands behind it."""
    one, other = history.stored[ROOM][:2]
    history.stored[ROOM][:2] = [replace(other, seq=1), replace(one, seq=2)]
    history.sent[0], history.sent[1] = replace(history.sent[0], seq=2), replace(history.sent[1], seq=1)


DEFECTS_STORED: list[tuple[Callable[[History], None], str]] = [
    (lose_the_last, "lost"),
    (lose_one_between, "lost"),
    (lose_the_conversation, "lost"),
    (store_one_twice, "doubled"),
    (store_an_unknown_twice, "doubled"),
    (store_the_refused, "refused_but_there"),
    (give_one_seq_to_two, "same_seq"),
    (leave_a_gap, "gap"),
    (begin_late, "gap"),
    (read_out_of_order, "unsorted"),
    (acknowledge_another_seq, "wrong_seq"),
    (acknowledge_a_repeat_with_another_seq, "wrong_seq"),
    (change_a_text, "changed"),
    (change_the_author, "wrong_author"),
    (invent_a_message, "invented"),
    (let_a_stranger_in, "trespass"),
    (swap_one_senders_messages, "sender_order"),
    (let_a_later_one_overtake, "real_time_order"),
]


@pytest.mark.parametrize(("plant", "kind"), DEFECTS_STORED, ids=lambda value: getattr(value, "__name__", value))
def test_a_defect_in_what_is_stored_is_named(plant: Callable[[History], None], kind: str) -> None:
    history = simple_history()
    assert check(history) == []
    plant(history)
    if history.stored:
        share(history)

    assert kind in kinds(history)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda entries: entries.pop(),
        lambda entries: entries.pop(0),
        lambda entries: entries.append(entries[-1]),
        lambda entries: entries.reverse(),
        lambda entries: entries.insert(1, Entry(2, NOTE, "key-2", "text 2", "id-alice")),
        lambda entries: entries.clear(),
    ],
    ids=["misses the last", "misses the first", "has one twice", "other order", "sees a note", "has nothing"],
)
def test_a_receiver_with_another_list_has_diverged(spoil: Callable[[list[Entry]], object]) -> None:
    history = simple_history()
    spoil(history.delivered[1].entries)

    assert kinds(history) == {"diverged"}


def test_a_note_is_a_number_to_those_who_may_not_read_it() -> None:
    entries = simple_history().delivered[1].entries
    assert entries[1] == Entry(2, ADVANCED)


@given(seed=st.integers(), data=st.data())
def test_any_acknowledged_message_that_is_gone_is_missed(seed: int, data: st.DataObject) -> None:
    history = good_history(seed, 20)
    acknowledged = [sent for sent in history.sent if sent.outcome == "ok"]
    gone = data.draw(st.sampled_from(acknowledged)) if acknowledged else None
    if gone is None:
        return
    history.stored[ROOM] = [entry for entry in history.stored[ROOM] if entry.key != gone.key]
    share(history)

    assert "lost" in kinds(history)


@given(seed=st.integers(), data=st.data())
def test_any_two_neighbours_swapped_are_noticed(seed: int, data: st.DataObject) -> None:
    """Acknowledged one after the other, then stored the other way round."""
    history = good_history(seed, 20)
    log = history.stored[ROOM]
    said = {sent.key for sent in history.sent if sent.outcome == "ok"}
    places = [n for n in range(len(log) - 1) if log[n].key in said and log[n + 1].key in said]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    one, other = log[place], log[place + 1]
    log[place], log[place + 1] = replace(other, seq=one.seq), replace(one, seq=other.seq)
    history.sent = [
        replace(sent, seq={one.seq: other.seq, other.seq: one.seq}.get(sent.seq or 0, sent.seq))
        if sent.outcome == "ok"
        else sent
        for sent in history.sent
    ]
    share(history)

    assert "real_time_order" in kinds(history)


# ---- corrections ----------------------------------------------------------------------------------------------------


def corrected_history() -> History:
    """Vera says something and edits it twice, then recalls another; Alice tries to edit hers and is refused."""
    log = [
        Entry(1, MESSAGE, "key-1", "third", "id-vera", "m1"),
        Entry(2, MESSAGE, "key-2", "", "id-vera", "m2"),
        Entry(3, EDITED, "e1", "third", "id-vera", "e1", "m1"),
        Entry(4, EDITED, "e2", "third", "id-vera", "e2", "m1"),
        Entry(5, RECALLED, "e3", "", "id-vera", "e3", "m2"),
    ]
    sent = [
        Sent("vera", "id-vera", ROOM, f"key-{n}", text, n, n * 10.0, "ok", n * 10.0 + 1, n)
        for n, text in ((1, "first"), (2, "gone"))
    ]
    corrections = [
        Correction("vera", ROOM, "m1", "key-1", "second", EDITED, "ok", 3),
        Correction("vera", ROOM, "m1", "key-1", "third", EDITED, "unknown"),
        Correction("vera", ROOM, "m1", "key-1", "third", EDITED, "ok", 4),
        Correction("vera", ROOM, "m2", "key-2", "", RECALLED, "ok", 5),
        Correction("alice", ROOM, "m1", "key-1", "mine", EDITED, "refused", is_allowed=False),
    ]
    as_it_happened = [
        replace(log[0], text="first"), replace(log[1], text="gone"), replace(log[2], text="second"), *log[3:],
    ]  # fmt: skip
    delivered = [Delivered("alice", ROOM, True, as_it_happened), Delivered("vera", ROOM, False, list(log))]
    return History(sent, delivered, {ROOM: log}, corrections)


def test_corrections_that_keep_the_promise_pass() -> None:
    assert check(corrected_history()) == []


def show_the_old_text(history: History) -> None:
    history.stored[ROOM][0] = replace(history.stored[ROOM][0], text="first")


def keep_an_old_correction(history: History) -> None:
    history.stored[ROOM][2] = replace(history.stored[ROOM][2], text="second")


def keep_the_recalled(history: History) -> None:
    history.stored[ROOM][1] = replace(history.stored[ROOM][1], text="gone")


def lose_the_recall(history: History) -> None:
    history.stored[ROOM].pop()
    history.stored[ROOM][1] = replace(history.stored[ROOM][1], text="gone")


def let_another_correct(history: History) -> None:
    history.corrections[-1] = replace(history.corrections[-1], outcome="ok", seq=4)


def correct_out_of_nothing(history: History) -> None:
    history.stored[ROOM].append(Entry(6, RECALLED, "e4", "third", "id-vera", "e4", "m1"))


def correct_into_the_unsaid(history: History) -> None:
    for n in (0, 2, 3):
        history.stored[ROOM][n] = replace(history.stored[ROOM][n], text="never said")


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (show_the_old_text, "stale"),
        (keep_an_old_correction, "stale"),
        (keep_the_recalled, "stale"),
        (lose_the_recall, "lost_correction"),
        (let_another_correct, "trespass"),
        (correct_out_of_nothing, "invented"),
        (correct_into_the_unsaid, "changed"),
    ],
)
def test_what_is_wrong_with_corrections_is_named(spoil: Callable[[History], None], kind: str) -> None:
    history = corrected_history()
    spoil(history)
    assert kind in kinds(history)
