"""Who answers and by which rules: agents, queues, who has which conversation, what the desk keeps."""

from agents.models.agent import Agent, Membership
from agents.models.assignment import Assignment
from agents.models.audit import AuditEntry
from agents.models.automation import AutomationPosition, AutomationRule, RuleRun
from agents.models.calendar import Calendar, CalendarDay
from agents.models.canned import CannedReply, Macro
from agents.models.desk import DraftReply, Mention, SavedView
from agents.models.queue import Queue
from agents.models.skill import Skill
from agents.models.sla import SlaPolicy, SlaTarget

__all__ = [
    "Agent",
    "Assignment",
    "AuditEntry",
    "AutomationPosition",
    "AutomationRule",
    "Calendar",
    "CalendarDay",
    "CannedReply",
    "DraftReply",
    "Macro",
    "Membership",
    "Mention",
    "Queue",
    "RuleRun",
    "SavedView",
    "Skill",
    "SlaPolicy",
    "SlaTarget",
]
