"""Promises about answers and resolutions, in business time: made, kept and broken (docs/hours.md).

`episodes` is pure; `rules` reads policies, `keep` makes a conversation's targets and deadlines right, `sweep` finds
what no nudge told of, `waking` hears the nudges.
"""

from agents.sla.keep import keep_promises
from agents.sla.sweep import sweep_sla

__all__ = ["keep_promises", "sweep_sla"]
