"""Admin pages of agents/, one file per noun: the team and what its work goes by (docs/admin.md)."""

from agents.admin import (  # noqa: F401  (importing registers)
    audit,
    calendars,
    canned,
    macros,
    memberships,
    queues,
    rules,
    saved_views,
    skills,
    sla,
    team,
)
