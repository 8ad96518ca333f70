from agents.models import Agent
from chat.authors import Author


def author_of(agent: Agent) -> Author:
    """The agent as the log keeps it."""
    return Author("agent", agent.pk, agent.display_name)
