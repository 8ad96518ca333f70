"""Which actions there are: what each takes, and the verb that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from agents.actions import values
from agents.actions.replies import Reply, check_reply, fill_text, send_reply
from agents.assignments import take_conversation, transfer_conversation
from agents.authors import author_of
from agents.models import Agent
from chat.access import get_conversation
from chat.authors import Author
from chat.conversations import close_conversation
from chat.marks import require_skill, set_priority, snooze_conversation, tag_conversation
from chat.messages import MessageDraft, post_note
from chat.models import Conversation
from tenants.context import current_tenant
from tenants.ids import new_id

# As stored: {"do": "tag.add", "tag": "…"}.
Action = dict[str, Any]
ME = "me"


@dataclass(frozen=True)
class Doing:
    """Who does it, to which conversation, when. `by` is an agent (a macro) or the author that a rule is."""

    conversation_id: UUID
    by: Agent | Author
    now: datetime

    @cached_property
    def author(self) -> Author:
        return author_of(self.by) if isinstance(self.by, Agent) else self.by

    @property
    def agent(self) -> Agent | None:
        return self.by if isinstance(self.by, Agent) else None


@dataclass(frozen=True)
class Kind:
    """An action: `takes` names its value, `read` checks it, `run` does it with what `read` returned."""

    name: str
    label: Any
    takes: str
    read: Callable[[Any], Any]
    run: Callable[[Doing, Any], object]
    # Another value that it may take instead.
    or_takes: str = ""
    # Refuses what can be read and yet never be done, by a person or (False) by a rule. Raises BadValue.
    check: Callable[[Any, bool], None] | None = None


def _add_tag(doing: Doing, tag: UUID) -> None:
    tag_conversation(doing.conversation_id, add=[tag], by=doing.author, now=doing.now)


def _remove_tag(doing: Doing, tag: UUID) -> None:
    tag_conversation(doing.conversation_id, remove=[tag], by=doing.author, now=doing.now)


def _assign(doing: Doing, agent: Agent | None) -> None:
    """To an agent, or (None) to whoever runs the macro. By a person's or a rule's will it may pass the capacity."""
    target = agent or doing.agent
    if target is None:
        raise values.BadValue(str(_("Only a macro can assign to whoever runs it.")))
    conversation = get_conversation(doing.conversation_id)
    if conversation.status == Conversation.Status.WAITING and target == doing.agent:
        take_conversation(conversation.pk, agent=target, now=doing.now)
    else:
        transfer_conversation(conversation.pk, by=doing.by, agent=target, now=doing.now)


def _move(doing: Doing, queue: Any) -> None:
    if get_conversation(doing.conversation_id).queue_id != queue.pk:
        transfer_conversation(doing.conversation_id, by=doing.by, queue=queue, now=doing.now)


def _reply(doing: Doing, reply: Reply) -> None:
    """What a rule says comes from the brand: visitors are not told the rule's name."""
    author = doing.author if doing.agent else Author("bot", doing.author.id, current_tenant().name)
    conversation = get_conversation(doing.conversation_id)
    send_reply(reply, conversation, agent=doing.agent, author=author, now=doing.now)


def _close(doing: Doing, _value: None) -> None:
    reason = Conversation.CloseReason.AGENT if doing.agent else Conversation.CloseReason.RULE
    close_conversation(doing.conversation_id, by=doing.author, reason=reason, now=doing.now)


def _note(doing: Doing, text: str) -> None:
    """Only agents read it: a variable without a value stays as it stands."""
    text = fill_text(text, get_conversation(doing.conversation_id), doing.agent)
    post_note(doing.conversation_id, author=doing.author, draft=MessageDraft(new_id(), text=text), now=doing.now)


def _snooze(doing: Doing, minutes: int) -> None:
    until = doing.now + timedelta(minutes=minutes)
    snooze_conversation(doing.conversation_id, until, by=doing.author, now=doing.now)


def _prioritise(doing: Doing, priority: int) -> None:
    set_priority(doing.conversation_id, priority, by=doing.author, now=doing.now)


def _require(doing: Doing, skill: UUID) -> None:
    require_skill(doing.conversation_id, skill)


def _read_assignee(value: Any) -> Agent | None:
    return None if value == ME else values.read_agent(value)


def _read_nothing(value: Any) -> None:
    return None


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("tag.add", _("add the tag"), "tag", values.read_tag, _add_tag),
        Kind("tag.remove", _("remove the tag"), "tag", values.read_tag, _remove_tag),
        Kind("priority.set", _("set the priority"), "priority", values.read_priority, _prioritise),
        Kind("queue.set", _("move to the queue"), "queue", values.read_queue, _move),
        Kind("agent.assign", _("assign to"), "agent", _read_assignee, _assign),
        Kind("skill.require", _("require the skill"), "skill", values.read_skill, _require),
        Kind("note.add", _("add a note"), "text", values.read_text, _note, check=check_reply),
        Kind("reply.send", _("send a reply"), "text", values.read_text, _reply, "canned", check_reply),
        Kind("snooze.set", _("snooze for (minutes)"), "minutes", values.read_minutes, _snooze),
        Kind("conversation.close", _("close the conversation"), "", _read_nothing, _close),
    )
}
