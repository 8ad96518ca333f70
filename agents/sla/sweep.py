"""Finding what no nudge told of, and promises whose time is over."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agents.models import SlaTarget
from agents.sla.keep import FIRST, NEXT, RESOLUTION, keep_promises
from agents.sla.plain import keep_plain
from agents.sla.rules import Rules, read_rules
from agents.sla.targets import REPLIES
from chat.models import Conversation
from chat.walk import work_through

AWAKE = Q(snoozed_until__isnull=True)


def sweep_sla(now: datetime, limit: int = 1000) -> int:
    """Keep the promises of conversations of the current brand that need it; returns of how many the row changed or a
    promise was settled. One that fails stops no other."""
    rules = read_rules()

    # Plain ones first, all at once: after a long time without workers there may be many.
    without = without_deadline(rules).exclude(queue_id__in=rules.never_due(now))
    done = len(keep_plain(list(without.order_by("active_at").values_list("pk", flat=True)[:limit]), now, rules))
    for due in (overdue(now), without, answered(), closed_with_open_targets()):

        def keep_one(conversation_id: UUID, due: QuerySet[Conversation] = due) -> bool:
            # What is found for ever, for whatever reason, must not keep the sweep from the rest.
            return keep_promises(conversation_id, now, rules) or not due.filter(pk=conversation_id).exists()

        done += work_through(due, by="active_at", work=keep_one, limit=limit - done) if done < limit else 0
    return done


def need_it(rules: Rules, *, asked: Collection[UUID], replied: Collection[UUID]) -> set[UUID]:
    """Those of the conversations, in which a visitor or an agent wrote, whose promises this changes: few do.

    With a policy also those asked and answered in the same moment, so that nobody waits by now.
    """
    found = set(without_deadline(rules).filter(pk__in=asked).values_list("pk", flat=True))
    found |= set(answered().filter(pk__in=replied).values_list("pk", flat=True))
    if rules.with_policy:
        at_rest = Conversation.objects.filter(pk__in=asked, awaiting_reply_since__isnull=True)
        found |= set(at_rest.filter(queue_id__in=rules.with_policy).values_list("pk", flat=True))
    return found


def overdue(now: datetime) -> QuerySet[Conversation]:
    targets = SlaTarget.objects.filter(met_at__isnull=True, breached_at__isnull=True, due_at__lte=now)
    return Conversation.objects.filter(AWAKE, pk__in=targets.values("conversation_id"))


def without_deadline(rules: Rules) -> QuerySet[Conversation]:
    """Somebody waits and no deadline is written. Left messages have one only where a policy promises that answer."""
    opened = Conversation.objects.filter(AWAKE).exclude(status=Conversation.Status.CLOSED)
    first = Q(first_reply_at__isnull=True, queue_id__in=rules.promising(FIRST))
    following = Q(first_reply_at__isnull=False, queue_id__in=rules.promising(NEXT))
    promised = Q(left_message=False) | first | following
    asked = Q(awaiting_reply_since__isnull=False, reply_due_at__isnull=True) & promised
    unresolved = Q(resolve_due_at__isnull=True, queue_id__in=rules.promising(RESOLUTION))
    return opened.filter(asked | unresolved)


def answered() -> QuerySet[Conversation]:
    """Open ones with a reply's target that is not settled, though nobody waits for that answer any more."""
    target = SlaTarget.objects.filter(conversation=OuterRef("pk"), met_at__isnull=True, kind__in=REPLIES)
    settled = target.filter(
        Q(conversation__awaiting_reply_since__isnull=True) | Q(conversation__awaiting_reply_since__gt=F("started_at"))
    )
    return Conversation.objects.exclude(status=Conversation.Status.CLOSED).filter(Exists(settled))


def closed_with_open_targets() -> QuerySet[Conversation]:
    targets = SlaTarget.objects.filter(met_at__isnull=True, breached_at__isnull=True)
    return Conversation.objects.filter(pk__in=targets.values("conversation_id"), status=Conversation.Status.CLOSED)
