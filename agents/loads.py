"""What each agent has now, as routing counts it: what is snoozed needs nobody (docs/routing.md)."""

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from chat.marks import AWAKE
from chat.models import Conversation


def taken() -> QuerySet[Conversation]:
    """The conversations that keep agents busy."""
    return Conversation.objects.filter(AWAKE, status=Conversation.Status.ASSIGNED).order_by()


def loads() -> dict[UUID, int]:
    """How many each agent has that has any: one question, however many agents there are."""
    return dict(taken().values_list("assignee_id").annotate(Count("pk")))


def has_now() -> Combinable:
    """How many each agent has, to annotate agents with. Found by agent among what is open: assignments are for ever."""
    own = taken().filter(assignee_id=OuterRef("pk")).values("assignee_id")
    return Coalesce(Subquery(own.annotate(count=Count("pk")).values("count")), 0)
