"""Numbers on the first page of a brand's admin site: what waits, who is there, how the last days went."""

from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agents.loads import has_now
from agents.models import Agent
from agents.waiting.opening import live_waiting
from chat.models import Conversation
from chat.models import Widget as ChatWidget
from tenants.admin.look import initials_of

CHART_DAYS = 14
# Enough for a fair median, few enough to read on every look.
REPLIES_READ = 1000


def add_numbers(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by unfold for the index page of the brand's admin."""
    now = timezone.now()
    return context | {
        "cards": _cards(now),
        "bars": _bars(now),
        "team": _team(),
        "steps": _next_steps(),
    }


def _cards(now: datetime) -> list[dict[str, Any]]:
    waiting = live_waiting()
    oldest = waiting.order_by("waiting_since").values_list("waiting_since", flat=True).first()
    assigned = Conversation.objects.filter(status=Conversation.Status.ASSIGNED).count()
    agents = list(Agent.objects.filter(is_active=True))
    online = sum(agent.effective_availability == Agent.Availability.ONLINE for agent in agents)
    first_reply, answered = _median_first_reply(now)
    conversations = reverse("admin:chat_conversation_changelist")
    return [
        {
            "title": gettext("Waiting now"),
            "value": waiting.count(),
            "note": gettext("longest: %(time)s") % {"time": spell_time(now - oldest)}
            if oldest
            else gettext("nobody waits"),
            "link": f"{conversations}?status__exact=waiting",
            "is_urgent": bool(oldest and now - oldest > timedelta(minutes=10)),
        },
        {
            "title": gettext("In conversation"),
            "value": assigned,
            "note": gettext("assigned to agents"),
            "link": f"{conversations}?status__exact=assigned",
        },
        {
            "title": gettext("Agents online"),
            "value": f"{online} / {len(agents)}",
            "note": gettext("present and available"),
            "link": reverse("admin:agents_agent_changelist"),
        },
        {
            "title": gettext("First reply"),
            "value": first_reply,
            "note": ngettext("median of %(n)d conversation, 7 days", "median of %(n)d conversations, 7 days", answered)
            % {"n": answered},
        },
    ]


def _median_first_reply(now: datetime) -> tuple[str, int]:
    """The median, and of how many: of those that were answered, the last ones where they are many."""
    replied = Conversation.objects.filter(created_at__gte=now - timedelta(days=7), first_reply_at__isnull=False)
    times = replied.order_by("-created_at").annotate(took=F("first_reply_at") - F("created_at"))
    seconds = [took.total_seconds() for took in times.values_list("took", flat=True)[:REPLIES_READ]]
    return spell_time(timedelta(seconds=median(seconds))) if seconds else "–", len(seconds)


def _bars(now: datetime) -> list[dict[str, Any]]:
    """New conversations per day, today last."""
    first = (now - timedelta(days=CHART_DAYS - 1)).date()
    rows = Conversation.objects.filter(created_at__date__gte=first).annotate(day=TruncDate("created_at"))
    counts = dict(rows.values("day").annotate(new=Count("id")).values_list("day", "new"))
    top = max([*counts.values(), 1])
    return [
        {
            "label": f"{day.month}/{day.day}",
            "count": counts.get(day, 0),
            "percent": round(78 * counts.get(day, 0) / top),
        }
        for day in (first + timedelta(days=index) for index in range(CHART_DAYS))
    ]


def _team() -> list[dict[str, Any]]:
    team = Agent.objects.filter(is_active=True).annotate(has_now=has_now())
    return [
        {
            "name": agent.display_name,
            "initials": initials_of(agent.display_name),
            "availability": agent.effective_availability,
            "availability_name": Agent.Availability(agent.effective_availability).label,
            "load": agent.has_now,
            "capacity": agent.capacity,
            "percent": min(100, round(100 * agent.has_now / agent.capacity)) if agent.capacity else 100,
            "link": reverse("admin:agents_agent_change", args=[agent.pk]),
        }
        for agent in team.order_by("-is_present", "display_name")[:12]
    ]


def _next_steps() -> list[dict[str, str]]:
    """What a new brand still lacks, each with the page to do it on."""
    steps = []
    if Agent.objects.filter(is_active=True).count() < 2:
        steps.append({"text": gettext("Add your agents"), "link": reverse("admin:agents_agent_add")})
    widget = ChatWidget.objects.first()
    if widget and not Conversation.objects.exists():
        link = reverse("admin:chat_widget_change", args=[widget.pk])
        steps.append({"text": gettext("Put the widget on your site"), "link": link})
    return steps


def spell_time(span: timedelta) -> str:
    """Say a length of time with one unit: 40 s, 12 min, 3 h, 2 d."""
    seconds = max(0, round(span.total_seconds()))
    units = ((86400, gettext("d")), (3600, gettext("h")), (60, gettext("min")), (1, gettext("s")))
    size, unit = next((pair for pair in units if seconds >= pair[0]), units[-1])
    return f"{seconds // size} {unit}"
