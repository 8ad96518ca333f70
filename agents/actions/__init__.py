"""Actions: what macros and automation rules do to a conversation, one after the other (docs/automation.md).

They are kept as JSON, checked when they are saved (`check_actions`) and again when they are done, since the tag or
queue that they name may be gone by then (`run_actions`). Each goes through the verb that a person's click goes through.
"""

from agents.actions.check import BadActions, check_actions
from agents.actions.kinds import KINDS, Action, Kind
from agents.actions.run import Outcome, run_actions

__all__ = ["KINDS", "Action", "BadActions", "Kind", "Outcome", "check_actions", "run_actions"]
