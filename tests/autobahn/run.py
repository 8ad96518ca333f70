"""Run a case against a server and say, in Autobahn's words, how it went."""

from dataclasses import dataclass, field, replace

from tests.autobahn.cases import Case, Octets, Pause, close
from tests.autobahn.raw import Event, RawSocket, Sent

OK, NON_STRICT, INFORMATIONAL, UNCLEAN, FAILED = "OK", "NON-STRICT", "INFORMATIONAL", "UNCLEAN", "FAILED"
PASSED = (OK, NON_STRICT, INFORMATIONAL)
PAUSE_SECONDS = 0.5
WAIT_SECONDS = 5.0


@dataclass
class Seen:
    """Events before the end, and the end: the code of the server's close frame, and whether TCP ended."""

    hears_messages: bool = True
    events: list[Event] = field(default_factory=list)
    has_closed: bool = False
    code: int | None = None
    is_over: bool = False

    def note(self, event: Event) -> None:
        if event.kind == "close":
            self.has_closed, self.code = True, event.code
        elif event.kind == "eof":
            self.is_over = True
        elif self.hears_messages or event.kind != "message":
            self.events.append(event)


@dataclass(frozen=True)
class Outcome:
    case: Case
    verdict: str
    detail: str = ""


def run_case(case: Case, line: RawSocket, *, is_echo: bool = True) -> Outcome:
    """Run it. Where there is no echo, messages are let pass, whatever they say, and none is waited for."""
    if not is_echo:
        case = _without_messages(case)
    seen = Seen(is_echo)
    for step in case.steps:
        if isinstance(step, Pause):
            _read(line, seen, PAUSE_SECONDS, wanted=None)
            if step.name and not seen.has_closed and not seen.is_over:
                seen.note(Event(f"pause {step.name}"))
        elif isinstance(step, Octets):
            line.send_octets(step.octets)
        elif isinstance(step, Sent):
            line.send(step)
    if case.ending == "clean":
        _read(line, seen, WAIT_SECONDS, wanted=len(case.expected))
        line.send(close(1000))
    _read(line, seen, WAIT_SECONDS, wanted=None)
    line.close()
    return _judge(case, seen)


def _without_messages(case: Case) -> Case:
    lenient = None if case.lenient is None else [event for event in case.lenient if event.kind != "message"]
    return replace(case, expected=[event for event in case.expected if event.kind != "message"], lenient=lenient)


def _read(line: RawSocket, seen: Seen, seconds: float, *, wanted: int | None) -> None:
    """Read until the connection is over, nothing comes any more, or there are as many events as wanted."""
    while not seen.is_over and (wanted is None or len(seen.events) < wanted):
        event = line.next_event(seconds)
        if event is None:
            return
        seen.note(event)


def _judge(case: Case, seen: Seen) -> Outcome:
    if case.informational:
        detail = f"closed with {seen.code}, {len(seen.events)} events"
        return Outcome(case, INFORMATIONAL if seen.is_over else FAILED, detail)
    if seen.events not in (case.expected, case.lenient):
        return Outcome(case, FAILED, f"saw {_short(seen.events)} instead of {_short(case.expected)}")
    if not seen.is_over:
        return Outcome(case, FAILED, "the connection was not ended")
    if not seen.has_closed:
        return Outcome(case, UNCLEAN, "TCP ended without a close frame")
    if (seen.code or 0) not in case.codes:
        return Outcome(case, FAILED, f"closed with {seen.code} instead of {case.codes}")
    return Outcome(case, OK if seen.events == case.expected else NON_STRICT)


def _short(events: list[Event]) -> str:
    return str([(event.kind, event.payload[:20]) for event in events])
