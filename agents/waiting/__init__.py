"""What waiting visitors are told: is it open, where do they stand, how long will it take (docs/hours.md)."""

from agents.waiting.answering import usual_answer
from agents.waiting.opening import visitors_opening
from agents.waiting.standing import standing_in_queue

__all__ = ["standing_in_queue", "usual_answer", "visitors_opening"]
