"""Reading what an action says: each function returns a checked value or raises BadValue with a sentence."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from agents.models import Agent, CannedReply, Queue, Skill
from chat.errors import Invalid
from chat.models import Conversation, Tag
from chat.protocol import MAX_TEXT_CHARS
from chat.text import clean_text

MAX_SNOOZE_MINUTES = 60 * 24 * 90
# What is no id at all finds nothing.
NOBODYS = UUID(int=0)


class BadValue(Invalid):
    title = "The action is not complete."


def read_tag(value: Any) -> UUID:
    tag: Tag = _existing(Tag.objects.filter(pk=_id(value)), _("Choose a tag that exists."))
    return tag.pk


def read_skill(value: Any) -> UUID:
    skill: Skill = _existing(Skill.objects.filter(pk=_id(value)), _("Choose a skill that exists."))
    return skill.pk


def read_queue(value: Any) -> Queue:
    queue: Queue = _existing(Queue.objects.filter(pk=_id(value)), _("Choose a queue that exists."))
    return queue


def read_agent(value: Any) -> Agent:
    sentence = _("Choose an agent who is active.")
    agent: Agent = _existing(Agent.objects.filter(pk=_id(value), is_active=True), sentence)
    return agent


def read_canned(value: Any) -> CannedReply:
    reply: CannedReply = _existing(CannedReply.objects.filter(pk=_id(value)), _("Choose a canned reply that exists."))
    return reply


def read_priority(value: Any) -> int:
    return read_number(value, Conversation.Priority.LOW, Conversation.Priority.URGENT)


def read_minutes(value: Any) -> int:
    return read_number(value, 1, MAX_SNOOZE_MINUTES)


def read_number(value: Any, low: int, high: int) -> int:
    number = int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value) < 10 else value
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise BadValue(_("Give a number from %(low)s to %(high)s.") % {"low": low, "high": high})
    return number


def read_text(value: Any) -> str:
    text = clean_text(value) if isinstance(value, str) else ""
    if not text:
        raise BadValue(_("Write a text."))
    if len(text) > MAX_TEXT_CHARS:
        raise BadValue(_("A text has at most %(limit)s characters.") % {"limit": MAX_TEXT_CHARS})
    return text


def _id(value: Any) -> UUID:
    try:
        return value if isinstance(value, UUID) else UUID(value) if isinstance(value, str) else NOBODYS
    except ValueError:
        return NOBODYS


def _existing(rows: Any, sentence: str) -> Any:
    row = rows.first()
    if row is None:
        raise BadValue(sentence)
    return row
