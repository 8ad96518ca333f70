"""Admin pages of agents/, one file per noun: the team and what its work goes by."""

from agents.admin import queues, team  # noqa: F401  (importing registers)
