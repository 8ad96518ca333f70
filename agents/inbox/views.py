"""The views of the inbox: those that everybody has, and saved ones; what each holds and in which order."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from agents.access import agent_conversations
from agents.inbox.filters import OPEN, condition_of, read_filters
from agents.inbox.saved import find_saved, saved_of
from agents.mentions import count_unseen
from agents.models import Agent, Mention, SavedView
from chat.errors import Invalid
from chat.marks import AWAKE
from chat.models import Conversation

# Closed conversations grow for ever: counting stops here, and the console shows "999+".
MAX_COUNTED = 1000
VIEWS = ("mine", "unassigned", "mentions", "snoozed", "all", "closed")
WAITING = Q(status=Conversation.Status.WAITING, waiting_since__isnull=False) & AWAKE


class Shelf(NamedTuple):
    """The rows of a view and the column that they are ordered by."""

    rows: QuerySet[Conversation]
    by: str = "active_at"
    newest_first: bool = True


def shelf_of(agent: Agent, name: str) -> Shelf:
    """Raises Invalid for a view that does not exist, or is another agent's own."""
    rows = agent_conversations(agent)
    if name == "unassigned":
        # The longest waiting first: that is the one to take.
        return Shelf(rows.filter(WAITING), "waiting_since", newest_first=False)
    if name == "snoozed":
        return Shelf(rows.filter(OPEN, ~AWAKE), "snoozed_until", newest_first=False)
    if name in VIEWS:
        return Shelf(rows.filter(_condition(agent, name)))
    return Shelf(rows.filter(saved_condition(_find_saved(agent, name), agent)))


def count_views(agent: Agent) -> dict[str, int]:
    """How many conversations each of everybody's views holds; of mentions, those that were not seen.

    `unread`: messages in the agent's own conversations, what the title and the rail show.
    """
    rows = agent_conversations(agent)
    open_ones = rows.filter(OPEN).aggregate(
        mine=Count("pk", filter=Q(assignee_id=agent.pk) & AWAKE),
        unassigned=Count("pk", filter=WAITING),
        snoozed=Count("pk", filter=~AWAKE),
        all=Count("pk"),
        unread=Sum("unread_count", filter=Q(assignee_id=agent.pk) & AWAKE, default=0),
    )
    closed = rows.filter(status=Conversation.Status.CLOSED).order_by()[:MAX_COUNTED].count()
    return {**open_ones, "closed": closed, "mentions": count_unseen(agent)}


def count_saved(agent: Agent) -> dict[str, int]:
    """How many conversations each saved view holds, at most MAX_COUNTED: the open ones of all views in one query."""
    views = {str(view.pk): saved_condition(view, agent) for view in saved_of(agent)}
    if not views:
        return {}
    among = [pk for pk, view in _filters_of(agent).items() if "closed" not in view.get("status", ())]
    rows = agent_conversations(agent)
    counts: dict[str, int] = {}
    if among:
        names = {f"v{number}": pk for number, pk in enumerate(among)}
        found = rows.filter(OPEN).aggregate(**{name: Count("pk", filter=views[pk]) for name, pk in names.items()})
        counts = {pk: min(found[name], MAX_COUNTED) for name, pk in names.items()}
    for pk in views.keys() - counts.keys():
        counts[pk] = rows.filter(views[pk]).order_by()[:MAX_COUNTED].count()
    return counts


def saved_condition(view: SavedView, agent: Agent) -> Q:
    try:
        filters = read_filters(view.filters)
    except Invalid:
        # Written by an older or newer version: this view shows nothing, the others go on.
        return Q(pk__in=[])
    condition = condition_of(filters, agent)
    return condition if filters.status else OPEN & condition


def _condition(agent: Agent, name: str) -> Q:
    if name == "mine":
        return OPEN & Q(assignee_id=agent.pk) & AWAKE
    if name == "mentions":
        return Q(pk__in=Mention.objects.filter(agent=agent).values("conversation_id"))
    return Q(status=Conversation.Status.CLOSED) if name == "closed" else OPEN


def _find_saved(agent: Agent, name: str) -> SavedView:
    try:
        view = find_saved(agent, UUID(name))
    except ValueError:
        view = None
    if view is None:
        raise Invalid(f"`view` is one of {', '.join(VIEWS)}, or the id of a saved one.")
    return view


def _filters_of(agent: Agent) -> dict[str, dict[str, Any]]:
    return {str(view.pk): view.filters for view in saved_of(agent)}
