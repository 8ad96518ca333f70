"""The history checker: says where a history breaks the promise of docs/realtime.md. Pure; imports nothing of Kefu's.

It judges from outside only: what clients asked and were answered, what receivers were given, what the API reads back.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from tests.torture.history import MESSAGE, NOTE, Correction, Delivered, Entry, History, Sent, as_corrected


@dataclass(frozen=True, slots=True)
class Violation:
    kind: str
    conversation: str
    detail: str


def check(history: History) -> list[Violation]:
    """Return everything that should not be, in no particular order."""
    sends: dict[str, list[Sent]] = defaultdict(list)
    for sent in history.sent:
        sends[sent.conversation].append(sent)
    corrections: dict[str, list[Correction]] = defaultdict(list)
    for correction in history.corrections:
        corrections[correction.conversation].append(correction)
    found: list[Violation] = []
    for conversation in {*sends, *history.stored, *corrections}:
        stored, tried = history.stored.get(conversation, []), corrections[conversation]
        found += check_conversation(conversation, sends[conversation], uncorrected(stored, sends[conversation], tried))
        found += (Violation(kind, conversation, detail) for kind, detail in _corrections(stored, tried))
    for delivered in history.delivered:
        found += _check_delivered(delivered, history.stored.get(delivered.conversation, []))
    return found


def check_conversation(conversation: str, sent: list[Sent], stored: list[Entry]) -> Iterator[Violation]:
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in stored:
        if entry.event in (MESSAGE, NOTE):
            by_key[entry.key].append(entry)
    messages: dict[tuple[str, str], list[Sent]] = defaultdict(list)
    for one in sent:
        messages[one.key, one.text].append(one)

    found = [*_gaps(stored), *_unasked(by_key, messages)]
    placed: list[tuple[Sent, int]] = []
    for (key, text), attempts in messages.items():
        there = [entry for entry in by_key.get(key, []) if entry.text == text]
        found += _outcomes(attempts, there)
        if len(there) == 1:
            placed.append((_joined(attempts), there[0].seq))
    found += [*_sender_order(placed), *_real_time_order(placed)]
    for kind, detail in found:
        yield Violation(kind, conversation, detail)


Finding = tuple[str, str]


def uncorrected(stored: list[Entry], sent: list[Sent], tried: list[Correction]) -> list[Entry]:
    """The log as it was said: where a correction was tried that may have got through, with the text that was sent."""
    said = {one.key: one.text for one in sent if one.outcome == "ok"}
    words = {(one.key, one.text) for one in tried if one.outcome != "refused"}
    return [replace(row, text=said[row.key]) if (row.key, row.text) in words else row for row in stored]


def _corrections(stored: list[Entry], tried: list[Correction]) -> Iterator[Finding]:
    """Each acknowledged one has its row, each refused one none, no row is another's, and nothing that was taken
    back still stands."""
    rows = {entry.seq: entry for entry in stored if entry.about}
    by_text = {(entry.about, entry.event, entry.text) for entry in rows.values()}
    for one in tried:
        if one.outcome == "ok" and not one.is_allowed:
            yield "trespass", f"{one.client} corrected {one.message}"
        elif one.outcome == "ok" and (one.seq not in rows or rows[one.seq].about != one.message):
            yield "lost_correction", f"{one.event} of {one.message} by {one.client}, acknowledged as {one.seq}"
        elif one.outcome == "refused" and one.text and (one.message, one.event, one.text) in by_text:
            yield "refused_but_there", f"{one.event} of {one.message}"
    possible = {(one.message, one.event) for one in tried if one.is_allowed and one.outcome != "refused"}
    for entry in rows.values():
        if (entry.about, entry.event) not in possible:
            yield "invented", f"{entry.event} at {entry.seq}"
    for shown, wanted in zip(stored, as_corrected(stored), strict=True):
        if shown != wanted:
            yield "stale", f"{shown.event} at {shown.seq} still says what was corrected"


def _gaps(stored: list[Entry]) -> Iterator[Finding]:
    """seq is 1..n."""
    if stored and stored[0].seq != 1:
        yield "gap", f"the log begins with {stored[0].seq}"
    for one, other in pairwise(stored):
        if other.seq == one.seq:
            yield "same_seq", f"{one.seq} twice"
        elif other.seq < one.seq:
            yield "unsorted", f"{one.seq} stands before {other.seq}"
        elif other.seq != one.seq + 1:
            yield "gap", f"{one.seq} is followed by {other.seq}"


def _unasked(by_key: dict[str, list[Entry]], messages: dict[tuple[str, str], list[Sent]]) -> Iterator[Finding]:
    """What stands there twice, what nobody sent, what was sent with another text."""
    keys = {key for key, _text in messages}
    for key, entries in by_key.items():
        if len(entries) > 1:
            yield "doubled", f"{key} at {[entry.seq for entry in entries]}"
        for entry in entries:
            if key not in keys:
                yield "invented", f"{key} at {entry.seq}"
            elif (key, entry.text) not in messages:
                yield "changed", f"{key} at {entry.seq} holds another text"


def _outcomes(attempts: list[Sent], there: list[Entry]) -> Iterator[Finding]:
    """Every ok there, as it was acknowledged; every refusal absent. (That nothing is there twice: `_unasked`.)"""
    key = attempts[0].key
    accepted = [one for one in attempts if one.outcome == "ok"]
    if any(not one.is_allowed for one in accepted) or (there and not all(one.is_allowed for one in attempts)):
        yield "trespass", f"{key} of {attempts[0].client} was let in"
    if accepted and not there:
        yield "lost", f"{key} of {attempts[0].client}, acknowledged as {accepted[0].seq}"
    if there and all(one.outcome == "refused" for one in attempts):
        yield "refused_but_there", f"{key} at {there[0].seq}"
    for one in accepted:
        if there and one.seq not in [entry.seq for entry in there]:
            yield "wrong_seq", f"{key} was acknowledged as {one.seq} and is at {there[0].seq}"
    for entry in there:
        if entry.author != attempts[0].author:
            yield "wrong_author", f"{key} at {entry.seq} is said to be by {entry.author}"


def _joined(attempts: list[Sent]) -> Sent:
    """All attempts at one message as one: asked with the first, answered with the first ok."""
    first = min(attempts, key=lambda one: one.number)
    answered = [one.answered_at for one in attempts if one.outcome == "ok" and one.answered_at is not None]
    asked_at = min(one.asked_at for one in attempts)
    return Sent(
        first.client,
        first.author,
        first.conversation,
        first.key,
        first.text,
        first.number,
        asked_at,
        "ok" if answered else "unknown",
        min(answered, default=None),
    )


def _sender_order(placed: list[tuple[Sent, int]]) -> Iterator[Finding]:
    """What one client sent one after the other stands in that order."""
    by_client: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for sent, seq in placed:
        by_client[sent.client].append((sent.number, seq))
    for client, pairs in by_client.items():
        for (number, seq), (next_number, next_seq) in pairwise(sorted(pairs)):
            if next_seq < seq:
                yield "sender_order", f"{client}: no. {number} is at {seq}, no. {next_number} at {next_seq}"


def _real_time_order(placed: list[tuple[Sent, int]]) -> Iterator[Finding]:
    """ack(a) before send(b) implies seq(a) < seq(b), whoever sent them."""
    earliest_answer = float("inf")
    answered_seq = 0
    # From the top down: was anything above answered before this one was asked?
    for sent, seq in sorted(placed, key=lambda pair: pair[1], reverse=True):
        if earliest_answer < sent.asked_at:
            yield "real_time_order", f"{answered_seq} was acknowledged before {seq} was sent"
        if sent.answered_at is not None and sent.answered_at < earliest_answer:
            earliest_answer, answered_seq = sent.answered_at, seq


def _check_delivered(delivered: Delivered, stored: list[Entry]) -> Iterator[Violation]:
    """A receiver's list is the stored one."""
    expected = stored if delivered.sees_notes else [entry.without_note() for entry in stored]
    # A page that was read early shows a message as it was then; its correction came afterwards.
    shown = as_corrected(delivered.entries)
    if shown == expected:
        return
    detail = f"{delivered.receiver} has {len(shown)} of {len(expected)}"
    for number, (got, wanted) in enumerate(zip(shown, expected, strict=False)):
        if got != wanted:
            detail += f"; no. {number + 1} is {got.event} {got.seq} instead of {wanted.event} {wanted.seq}"
            break
    yield Violation("diverged", delivered.conversation, detail)
