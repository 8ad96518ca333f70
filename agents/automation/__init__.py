"""Automation: when something happens in a conversation and all conditions hold, the actions are done.

Nudges start it at once, a sweep finds what they missed, and one row of a log is looked at once by each rule. What a
rule did starts no rule (docs/automation.md).
"""
