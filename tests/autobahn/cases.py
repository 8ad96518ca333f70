"""The cases: what is sent, which events may follow, and how the connection must end. From Autobahn's case list."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.autobahn.raw import BINARY, CLOSE, CONTINUE, PING, PONG, TEXT, Event, Sent
from tests.autobahn.utf8 import SEQUENCES

NORMAL, PROTOCOL_ERROR, INVALID_PAYLOAD = 1000, 1002, 1007


@dataclass(frozen=True)
class Octets:
    """Octets that are no whole frame."""

    octets: bytes


@dataclass(frozen=True)
class Pause:
    """Wait a little. When the connection is still open afterwards, that is an event of this name."""

    name: str = ""


Step = Sent | Octets | Pause
Events = list[Event]


@dataclass(frozen=True)
class Case:
    number: str
    about: str
    steps: list[Step]
    expected: Events = field(default_factory=list)
    # Also allowed, though Autobahn calls it not strict.
    lenient: Events | None = None
    # "clean": we close when all has come; "answered": what we sent held a close frame; "failed": the server ends it.
    ending: str = "clean"
    codes: tuple[int, ...] = (NORMAL,)
    # The specification leaves open what happens; any end will do.
    informational: bool = False


def all_cases() -> list[Case]:
    makers = (framing, pings, reserved_bits, opcodes, fragmentation, utf8, closing, auto_fragmentation)
    return [case for maker in makers for case in maker()]


def failed(number: str, about: str, *steps: Step, first: bytes | None = None, code: int = PROTOCOL_ERROR) -> Case:
    """The server must end the connection. `first`: a right message before; its echo may come or be lost."""
    echo = [message(first)] if first is not None else []
    return Case(number, about, list(steps), echo, [] if echo else None, "failed", (code,))


def message(payload: bytes, binary: bool = False) -> Event:
    return Event("message", payload, binary)


HELLO = b"Hello, world!"
NOT_UTF8 = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"


def framing() -> Iterator[Case]:
    sizes = [
        (0, None),
        (125, None),
        (126, None),
        (127, None),
        (128, None),
        (65_535, None),
        (65_536, None),
        (65_536, 997),
    ]
    for group, opcode, octet in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
        for number, (size, chop) in enumerate(sizes, 1):
            sent = Sent(opcode, octet * size, chop=chop)
            about = f"{'Text' if opcode == TEXT else 'Binary'} message of {size} octets" + (
                f" by {chop}" if chop else ""
            )
            yield Case(f"1.{group}.{number}", about, [sent], [message(sent.payload, opcode == BINARY)])


def pings() -> Iterator[Case]:
    for number, payload, about in (
        ("2.1", b"", "without payload"),
        ("2.2", HELLO, "with text"),
        ("2.3", NOT_UTF8, "with octets that are no UTF-8"),
        ("2.4", b"\xfe" * 125, "with 125 octets"),
    ):
        yield Case(number, f"Ping {about}", [Sent(PING, payload)], [Event("pong", payload)])
    yield failed("2.5", "Ping with 126 octets", Sent(PING, b"\xfe" * 126))
    long = b"\xfe" * 125
    yield Case("2.6", "Ping with 125 octets, octet by octet", [Sent(PING, long, chop=1)], [Event("pong", long)])
    yield Case("2.7", "Unasked pong", [Sent(PONG)])
    yield Case("2.8", "Unasked pong with payload", [Sent(PONG, b"unsolicited pong payload")])
    both = [Sent(PONG, b"unsolicited pong payload"), Sent(PING, b"ping payload")]
    yield Case("2.9", "Unasked pong, then a ping", list(both), [Event("pong", b"ping payload")])
    for number, chop in (("2.10", None), ("2.11", 1)):
        payloads = [b"payload-%d" % one for one in range(10)]
        steps: list[Step] = [Sent(PING, payload, chop=chop) for payload in payloads]
        yield Case(
            number, "Ten pings" + (", octet by octet" if chop else ""), steps, [Event("pong", p) for p in payloads]
        )


def reserved_bits() -> Iterator[Case]:
    yield failed("3.1", "Text with RSV 1", Sent(TEXT, HELLO, rsv=1))
    for number, rsv, chop in (("3.2", 2, None), ("3.3", 3, None), ("3.4", 4, 1)):
        steps = [Sent(TEXT, HELLO, chop=chop), Sent(TEXT, HELLO, rsv=rsv, chop=chop), Sent(PING, chop=chop)]
        yield failed(number, f"Text, then text with RSV {rsv}, then a ping", *steps, first=HELLO)
    yield failed("3.5", "Binary with RSV 5", Sent(BINARY, NOT_UTF8, rsv=5))
    yield failed("3.6", "Ping with RSV 6", Sent(PING, HELLO, rsv=6))
    yield failed("3.7", "Close with RSV 7", Sent(CLOSE, rsv=7))


def opcodes() -> Iterator[Case]:
    for group, first in ((1, 3), (2, 11)):
        yield failed(f"4.{group}.1", f"Opcode {first}", Sent(first))
        yield failed(f"4.{group}.2", f"Opcode {first + 1} with payload", Sent(first + 1, b"reserved opcode payload"))
        for number, opcode, payload, chop in (
            (3, first + 2, b"", None),
            (4, first + 3, HELLO, None),
            (5, first + 4, HELLO, 1),
        ):
            steps = [Sent(TEXT, HELLO, chop=chop), Sent(opcode, payload, chop=chop), Sent(PING, chop=chop)]
            yield failed(f"4.{group}.{number}", f"Text, then opcode {opcode}, then a ping", *steps, first=HELLO)


def fragmentation() -> Iterator[Case]:
    one, two = b"fragment1", b"fragment2"
    for number, opcode in (("5.1", PING), ("5.2", PONG)):
        name = "ping" if opcode == PING else "pong"
        yield failed(number, f"A {name} in two fragments", Sent(opcode, one, fin=False), Sent(CONTINUE, two))
    yield from _whole_messages(one, two)
    yield from _nothing_to_continue()
    yield failed("5.18", "Both fragments with opcode text", Sent(TEXT, one, fin=False), Sent(TEXT, two))
    yield from _pings_between()


def _whole_messages(one: bytes, two: bytes) -> Iterator[Case]:
    for start, ping in ((3, b""), (6, b"ping payload")):
        for number, (how, chop) in enumerate(
            ((", one write", None), (", write by frame", -1), (", octet by octet", 1)), start
        ):
            parts = [Sent(TEXT, one, fin=False), *([Sent(PING, ping)] if ping else []), Sent(CONTINUE, two)]
            about = "Text in two fragments" + (" with a ping between" if ping else "") + how
            yield Case(
                f"5.{number}",
                about,
                chopped(parts, chop),
                [*([Event("pong", ping)] if ping else []), message(one + two)],
            )


def chopped(frames: list[Sent], chop: int | None) -> list[Step]:
    """All frames in one write, each in one (-1), or octet by octet."""
    octets = b"".join(frame.octets() for frame in frames)
    if chop is None:
        return [Octets(octets)]
    if chop < 0:
        return [*frames]
    return [Octets(octets[at : at + 1]) for at in range(len(octets))]


def _nothing_to_continue() -> Iterator[Case]:
    for start, fin in ((9, True), (12, False)):
        for number, chop in enumerate((None, -1, 1), start):
            frames = [Sent(CONTINUE, b"non-continuation payload", fin=fin), Sent(TEXT, HELLO)]
            about = f"Continuation with FIN {int(fin)} of nothing, then text"
            yield failed(f"5.{number}", about, *chopped(frames, chop))
    parts = [Sent(TEXT, b"fragment1", fin=False), Sent(CONTINUE, b"fragment2"), Sent(CONTINUE, b"fragment3", fin=False)]
    about = "Text in two fragments, then a continuation of nothing, then text"
    yield failed("5.15", about, *chopped([*parts, Sent(TEXT, b"fragment4")], None), first=b"fragment1fragment2")
    for number, fin in (("5.16", False), ("5.17", True)):
        again = [
            Sent(CONTINUE, b"fragment1", fin=fin),
            Sent(TEXT, b"fragment2", fin=False),
            Sent(CONTINUE, b"fragment3"),
        ]
        yield failed(number, f"Twice: continuation with FIN {int(fin)} of nothing, then text in two", *again, *again)


def _pings_between() -> Iterator[Case]:
    parts = [b"fragment%d" % one for one in range(1, 6)]
    expected = [Event("pong", b"pongme 1!"), Event("pong", b"pongme 2!"), message(b"".join(parts))]
    first = [Sent(TEXT, parts[0], fin=False), Sent(CONTINUE, parts[1], fin=False), Sent(PING, b"pongme 1!")]
    then = [Sent(CONTINUE, parts[2], fin=False), Sent(CONTINUE, parts[3], fin=False), Sent(PING, b"pongme 2!")]
    for number, chop in (("5.19", None), ("5.20", -1)):
        steps = [*chopped(first, chop), Pause(), *chopped([*then, Sent(CONTINUE, parts[4])], chop)]
        yield Case(number, "Text in five fragments with two pings and a pause between", steps, expected)


VALID = "Hello-µ@ßöäüàá-UTF-8!!".encode()
KOSME = bytes.fromhex("cebae1bdb9cf83cebcceb5")
SURROGATE = KOSME + b"\xed\xa0\x80" + b"edited"
TOO_HIGH = KOSME + b"\xf4\x90\x80\x80" + b"edited"


def utf8() -> Iterator[Case]:
    for number, parts in (("6.1.1", [b""]), ("6.1.2", [b"", b"", b""]), ("6.1.3", [b"", b"middle frame payload", b""])):
        yield Case(number, "Empty text, or empty fragments", [*fragments(parts)], [message(b"".join(parts))])
    for number, parts in (
        ("6.2.1", [VALID]),
        ("6.2.2", [VALID[:12], VALID[12:]]),
        ("6.2.3", octets_of(VALID)),
        ("6.2.4", octets_of(KOSME)),
    ):
        yield Case(number, "UTF-8, cut also inside of characters", [*fragments(parts)], [message(b"".join(parts))])
    yield failed("6.3.1", "No UTF-8", Sent(TEXT, SURROGATE), code=INVALID_PAYLOAD)
    yield failed("6.3.2", "No UTF-8, octet by octet", *fragments(octets_of(SURROGATE)), code=INVALID_PAYLOAD)
    yield from _fail_fast()
    for group, sequences in enumerate(SEQUENCES, 5):
        for number, (is_valid, octets) in enumerate(sequences, 1):
            about = f"{'' if is_valid else 'No '}UTF-8: {octets.hex()[:40]}"
            if is_valid:
                yield Case(f"6.{group}.{number}", about, [Sent(TEXT, octets)], [message(octets)])
            else:
                yield failed(f"6.{group}.{number}", about, Sent(TEXT, octets), code=INVALID_PAYLOAD)


def fragments(parts: list[bytes]) -> list[Step]:
    last = len(parts) - 1
    return [Sent(CONTINUE if at else TEXT, part, fin=at == last) for at, part in enumerate(parts)]


def octets_of(payload: bytes) -> list[bytes]:
    return [payload[at : at + 1] for at in range(len(payload))]


def _fail_fast() -> Iterator[Case]:
    """The second part makes the text wrong: to close then is strict, to close at the end is allowed."""
    whole = [TOO_HIGH[:11], TOO_HIGH[11:15], TOO_HIGH[15:]]
    exact = [TOO_HIGH[:12], TOO_HIGH[12:13], TOO_HIGH[13:]]
    for number, parts, is_framed in (
        ("6.4.1", whole, True),
        ("6.4.2", exact, True),
        ("6.4.3", whole, False),
        ("6.4.4", exact, False),
    ):
        if is_framed:
            pieces = fragments(parts)
        else:
            octets = Sent(TEXT, b"".join(parts)).octets()
            start = len(octets) - len(TOO_HIGH)
            ends = [start + len(parts[0]), start + len(parts[0]) + len(parts[1])]
            pieces = [Octets(octets[: ends[0]]), Octets(octets[ends[0] : ends[1]]), Octets(octets[ends[1] :])]
        steps = [pieces[0], Pause("A"), pieces[1], Pause("B"), pieces[2]]
        about = f"Text that becomes wrong in its second {'fragment' if is_framed else 'chop'}"
        strict, lenient = [Event("pause A")], [Event("pause A"), Event("pause B")]
        yield Case(number, about, steps, strict, lenient, "failed", (INVALID_PAYLOAD,))


def close(code: int | None = None, reason: bytes = b"") -> Sent:
    return Sent(CLOSE, (b"" if code is None else code.to_bytes(2, "big")) + reason)


def closing() -> Iterator[Case]:
    yield Case("7.1.1", "Text, then close", [Sent(TEXT, b"Hello World!")], [message(b"Hello World!")])
    for number, about, steps in (
        ("7.1.2", "Two closes", [close(NORMAL), close()]),
        ("7.1.3", "Close, then a ping", [close(NORMAL), Sent(PING)]),
        ("7.1.4", "Close, then text", [close(NORMAL), Sent(TEXT, b"Hello World!")]),
        (
            "7.1.5",
            "A fragment, close, a fragment",
            [Sent(TEXT, b"fragment1", fin=False), close(NORMAL), Sent(CONTINUE, b"2")],
        ),
    ):
        yield Case(number, about, list(steps), ending="answered")
    big = [Sent(TEXT, b"BAsd7&jh23" * 26_214), Sent(TEXT, b"Hello World!"), close(NORMAL), Sent(PING)]
    yield Case("7.1.6", "256 KB, text, close, ping", list(big), ending="answered", informational=True)
    # Nothing was named, so nothing is named in the answer either.
    yield Case("7.3.1", "Close without a code", [close()], ending="answered", codes=(NORMAL, 0))
    yield failed("7.3.2", "Close with one octet", Sent(CLOSE, b"a"))
    yield Case("7.3.3", "Close with a code", [close(NORMAL)], ending="answered")
    yield Case("7.3.4", "Close with a reason", [close(NORMAL, b"Hello World!")], ending="answered")
    yield Case("7.3.5", "Close with 123 octets of reason", [close(NORMAL, b"*" * 123)], ending="answered")
    yield failed("7.3.6", "Close with 124 octets of reason", close(NORMAL, b"*" * 124))
    wrong = Case("7.5.1", "Close with a reason that is no UTF-8", [close(NORMAL, SURROGATE)], ending="failed")
    yield Case(**{**vars(wrong), "codes": (PROTOCOL_ERROR, INVALID_PAYLOAD)})
    valid = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
    for at, code in enumerate(valid, 1):
        yield Case(f"7.7.{at}", f"Close with {code}", [close(code)], ending="answered", codes=(NORMAL, code))
    for at, code in enumerate([0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999], 1):
        yield failed(f"7.9.{at}", f"Close with {code}", close(code))
    for at, code in enumerate([5000, 65_535], 1):
        yield Case(f"7.13.{at}", f"Close with {code}", [close(code)], ending="answered", informational=True)


def auto_fragmentation() -> Iterator[Case]:
    payload = b"*" * 65_536
    parts = [payload[at : at + 1300] for at in range(0, len(payload), 1300)]
    yield Case("10.1.1", "65 536 octets in fragments of 1 300", [*fragments(parts)], [message(payload)])
