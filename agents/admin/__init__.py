"""Admin pages of agents/: the team and what its work goes by."""

from agents.admin import team  # noqa: F401  (importing registers)
