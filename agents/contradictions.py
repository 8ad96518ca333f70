"""Settings that contradict each other, each with the field to correct and a sentence that says why.

Forms ask here before they save, imports and programs can. What is allowed but odd (a queue that nobody serves) is a
warning beside the saved page, not here.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from agents.calendars import hours_of, is_open, next_opening
from agents.models import Agent, Calendar, Membership, Queue
from tenants.contradictions import Problem

# Whoever is silent for less than this part of the time for an answer is not late: it would go from hand to hand.
SILENT_PARTS = 4
LEAST_SILENT = 30


def of_queue(values: Mapping[str, Any], pk: UUID | None = None) -> list[Problem]:
    """`values` by the names of the model's fields; `skills` holds rows. `pk` None: a queue that is new."""
    return [
        *_of_routing(values),
        *_of_waiting(values),
        *_of_overflow(values, pk),
        *_of_fair_share(values),
        *_of_silence(values),
    ]


def of_agent(*, role: str, scope: str, capacity: int, memberships: Collection[tuple[str, int | None]]) -> list[Problem]:
    """`memberships`: name of the queue and the capacity in it, None for the agent's own."""
    return [
        *of_rights(role=role, scope=scope, capacity=capacity),
        *of_memberships(scope=scope, capacity=capacity, memberships=memberships),
    ]


def of_rights(*, role: str, scope: str, capacity: int | None) -> list[Problem]:
    found: list[Problem] = []
    if scope == Agent.Scope.QUEUES and role == Agent.Role.ADMIN:
        found.append(("scope", _("An admin runs the whole brand and sees it: choose another role or the whole brand.")))
    if capacity == 0:
        found.append(("capacity", _("With 0 they could not have a single conversation: at least 1.")))
    return found


def of_memberships(*, scope: str, capacity: int, memberships: Collection[tuple[str, int | None]]) -> list[Problem]:
    """`memberships` as of_agent has them."""
    found: list[Problem] = []
    if scope == Agent.Scope.QUEUES and not memberships:
        found.append(("scope", _("Own queues only, but no queue is theirs: they would see nothing. Add one below.")))
    for queue, own in memberships:
        if own is not None and own > capacity:
            sentence = _("In “%(queue)s” they could have %(own)s, but only %(all)s in all.")
            found.append(("capacity", sentence % {"queue": queue, "own": own, "all": capacity}))
    return found


def of_leaving(memberships: Iterable[Membership]) -> list[str]:
    """A sentence for each agent who would see nothing without these: theirs are all among them."""
    gone = [membership.pk for membership in memberships]
    kept = Membership.objects.filter(agent=OuterRef("pk")).exclude(pk__in=gone)
    left = Agent.objects.filter(membership__in=gone, scope=Agent.Scope.QUEUES, is_active=True)
    sentence = _("%(agent)s sees own queues only, and this is the last: give them another one first.")
    return [sentence % {"agent": agent} for agent in left.exclude(Exists(kept)).distinct()]


def of_policy(values: Mapping[str, Any], now: datetime) -> list[Problem]:
    """Of an SLA policy."""
    first, following, whole = (values.get(f"{kind}_minutes") for kind in ("first", "next", "resolution"))
    if first is None and following is None and whole is None:
        return [(None, _("A policy has at least one target: fill in a time."))]
    found: list[Problem] = []
    if whole is not None and first is not None and whole < first:
        found.append(("resolution_minutes", _("Nothing can be resolved sooner than it is answered.")))
    if whole is not None and following is not None and whole < following:
        sentence = _("The whole is to be resolved within %(whole)s minutes: no answer may take longer.")
        found.append(("next_minutes", sentence % {"whole": whole}))
    calendar = values.get("calendar")
    if calendar is not None and never_opens(calendar, now):
        sentence = _("“%(name)s” is never open: its minutes never pass, and nothing would ever be due.")
        found.append(("calendar", sentence % {"name": calendar}))
    return found


def of_calendar(*, has_hours: bool, policies: Collection[str]) -> list[Problem]:
    """`policies`: names of the SLA policies that count by it. Without any, one that never opens is allowed: visitors
    of its queues leave messages, at all times."""
    sentence = _("The SLA policy “%(name)s” counts by these hours: without any nothing would ever be due.")
    return [] if has_hours else [(None, sentence % {"name": name}) for name in policies]


def never_opens(calendar: Calendar, now: datetime) -> bool:
    hours = hours_of(calendar)
    return not is_open(hours, now) and next_opening(hours, now) is None


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


def _of_silence(values: Mapping[str, Any]) -> list[Problem]:
    """Who takes long may be relieved before the answer is due, but not at once: the queue gives them the time."""
    silent, policy = values.get("silent_seconds"), values.get("sla")
    minutes = [policy.first_minutes, policy.next_minutes] if policy is not None else [None]
    due = [values.get("answer_seconds") if one is None else 60 * one for one in minutes]
    shortest = min((seconds for seconds in due if seconds), default=0)
    # What is too short for the field has its sentence already.
    if silent is None or silent < LEAST_SILENT or SILENT_PARTS * silent >= shortest:
        return []
    sentence = _(
        "Agents have %(due)s seconds for an answer, but would lose the conversation after %(silent)s: it would go from "
        "hand to hand. At least %(least)s, or a shorter time for the answer."
    )
    least = -(-shortest // SILENT_PARTS)
    return [("silent_seconds", sentence % {"due": shortest, "silent": silent, "least": least})]
