"""What is kept and what counts as whole. Pure, no I/O."""

from collections.abc import Sequence

KEEP_EVENTS = 60
KEEP_SECONDS = 6 * 3600
# One longer event is left out, which is a gap like any other: 60 of them shall not fill Redis.
MAX_EVENT_BYTES = 16 * 1024
# Events that change what earlier ones say.
REWRITING_EVENTS = frozenset({"message.edited", "message.recalled"})
_REWRITING_STARTS = tuple(f'{{"type":"{event}"'.encode() for event in sorted(REWRITING_EVENTS))

# After which seq (a client's position), and up to which one (the top).
Span = tuple[int, int]


def is_kept(frame: bytes) -> bool:
    """Tell whether the event is put into Redis; `frame` starts with its type, as chat/events.py makes it."""
    return len(frame) <= MAX_EVENT_BYTES and not frame.startswith(_REWRITING_STARTS)


def can_be_whole(span: Span) -> bool:
    position, top = span
    return 0 < top - position <= KEEP_EVENTS


def whole_events(found: Sequence[tuple[bytes, float]], span: Span) -> list[bytes] | None:
    """The events of the span if each of its seqs is there exactly once, else None. `found`: (bytes, seq) in order."""
    position, top = span
    if len(found) != top - position or [int(seq) for _, seq in found] != list(range(position + 1, top + 1)):
        return None
    return [frame for frame, _ in found]
