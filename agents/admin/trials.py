"""“Try before saving” on the pages of queues and agents: what the form says against a past day, beside how it was.

Writes nothing: what Django would save is caught before it does.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.models import Queue
from agents.routing.trial import Change, Trial, try_change
from tenants.admin.base import rows_kept

HEADINGS = {"as_it_was": _("As it was"), "now": _("With the rules of now"), "changed": _("With these rules")}
WAITS = {
    "served": _("Served"),
    "unserved": _("Not served"),
    "overflowed": _("Overflowed"),
    "offered": _("Found the queue too long"),
    "mean": _("Wait on average"),
    "p90": _("Nine of ten waited at most"),
    "longest": _("Longest wait"),
}
TIMES = ("mean", "p90", "longest")


class Tried(Exception):
    """All that was filled in is valid, and is to be tried, not saved. Its transaction is rolled back."""

    def __init__(self, form: Any, formsets: Any) -> None:
        self.form, self.formsets = form, formsets


class TriesRules:
    """Answers the form's second button. Stands before every class that saves."""

    change_form_after_template = "admin/try_rules.html"
    try_text: Any = ""

    def change_tried(self, request: HttpRequest, form: Any, rows: list[dict[str, Any]]) -> Change:
        """What the form changes of a past day; `rows` are those of its table below that stay."""
        raise NotImplementedError

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        page: Any = super()
        context = self._offer(is_new=object_id is None) | (extra_context or {})
        try:
            answer: HttpResponse = page.changeform_view(request, object_id, form_url, context)
        except Tried as tried:
            return self._try(request, tried.form, tried.formsets)
        return answer

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        page: Any = super()
        if not _is_trial(request):
            page.save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        page: Any = super()
        if _is_trial(request):
            raise Tried(form, formsets)
        page.save_related(request, form, formsets, change)

    def _offer(self, *, is_new: bool) -> dict[str, Any]:
        """What the part of the page with the button shows."""
        today = timezone.localdate()
        return {
            "try_text": self.try_text,
            "try_day": (today - timedelta(days=1)).isoformat(),
            "try_today": today.isoformat(),
            # What did not exist got nothing: it stands in for one that did.
            "try_queues": list(Queue.objects.order_by("-is_default", "position", "name")) if is_new else [],
        }

    def _try(self, request: HttpRequest, form: Any, formsets: Any) -> HttpResponse:
        admin: Any = self
        now = timezone.now()
        rows = [row for formset in formsets for row in rows_kept(formset)]
        trial = try_change(_day(request, now), self.change_tried(request, form, rows), now)
        context = {"trial": trial, "headings": [HEADINGS[name] for name in trial.columns], "agents": _agents(trial)}
        title = gettext("Try before saving: %(name)s") % {"name": form.instance}
        answer: HttpResponse = admin.show_page(
            request, "admin/trial.html", title, rows=_rows(trial), object=form.instance, **context
        )
        return answer


def queue_tried_for(request: HttpRequest) -> UUID | None:
    """Whose conversations a queue that does not exist yet would have got."""
    try:
        return UUID(request.POST.get("_try_queue", ""))
    except ValueError:
        return None


def _is_trial(request: HttpRequest) -> bool:
    return "_try" in request.POST


def _day(request: HttpRequest, now: datetime) -> date:
    try:
        return date.fromisoformat(request.POST.get("_try_day", ""))
    except ValueError:
        return timezone.localdate(now) - timedelta(days=1)


def _rows(trial: Trial) -> list[tuple[Any, list[Any]]]:
    return [(label, [_cell(key, summary[key]) for summary in trial.columns.values()]) for key, label in WAITS.items()]


def _agents(trial: Trial) -> list[tuple[str, list[str]]]:
    """Who had anything in any column. Two may be called the same, and one who is switched off has no number there."""
    columns = [{one["id"]: one for one in summary["agents"]} for summary in trial.columns.values()]
    names = {pk: one["name"] for column in columns for pk, one in column.items() if one["conversations"]}
    return [
        (name, [_had(column.get(pk)) for column in columns])
        for pk, name in sorted(names.items(), key=lambda one: (one[1], one[0]))
    ]


def _had(one: dict[str, Any] | None) -> str:
    return f"{one['conversations']} ({one['most_at_once']})" if one else "–"


def _cell(key: str, value: Any) -> Any:
    if value is None:
        return "–"
    if key not in TIMES:
        return value
    minutes, seconds = divmod(round(value), 60)
    if not minutes:
        return gettext("%(seconds)s s") % {"seconds": seconds}
    if not seconds:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
