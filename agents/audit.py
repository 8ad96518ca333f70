"""The audit log: privileged acts and refused ones, with who, from where and what changed (docs/admin.md).

Only this file writes it, in the transaction of the act where it has one. It never holds passwords, tokens, keys or what
people wrote to each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from agents.models import Agent, AuditEntry
from tenants.context import is_in_tenant
from tenants.models import User
from tenants.requests import client_address
from tenants.signals import admin_acted, admin_refused

MAX_VALUE = 120
HIDDEN = "…"
# Fields whose value says nothing to the log but that it changed.
SECRET_PARTS = ("password", "secret", "token", "hash", "public_key")
# Who knocks again and again at the same closed door fills one line a minute.
REFUSED_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a staff account (`id` of tenants.User), or nobody that signs in."""

    id: UUID | None
    name: str
    address: str | None = None

    @classmethod
    def of(cls, agent: Agent, address: str | None = None) -> "Actor":
        return cls(agent.user_id, agent.display_name, address)

    @classmethod
    def of_request(cls, request: HttpRequest) -> "Actor":
        user = request.user
        address = client_address(request)
        return cls(user.pk, user.name, address) if isinstance(user, User) else cls(None, "", address)


# What commands are called in the log; its page translates it.
COMMAND_LINE = "command line"


def command_line(login: str) -> Actor:
    """Whoever runs a `kefu` command: no account of ours, a login of the machine."""
    return Actor(None, f"{COMMAND_LINE} ({login})" if login else COMMAND_LINE)


def note_audit(
    action: str,
    *,
    by: Agent | Actor,
    on: Model | None = None,
    changes: Mapping[str, Any] | None = None,
    is_refused: bool = False,
    now: datetime,
) -> AuditEntry:
    """Add a line to the current brand's audit log: `noun.past_verb`, and `changes` as {"field": [before, after]}."""
    actor = Actor.of(by) if isinstance(by, Agent) else by
    return AuditEntry.objects.create(
        at=now,
        actor_id=actor.id,
        actor_name=actor.name[:80],
        address=actor.address,
        action=action[:64],
        object_type=on._meta.model_name or "" if on else "",
        object_id=str(on.pk or "") if on else "",
        object_name=_name_of(on),
        changes={name[:80]: _plain(name, value) for name, value in (changes or {}).items()},
        is_refused=is_refused,
    )


def note_refused(action: str, *, by: Agent | Actor, changes: Mapping[str, Any], now: datetime) -> None:
    """Note a privileged act that was refused; the same one of the same person at most once a minute."""
    actor = Actor.of(by) if isinstance(by, Agent) else by
    said = {name: _plain(name, value) for name, value in changes.items()}
    lately = AuditEntry.objects.filter(at__gt=now - REFUSED_AGAIN, actor_id=actor.id, action=action, is_refused=True)
    if not lately.filter(changes=said).exists():
        note_audit(action, by=actor, changes=said, is_refused=True, now=now)


def note_admin_act(
    sender: object, request: HttpRequest, obj: Model, verb: str, changes: Mapping[str, Any], **_: object
) -> None:
    """Receiver: something was added, changed or deleted in the brand's admin site."""
    if is_in_tenant():
        action = f"{obj._meta.model_name}.{verb}"
        note_audit(action, by=Actor.of_request(request), on=obj, changes=changes, now=timezone.now())


def note_admin_refusal(sender: object, request: HttpRequest, **_: object) -> None:
    """Receiver: somebody who is signed in asked for an admin page that is not theirs."""
    if is_in_tenant():
        changes = {"path": [None, request.path], "method": [None, request.method]}
        note_refused("admin.refused", by=Actor.of_request(request), changes=changes, now=timezone.now())


def _name_of(obj: Model | None) -> str:
    # Visitors' names do not stand here, and a conversation's name is its visitor's: the id is enough to find them.
    if obj is None or obj._meta.label in ("chat.Conversation", "chat.Visitor"):
        return ""
    return str(obj)[:200]


def _plain(name: str, value: Any) -> Any:
    """What a value looks like in the log: short, and nothing at all of what is secret."""
    if any(part in name.lower() for part in SECRET_PARTS):
        return [HIDDEN, HIDDEN]
    if isinstance(value, list | tuple):
        return [_plain("", one) for one in list(value)[:20]]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value).replace("\x00", "\ufffd")  # PostgreSQL takes no NUL: a path with one must not go unnoted
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…"


admin_acted.connect(note_admin_act, dispatch_uid="audit-admin")
admin_refused.connect(note_admin_refusal, dispatch_uid="audit-refused")
