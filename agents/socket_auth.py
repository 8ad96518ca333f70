"""Which agent a session cookie stands for in the current brand."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user

from agents.access import get_agent, sight_of
from agents.models import Agent
from agents.sight import Sight
from chat.errors import Unauthenticated
from tenants.context import current_tenant
from tenants.sessions import belongs_to_brand


@dataclass(frozen=True, slots=True)
class AgentSession:
    agent: Agent
    session_key: str
    sight: Sight


def session_key_of(cookie_header: str | None) -> str:
    """Return the session key in a Cookie header, '' when there is none."""
    try:
        morsel = SimpleCookie(cookie_header or "").get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def read_agent_session(session_key: str) -> AgentSession:
    """Return the agent; Unauthenticated for no live session of this brand, NotFound without an Agent row."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore(session_key or None)
    # get_user checks the session's password hash; all that it wants of a request is the session.
    user = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type]
    if not user.is_authenticated or not belongs_to_brand(store, current_tenant()):
        raise Unauthenticated
    agent = get_agent(user)
    return AgentSession(agent, session_key, sight_of(agent))
