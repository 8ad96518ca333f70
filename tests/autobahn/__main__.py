"""python -m tests.autobahn [NUMBER …]: every case, or those whose numbers begin so. Exit code 1 when one fails."""

import sys
from collections import Counter

from tests.autobahn.cases import all_cases
from tests.autobahn.raw import open_socket
from tests.autobahn.run import OK, PASSED, run_case
from tests.autobahn.server import echo_server


def main(wanted: list[str]) -> int:
    cases = [case for case in all_cases() if not wanted or case.number.startswith(tuple(wanted))]
    with echo_server() as port:
        outcomes = [run_case(case, open_socket(port)) for case in cases]
    for outcome in outcomes:
        if outcome.verdict != OK:
            print(f"{outcome.case.number:8} {outcome.verdict:14} {outcome.case.about}: {outcome.detail}")
    counts = Counter(outcome.verdict for outcome in outcomes)
    print(f"{len(outcomes)} cases: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    return any(outcome.verdict not in PASSED for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
