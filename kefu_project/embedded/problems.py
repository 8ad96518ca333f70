"""What may go wrong while starting, told in one sentence together with the next step."""


class StartProblem(Exception):
    """Something the person at the keyboard can mend. `next_step` says how."""

    def __init__(self, what: str, next_step: str) -> None:
        super().__init__(f"{what} {next_step}")
        self.what = what
        self.next_step = next_step


class NotRunning(StartProblem):
    """Nobody runs the services of this data folder."""
