"""Canned replies: making one's own, and putting one in for a conversation (docs/composer.md).

A variable that is not known stays as it stands, so that whoever sends it sees it (agents/variables.py).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from agents.access import canned_of
from agents.canned_files import forget_files, set_files
from agents.languages import LANGUAGE
from agents.models import Agent, CannedReply
from agents.variables import substitute, variables_of
from chat.errors import Conflict, Invalid, NotFound
from chat.files import delete_files
from chat.models import Conversation
from chat.protocol import MAX_FILES, MAX_TEXT_CHARS
from chat.text import clean_line, clean_text
from tenants.context import current_tenant
from tenants.ids import new_id

MAX_OWN = 200
MAX_LISTED = 1000
SHORTCUT = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A canned reply as it is put in for one conversation."""

    text: str
    language: str
    # Variables that stayed as they were: unknown ones, and known ones without a value here.
    unknown: tuple[str, ...]


def get_canned(agent: Agent, canned_id: UUID) -> CannedReply:
    reply = canned_of(agent).filter(pk=canned_id).first()
    if reply is None:
        raise NotFound("There is no such canned reply.")
    return reply


def get_own_canned(agent: Agent, canned_id: UUID) -> CannedReply:
    """Only one's own may be changed here; the brand's and the queues' are the admin's."""
    reply = CannedReply.objects.filter(pk=canned_id, owner=agent).first()
    if reply is None:
        raise NotFound("There is no such canned reply of yours.")
    return reply


def create_own_canned(
    agent: Agent, *, shortcut: str, title: str, texts: Mapping[str, str], file_ids: Sequence[UUID] = (), now: datetime
) -> CannedReply:
    """Make a reply of the agent's own; the files are copied, so that it outlives the message they came with.

    Raises Invalid, Conflict (the shortcut is taken among one's own), NotFound (a file).
    """
    if CannedReply.objects.filter(owner=agent).count() >= MAX_OWN:
        raise Invalid(f"An agent has at most {MAX_OWN} canned replies.")
    reply = CannedReply(id=new_id(), owner=agent, created_at=now, **_checked(shortcut, title, texts, file_ids))
    with _one_per_shortcut(), transaction.atomic():
        reply.save(force_insert=True)  # first: no row would name the copies of a reply that is refused
        set_files(reply, file_ids)
    return reply


def change_own_canned(
    reply: CannedReply,
    *,
    shortcut: str,
    title: str,
    texts: Mapping[str, str],
    file_ids: Sequence[UUID] | None = None,
) -> CannedReply:
    """Change what it says, and its files: those named that it has stay, others are copied, the rest is gone.

    `file_ids` None: the files stay. Locks the reply. Raises Invalid, Conflict, NotFound (the reply, a file).
    """
    changes = _checked(shortcut, title, texts, file_ids or ())
    with _one_per_shortcut(), transaction.atomic():
        locked = CannedReply.objects.select_for_update(no_key=True).filter(pk=reply.pk).first()
        if locked is None:
            raise NotFound("There is no such canned reply of yours.")
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.save(update_fields=["shortcut", "title", "texts"])
        gone = set_files(locked, file_ids) if file_ids is not None else []
    delete_files(gone)
    return locked


def delete_own_canned(reply: CannedReply) -> None:
    """With the copies of its files: nobody else has them."""
    with transaction.atomic():
        paths = forget_files([reply])
        reply.delete()
    delete_files(paths)


def render_canned(reply: CannedReply, conversation: Conversation, *, agent: Agent | None) -> Rendered:
    """The text in the conversation's language, with its variables; `agent` None: nobody answers by name (a rule)."""
    language = pick_language(reply.texts, conversation.language, current_tenant().locale)
    values = variables_of(conversation, agent)
    text, unknown = substitute(str(reply.texts.get(language, "")), values)
    return Rendered(text[:MAX_TEXT_CHARS], language, unknown)


def note_use(reply: CannedReply, now: datetime) -> None:
    CannedReply.objects.filter(pk=reply.pk).update(use_count=F("use_count") + 1, last_used_at=now)


# ---- pure ----


def pick_language(texts: Mapping[str, str], wanted: str, brand: str) -> str:
    """The variant for the conversation's language, else a near one (zh for zh-hans), the brand's, any."""
    wanted = wanted.lower()
    near = [name for name in sorted(texts) if wanted and name.split("-")[0] == wanted.split("-")[0]]
    for name in (wanted, *near, brand.lower(), *sorted(texts)):
        if texts.get(name):
            return name
    return ""


def check_texts(texts: Mapping[str, Any]) -> dict[str, str]:
    """Return the cleaned texts by language; Invalid with a sentence for what cannot be one."""
    cleaned: dict[str, str] = {}
    for language, text in texts.items():
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            raise Invalid("A language is written like en or zh-hans.")
        if not isinstance(text, str):
            raise Invalid("A text is a string.")
        if len(text) > MAX_TEXT_CHARS:
            raise Invalid(f"A text has at most {MAX_TEXT_CHARS} characters.")
        if text := clean_text(text):
            cleaned[language] = text
    if not cleaned:
        raise Invalid("A canned reply needs a text in at least one language.")
    return cleaned


def _checked(shortcut: str, title: str, texts: Mapping[str, Any], file_ids: Sequence[UUID]) -> dict[str, Any]:
    if not SHORTCUT.fullmatch(shortcut):
        raise Invalid("A shortcut has 1 to 40 letters, digits, dots, hyphens or underscores.")
    if len(file_ids) > MAX_FILES or len(set(file_ids)) != len(file_ids):
        raise Invalid(f"A canned reply carries at most {MAX_FILES} files, each once.")
    return {"shortcut": shortcut, "title": clean_line(title, 80) or shortcut, "texts": check_texts(texts)}


@contextmanager
def _one_per_shortcut() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise Conflict("You have a canned reply with this shortcut already.") from None
