"""What macros and rules say: a text of their own or a canned reply, with its variables and files.

Nobody reads it before the visitor does. So what can never be filled is refused when the action is saved, and where a
variable has no value at the moment, nothing is sent and the run says why; `{{visitor.name|there}}` says what stands
there instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from agents.actions.values import BadValue
from agents.canned import note_use, render_canned
from agents.canned_files import copies_of, files_of
from agents.models import Agent, CannedReply
from agents.variables import VARIABLES, open_variables, substitute, variables_of
from chat.authors import Author
from chat.errors import Invalid, Refusal
from chat.files import delete_files
from chat.messages import MessageDraft, post_message
from chat.models import Conversation
from chat.protocol import MAX_TEXT_CHARS
from tenants.ids import new_id

Reply = str | CannedReply
# Only whoever runs a macro has one.
AGENTS = frozenset({"agent.name"})


class Unfilled(Invalid):
    """A variable has no value in this conversation: it is not said at all."""

    title = "A variable has no value."


@dataclass(frozen=True, slots=True)
class Said:
    """What would be said in a conversation; `problem` says in a sentence why it would not be."""

    text: str
    files: tuple[str, ...] = ()
    problem: str = ""


def check_reply(reply: Reply, has_agent: bool) -> None:
    """Refuse what can never be filled, in any of its languages. Raises BadValue."""
    values = {name: "" if name in AGENTS and not has_agent else "…" for name in VARIABLES}
    for text in [reply] if isinstance(reply, str) else reply.texts.values():
        filled, _unknown = substitute(str(text), values)
        if problem := _never(filled):
            raise BadValue(problem if isinstance(reply, str) else f"{reply}: {problem}")


def fill_reply(reply: Reply, conversation: Conversation, agent: Agent | None) -> str:
    """The text as the visitor gets it. Raises Unfilled rather than let a variable through, and BadValue."""
    check_reply(reply, agent is not None)  # again: a canned reply may have been changed since
    if isinstance(reply, CannedReply):
        text = render_canned(reply, conversation, agent=agent).text
    else:
        text = fill_text(reply, conversation, agent)
    if left := open_variables(text):
        raise Unfilled(
            _("%(variable)s has no value here, so nothing is sent. Write %(instead)s to say something in its place.")
            % {"variable": left[0], "instead": _with_instead(left[0])}
        )
    return text


def fill_text(text: str, conversation: Conversation, agent: Agent | None) -> str:
    """A text with what can be filled; the rest stays, for whoever may see it."""
    return substitute(text, variables_of(conversation, agent))[0][:MAX_TEXT_CHARS]


def send_reply(reply: Reply, conversation: Conversation, *, agent: Agent | None, author: Author, now: datetime) -> None:
    """Say it, with copies of the canned reply's files. Raises Unfilled, and what post_message raises."""
    text = fill_reply(reply, conversation, agent)
    files = copies_of(reply, author) if isinstance(reply, CannedReply) else []
    try:
        draft = MessageDraft(new_id(), "file" if files else "text", text, [file.pk for file in files])
        post_message(conversation.pk, author=author, draft=draft, now=now)
    except BaseException:
        delete_files([file.path for file in files])
        raise
    if isinstance(reply, CannedReply):
        note_use(reply, now)


@dataclass(frozen=True, slots=True)
class Script:
    """Replies that are only shown: what is sent along is read once, not for each conversation."""

    replies: Sequence[Reply]
    files: Mapping[UUID, tuple[str, ...]]

    @classmethod
    def of(cls, replies: Sequence[Reply]) -> "Script":
        canned = [one for one in replies if isinstance(one, CannedReply)]
        return cls(replies, {one.pk: tuple(file.name for file in files_of(one)) for one in canned})

    def said_in(self, conversation: Conversation) -> tuple[Said, ...]:
        """What a rule would say in this conversation as it is now."""
        return tuple(self._said(reply, conversation) for reply in self.replies)

    def _said(self, reply: Reply, conversation: Conversation) -> Said:
        files = self.files[reply.pk] if isinstance(reply, CannedReply) else ()
        try:
            return Said(fill_reply(reply, conversation, None), files)
        except Refusal as refused:
            return Said("", problem=refused.detail)


def _never(filled: str) -> str:
    """Sentences about what is still open in a text where everything that can have a value has one."""
    left = open_variables(filled)
    nameless = [one for one in left if _name_of(one) in AGENTS]
    unknown = [one for one in left if one not in nameless]
    problems = [
        _("A rule is nobody, so %(variable)s has no value. Take it out, or write %(instead)s.")
        % {"variable": one, "instead": _with_instead(one)}
        for one in nameless
    ]
    if unknown:
        names = ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
        values = {"variable": ", ".join(unknown), "names": names}
        problems.append(_("There is no variable %(variable)s. There are: %(names)s.") % values)
    return " ".join(problems)


def _with_instead(variable: str) -> str:
    return f"{{{{{_name_of(variable)}|…}}}}"


def _name_of(variable: str) -> str:
    return variable.strip("{} ")
