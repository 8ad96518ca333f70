"""“Try before saving” on a queue's page: its form's rules against a past day, beside how it was. Writes nothing."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.models import Queue
from agents.routing.facts import QueueRules
from agents.routing.trial import Trial, try_queue

HEADINGS = {"as_it_was": _("As it was"), "now": _("With the rules of now"), "changed": _("With these rules")}
WAITS = {
    "served": _("Served"),
    "unserved": _("Not served"),
    "overflowed": _("Overflowed"),
    "mean": _("Wait on average"),
    "p90": _("Nine of ten waited at most"),
    "longest": _("Longest wait"),
}
TIMES = ("mean", "p90", "longest")


class TriesRules:
    """For the admin page of queues: answers its form's second button."""

    change_form_after_template = "admin/try_queue.html"

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page: Any = super()
        if request.method != "POST" or "_try" not in request.POST or object_id is None:
            answer: HttpResponse = page.changeform_view(request, object_id, form_url, extra_context)
            return answer
        return self._try(request, object_id, page)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Queue | None:
        page: Any = super()
        queue: Any = page.get_object(request, object_id, from_field)
        if queue is not None:
            today = timezone.localdate()
            queue.try_day, queue.try_today = (today - timedelta(days=1)).isoformat(), today.isoformat()
        return queue

    def _try(self, request: HttpRequest, object_id: str, page: Any) -> HttpResponse:
        admin: Any = self
        queue = admin.get_object(request, object_id)
        if queue is None:
            missing: HttpResponse = admin._get_obj_does_not_exist_redirect(request, admin.opts, object_id)
            return missing
        if not admin.has_change_permission(request, queue):
            raise PermissionDenied
        # Validating fills the object in memory; it is thrown away.
        form = admin.get_form(request, queue, change=True)(request.POST, instance=queue)
        if not form.is_valid():
            shown: HttpResponse = page.changeform_view(request, object_id)
            return shown
        now = timezone.now()
        trial = try_queue(_day(request, now), rules_of_form(queue, form.cleaned_data), now)
        context = {"trial": trial, "headings": [HEADINGS[name] for name in trial.columns], "agents": _agents(trial)}
        title = gettext("Try before saving: %(name)s") % {"name": queue.name}
        answer: HttpResponse = admin.show_page(
            request, "admin/queue_trial.html", title, rows=_rows(trial), object=queue, **context
        )
        return answer


def rules_of_form(queue: Queue, data: dict[str, Any]) -> QueueRules:
    overflow = data.get("overflow_queue")
    return QueueRules(
        queue.pk,
        data["strategy"],
        data["priority"],
        data["capacity"],
        frozenset(skill.pk for skill in data["skills"]),
        data["matches_language"],
        data["relax_after_seconds"],
        data["sticky_seconds"],
        data["fair_share_count"],
        data["fair_share_minutes"],
        overflow.pk if overflow else None,
        data["overflow_after_seconds"],
    )


def _day(request: HttpRequest, now: datetime) -> date:
    try:
        return date.fromisoformat(request.POST.get("_try_day", ""))
    except ValueError:
        return timezone.localdate(now) - timedelta(days=1)


def _rows(trial: Trial) -> list[tuple[Any, list[Any]]]:
    return [(label, [_cell(key, summary[key]) for summary in trial.columns.values()]) for key, label in WAITS.items()]


def _agents(trial: Trial) -> list[tuple[str, list[str]]]:
    had: dict[str, list[str]] = {}
    for summary in trial.columns.values():
        for one in summary["agents"]:
            had.setdefault(one["name"], []).append(f"{one['conversations']} ({one['most_at_once']})")
    return [(name, cells) for name, cells in sorted(had.items()) if any(not cell.startswith("0 ") for cell in cells)]


def _cell(key: str, value: Any) -> Any:
    if value is None:
        return "–"
    if key not in TIMES:
        return value
    minutes, seconds = divmod(round(value), 60)
    if not minutes:
        return gettext("%(seconds)s s") % {"seconds": seconds}
    return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
