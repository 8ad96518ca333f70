"""An agent's connections end with the sign-in or the role that they stand on."""

from typing import Any

from django.contrib.auth.signals import user_logged_out

from agents.models import Agent
from chat.fanout import agent_topic, announce_close, session_topic
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_FORBIDDEN
from tenants.context import current_tenant, is_in_tenant


def close_session(sender: object, request: Any, **_: object) -> None:
    """Close what this sign-in opened; other sign-ins of the same person go on."""
    if is_in_tenant() and request.session.session_key:
        announce_close(session_topic(current_tenant(), request.session.session_key), CLOSE_AUTHENTICATION)


def close_agent(agent: Agent) -> None:
    """Close all connections of an agent of the current brand."""
    announce_close(agent_topic(current_tenant(), agent.pk), CLOSE_FORBIDDEN)


user_logged_out.connect(close_session, dispatch_uid="close-session")
