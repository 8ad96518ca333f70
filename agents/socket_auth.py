"""Which agent a session cookie stands for in the current brand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session

from agents.access import AgentNow, agents_now, get_agent, sight_of
from agents.models import Agent
from agents.sight import Sight
from chat.errors import Unauthenticated
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN, CLOSE_RECONNECT
from tenants.context import current_tenant
from tenants.sessions import belongs_to_brand, is_session_key


@dataclass(frozen=True, slots=True)
class AgentSession:
    agent: Agent
    session_key: str
    sight: Sight
    # Changes with the account's password. The hash itself has no business in the memory of a connection.
    password_mark: int


def session_key_of(cookie_header: str | None) -> str:
    """Return the session key in a Cookie header, '' when there is none or it cannot be one."""
    try:
        morsel = SimpleCookie(cookie_header or "").get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel and is_session_key(morsel.value) else ""


def read_agent_session(session_key: str) -> AgentSession:
    """Return the agent; Unauthenticated for no live session of this brand, NotFound without an Agent row."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    # get_user checks the session's password hash; all that it wants of a request is the session.
    user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]
    if not user.is_authenticated or not belongs_to_brand(store, current_tenant()):
        raise Unauthenticated
    agent = get_agent(user)
    return AgentSession(agent, session_key, sight_of(agent), hash(user.password))


def ended_sessions(sessions: Sequence[AgentSession], now: datetime) -> list[int | None]:
    """Return for each session the code that its connections are closed with, None where all is as it was read."""
    agents = agents_now({session.agent.pk for session in sessions})
    keys = {session.session_key for session in sessions}
    live = set(Session.objects.filter(pk__in=keys, expire_date__gt=now).values_list("pk", flat=True))
    return [_code_of(session, agents.get(session.agent.pk), live) for session in sessions]


def _code_of(then: AgentSession, now: AgentNow | None, live: Collection[str]) -> int | None:
    if then.session_key not in live or (now and (not now.has_account or hash(now.password) != then.password_mark)):
        return CLOSE_AUTHENTICATION
    if now is None or not now.is_active:
        return CLOSE_FORBIDDEN
    is_same = (now.role, now.sight) == (then.agent.role, then.sight)
    return None if is_same else CLOSE_RECONNECT
