"""Rows of a table become agents or canned replies, and back: what each column means and what is wrong with a row.

A row says only what its columns hold: a column that is not there changes nothing. Passwords go in neither direction;
those of accounts that an import makes are returned once, as for any new account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agents.accounts import LastAdmin, change_agent, check_admin_remains, create_agent
from agents.canned import SHORTCUT, check_texts
from agents.contradictions import of_agent
from agents.languages import clean_language, is_language
from agents.models import Agent, CannedReply, Membership, Queue, Skill
from chat.errors import Invalid
from tenants.accounts import AccountRefused, clean_email, clean_name

AGENT_COLUMNS = ("email", "name", "role", "scope", "capacity", "languages", "skills", "queues", "active")
TEXT_PREFIX = "text_"
SEPARATOR = ";"
YES, NO = {"yes", "true", "1", "是"}, {"no", "false", "0", "否"}
MAX_CAPACITY = 1000

Row = Mapping[str, Any]


class BadRow(Exception):
    """Sentences by the column that is wrong."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


@dataclass(slots=True)
class AgentRow:
    """A checked row; None: the column was not there."""

    email: str
    name: str
    role: str
    scope: str
    capacity: int
    languages: list[str]
    is_active: bool
    skills: list[Skill] | None = None
    queues: list[Queue] | None = None
    agent: Agent | None = None
    problems: dict[str, str] = field(default_factory=dict)


def agent_as_row(agent: Agent) -> dict[str, Any]:
    return {
        "email": agent.user.email,
        "name": agent.display_name,
        "role": agent.role,
        "scope": agent.scope,
        "capacity": agent.capacity,
        "languages": f"{SEPARATOR} ".join(agent.languages),
        "skills": f"{SEPARATOR} ".join(skill.name for skill in agent.skills.all()),
        "queues": f"{SEPARATOR} ".join(queue.name for queue in agent.queues.all()),
        "active": "yes" if agent.is_active else "no",
    }


def find_agent(row: Row) -> Agent | None:
    email = _text(row, "email").lower()
    return Agent.objects.select_related("user").filter(user__email=email).first()


def read_agent(row: Row) -> AgentRow:
    """Raises BadRow with all that is wrong."""
    agent = find_agent(row)
    before = agent or Agent()
    read = AgentRow(
        email=_text(row, "email").lower(),
        name=_text(row, "name", before.display_name),
        role=_text(row, "role", before.role),
        scope=_text(row, "scope", before.scope),
        capacity=before.capacity,
        languages=[code.lower() for code in _names(row, "languages", before.languages) or []],
        is_active=before.is_active,
        agent=agent,
    )
    _check_account(read)
    _read_numbers(read, row)
    read.skills = _rows(read, row, "skills", Skill, _("There is no skill “%(name)s”."))
    read.queues = _rows(read, row, "queues", Queue, _("There is no queue “%(name)s”."))
    _check_rights(read)
    if read.problems:
        raise BadRow(read.problems)
    return read


def import_agent(row: AgentRow, now: datetime) -> tuple[Agent, str]:
    """Make or change the agent; returns the password of a new account, '' for one that was there.

    A transaction for each row, and none around them: routing would wait for all agents of a long file.
    """
    password, agent = "", row.agent
    with transaction.atomic():
        if agent is None:
            agent, password = create_agent(email=row.email, name=row.name, role=row.role, now=now)
        # First, because it may lock others, too: whoever locks several agents does it by id.
        change_agent(agent, role=row.role, is_active=row.is_active, scope=row.scope, now=now)
        agent.display_name, agent.capacity, agent.languages = row.name, row.capacity, row.languages
        agent.save(update_fields=["display_name", "capacity", "languages"])
        if row.skills is not None:
            agent.skills.set(row.skills)
        if row.queues is not None:
            Membership.objects.filter(agent=agent).exclude(queue__in=row.queues).delete()
            for queue in row.queues:
                # One by one: each that is new renews what the agent sees (agents/revocation.py).
                Membership.objects.get_or_create(agent=agent, queue=queue)
    return agent, password


def canned_as_row(reply: CannedReply) -> dict[str, Any]:
    texts = {f"{TEXT_PREFIX}{language}": text for language, text in reply.texts.items()}
    return {
        "shortcut": reply.shortcut,
        "title": reply.title,
        "queue": reply.queue.name if reply.queue else "",
        **texts,
    }


