"""Settings that contradict each other, each with the field to correct and a sentence that says why.

Forms ask here before they save, imports and programs can. What is allowed but odd (a queue that nobody serves) is a
warning beside the saved page, not here.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from agents.models import Agent, Queue

# Field to correct (or None for the whole), sentence.
Problem = tuple[str | None, str]


def of_queue(values: Mapping[str, Any], pk: UUID | None = None) -> list[Problem]:
    """`values` by the names of the model's fields; `skills` holds rows. `pk` None: a queue that is new."""
    return [*_of_routing(values), *_of_waiting(values), *_of_overflow(values, pk), *_of_fair_share(values)]


def of_agent(*, role: str, scope: str, capacity: int, memberships: Collection[tuple[str, int | None]]) -> list[Problem]:
    """`memberships`: name of the queue and the capacity in it, None for the agent's own."""
    found: list[Problem] = []
    if scope == Agent.Scope.QUEUES and role == Agent.Role.ADMIN:
        found.append(("scope", _("An admin runs the whole brand and sees it: choose another role or the whole brand.")))
    if scope == Agent.Scope.QUEUES and not memberships:
        found.append(("scope", _("Own queues only, but no queue is theirs: they would see nothing. Add one below.")))
    for queue, own in memberships:
        if own is not None and own > capacity:
            sentence = _("In “%(queue)s” they could have %(own)s, but only %(all)s in all.")
            found.append(("capacity", sentence % {"queue": queue, "own": own, "all": capacity}))
    return found


def _of_routing(values: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = []
    is_manual = values.get("strategy") == Queue.Strategy.MANUAL
    if is_manual and values.get("sticky_seconds") is not None:
        found.append(("sticky_seconds", _("Agents take themselves here: nobody would be waited for.")))
    if is_manual and values.get("fair_share_count"):
        found.append(("fair_share_count", _("Agents take themselves here: a fair share would bind nobody.")))
    if values.get("capacity") == 0:
        found.append(("capacity", _("With 0 nothing would be assigned. Let agents take themselves instead.")))
    sticky, relax = values.get("sticky_seconds"), values.get("relax_after_seconds")
    if not is_manual and sticky and relax and sticky > relax:
        sentence = _("Anybody may answer after %(relax)s seconds: nobody waits longer for the last agent.")
        found.append(("sticky_seconds", sentence % {"relax": relax}))
    # Without the language, skills are all that could be dropped.
    if not is_manual and relax is not None and not values.get("matches_language") and not values.get("skills"):
        found.append(
            ("relax_after_seconds", _("There is nothing to drop: neither skills nor the language count here."))
        )
    return found


def _of_waiting(values: Mapping[str, Any]) -> list[Problem]:
    found: list[Problem] = [
        (name, _("With 0 every visitor would be sent away. Leave it empty for no limit."))
        for name in ("max_waiting_count", "max_waiting_seconds")
        if values.get(name) == 0
    ]
    longest, overflow = values.get("max_waiting_seconds"), values.get("overflow_after_seconds")
    if longest and overflow and values.get("overflow_queue") and overflow > longest:
        found.append(("overflow_after_seconds", _("Visitors would be asked to leave a message before it overflows.")))
    return found


def _of_overflow(values: Mapping[str, Any], pk: UUID | None) -> list[Problem]:
    target, after = values.get("overflow_queue"), values.get("overflow_after_seconds")
    if target is None:
        return [] if after is None else [("overflow_queue", _("Say to which queue it overflows."))]
    found: list[Problem] = []
    if not after:
        found.append(("overflow_after_seconds", _("Say after how many seconds conversations move on.")))
    if pk is not None and target.pk == pk:
        found.append(("overflow_queue", _("A queue cannot overflow to itself.")))
    elif way := _way_back(target, pk):
        sentence = _("Conversations would go round: %(way)s.")
        found.append(("overflow_queue", sentence % {"way": " → ".join([str(values.get("name", "")), *way])}))
    return found


def _way_back(queue: Queue, pk: UUID | None) -> list[str]:
    """The names on the way from `queue` back to the one with this pk; empty when it leads elsewhere."""
    names, seen = [], set()
    step: Queue | None = queue
    while step is not None and step.pk not in seen:
        names.append(step.name)
        if pk is not None and step.pk == pk:
            return names
        seen.add(step.pk)
        step = step.overflow_queue
    return []


def _of_fair_share(values: Mapping[str, Any]) -> list[Problem]:
    count, minutes = values.get("fair_share_count"), values.get("fair_share_minutes")
    if (count is None) != (minutes is None):
        missing = "fair_share_count" if count is None else "fair_share_minutes"
        return [(missing, _("A fair share needs both: how many conversations, in how many minutes."))]
    return [
        (name, _("At least 1. Leave both empty for no fair share."))
        for name, value in (("fair_share_count", count), ("fair_share_minutes", minutes))
        if value == 0
    ]