def find_canned(row: Row) -> CannedReply | None:
    """Shared ones only: an agent's own are theirs."""
    shortcut = _text(row, "shortcut").removeprefix("/")
    queue = _text(row, "queue")
    rows = CannedReply.objects.filter(shortcut=shortcut, owner__isnull=True)
    return (rows.filter(queue__name=queue) if queue else rows.filter(queue__isnull=True)).first()


def read_canned(row: Row) -> CannedReply:
    """The reply as the row wants it, not saved. Raises BadRow with all that is wrong."""
    problems: dict[str, str] = {}
    reply = find_canned(row) or CannedReply(shortcut=_text(row, "shortcut").removeprefix("/"))
    if not SHORTCUT.fullmatch(reply.shortcut):
        problems["shortcut"] = _("Use 1 to 40 letters, digits, dots, hyphens or underscores.")
    if name := _text(row, "queue"):
        reply.queue = Queue.objects.filter(name=name).first()
        if reply.queue is None:
            problems["queue"] = _("There is no queue “%(name)s”.") % {"name": name}
    reply.title = _text(row, "title", reply.title)[:80] or reply.shortcut
    texts = dict(reply.texts or {})
    for column in row:
        if column.startswith(TEXT_PREFIX):
            language = clean_language(column.removeprefix(TEXT_PREFIX))
            if not is_language(language):
                problems[column] = _("“%(code)s” is no language: write them like en, zh-hans.") % {"code": language}
            texts[language] = str(row[column] or "")
    try:
        reply.texts = check_texts(texts)
    except Invalid:
        problems.setdefault("text_en", _("Write the text in at least one language."))
    if problems:
        raise BadRow(problems)
    return reply


def _check_account(row: AgentRow) -> None:
    for column, check in (("email", clean_email), ("name", clean_name)):
        try:
            setattr(row, column, check(getattr(row, column)))
        except AccountRefused as refused:
            row.problems[column] = str(refused)


def _read_numbers(read: AgentRow, row: Row) -> None:
    if text := _text(row, "capacity"):
        if text.isdecimal() and len(text) <= 9 and 1 <= int(text) <= MAX_CAPACITY:
            read.capacity = int(text)
        else:
            read.problems["capacity"] = _("Give a number from %(low)s to %(high)s.") % {"low": 1, "high": MAX_CAPACITY}
    if text := _text(row, "active").lower():
        if text in YES | NO:
            read.is_active = text in YES
        else:
            read.problems["active"] = _("Write yes or no.")
    for code in read.languages:
        if not is_language(code):
            sentence = _("“%(code)s” is no language: write them like en, zh-hans.")
            read.problems["languages"] = sentence % {"code": code}


def _check_rights(row: AgentRow) -> None:
    if row.role not in Agent.Role.values:
        row.problems["role"] = _("“%(role)s” is not a role: agent, supervisor or admin.") % {"role": row.role}
    if row.scope not in Agent.Scope.values:
        row.problems["scope"] = _("Write brand or queues.")
    own = list(Membership.objects.filter(agent=row.agent).select_related("queue")) if row.agent else []
    kept = {one.queue.name: one.capacity for one in own}
    queues = [queue.name for queue in row.queues] if row.queues is not None else list(kept)
    memberships = [(name, kept.get(name)) for name in queues]
    for column, sentence in of_agent(role=row.role, scope=row.scope, capacity=row.capacity, memberships=memberships):
        row.problems.setdefault(column or "email", sentence)
    if row.agent is not None:
        try:
            check_admin_remains(row.agent, row.role, row.is_active, only_look=True)
        except LastAdmin as refused:
            row.problems["role"] = str(refused)


def _rows(read: AgentRow, row: Row, column: str, model: Any, sentence: str) -> list[Any] | None:
    names = _names(row, column, None)
    if names is None:
        return None
    found = {one.name: one for one in model.objects.filter(name__in=names)}
    for name in names:
        if name not in found:
            read.problems[column] = sentence % {"name": name}
    return list(found.values())


def _names(row: Row, column: str, otherwise: list[str] | None) -> list[str] | None:
    if column not in row:
        return otherwise
    value = row[column]
    parts = value if isinstance(value, list) else str(value or "").split(SEPARATOR)
    return list(dict.fromkeys(part for one in parts if (part := str(one).strip())))


def _text(row: Row, column: str, otherwise: str = "") -> str:
    value = row.get(column)
    return otherwise if value is None or value == "" else str(value).strip()
