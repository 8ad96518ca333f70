"""Admin pages of business hours: calendars with their special days, and holidays from a file."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from agents.admin.hours_forms import CalendarDayForm, CalendarForm, written
from agents.calendars import hours_of, is_open, next_opening
from agents.calendars.holidays import Plan, do_import, plan_from_json, plan_import, plan_to_json
from agents.calendars.ical import MAX_BYTES, BadFile
from agents.contradictions import never_opens, of_calendar
from agents.models import Calendar, CalendarDay, SlaPolicy
from tenants.admin.base import KefuInline, KefuModelAdmin, rows_kept
from tenants.admin.site import brand_admin

CHANGES = {"new": _("new day"), "changed": _("day changed"), "same": _("as it is"), "kept": _("kept: written by hand")}
PLAN_SALT = "agents.admin.calendars.plan"
PLAN_SECONDS = 3600


class DaysFormSet(forms.models.BaseInlineFormSet):
    """Looks at the calendar as the same page leaves it: the hours of the week are saved along."""

    def clean(self) -> None:
        super().clean()
        calendar, today = self.instance, timezone.now().date()
        days = [row for row in rows_kept(self) if row.get("hours") and row.get("date", today) >= today]
        policies = list(SlaPolicy.objects.filter(calendar_id=calendar.pk).values_list("name", flat=True))
        if problems := of_calendar(has_hours=bool(calendar.spans or days), policies=policies):
            raise forms.ValidationError([sentence for _field, sentence in problems])


class CalendarDayInline(KefuInline):
    model = CalendarDay
    formset = DaysFormSet
    form = CalendarDayForm
    fields = ("date", "name", "hours")
    hide_title = True
    verbose_name_plural = _("special days")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarDay]:
        # What is long over is kept for deadlines that were counted by it, and is nothing to look at.
        return cast("QuerySet[CalendarDay]", super().get_queryset(request).filter(date__gte=first_of_year()))


class CalendarAdmin(KefuModelAdmin):
    form = CalendarForm
    list_display = ("name", "time_zone", "now_label", "next_special_day", "used_by")
    search_fields = ("name",)
    inlines = (CalendarDayInline,)
    actions = None
    actions_detail = ("import_holidays",)
    fieldsets = (
        (None, {"fields": ("name", "time_zone")}),
        (
            _("Every week"),
            {
                "fields": tuple(f"day_{number}" for number in range(7)),
                "description": _(
                    "Like 09:00-12:00, 13:00-17:30: several spans are separated by commas. An end before its start is "
                    "on the next day; 00:00-00:00 is day and night; empty: closed. A special day below takes the place "
                    "of its day of the week."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        return cast("QuerySet[Calendar]", super().get_queryset(request).annotate(queue_count=Count("queues")))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if never_opens(form.instance, timezone.now()):
            said = gettext("Never open: visitors of its queues can only leave messages.")
            self.message_user(request, said, messages.WARNING)

    @display(description=_("at present"), label={True: "success", False: "default"})
    def now_label(self, calendar: Calendar) -> tuple[bool, str]:
        hours, now = hours_of(calendar), timezone.now()
        if is_open(hours, now):
            return True, gettext("open now")
        opens = next_opening(hours, now)
        if opens is None:
            return False, gettext("never open")
        return False, gettext("opens %(time)s") % {"time": date_format(opens.astimezone(hours.zone), "D H:i")}

    @display(description=_("next special day"))
    def next_special_day(self, calendar: Calendar) -> str:
        day = calendar.days.filter(date__gte=timezone.now().date()).first()
        return str(day) if day else "–"

    @display(description=_("queues"), ordering="queue_count")
    def used_by(self, calendar: Any) -> int:
        return int(calendar.queue_count)

    @action(description=_("Import holidays"), icon="event")
    def import_holidays(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose a file, look at what it would change, do it."""
        calendar = self.get_object(request, object_id)
        if calendar is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_change_permission(request, calendar):
            raise PermissionDenied
        if request.method == "POST" and "plan" in request.POST:
            return self._do_import(request, calendar, request.POST["plan"])
        form = HolidaysForm(request.POST, request.FILES) if request.method == "POST" else HolidaysForm()
        plan = form.plan(calendar) if form.is_valid() else None
        return self._show_import(request, calendar, form, plan)

    def _show_import(
        self, request: HttpRequest, calendar: Calendar, form: "HolidaysForm", plan: Plan | None
    ) -> HttpResponse:
        rows = [(one, written(one.spans), CHANGES[one.change]) for one in plan.days] if plan else []
        context = {
            "object": calendar,
            "form": form,
            "plan": plan,
            "rows": rows,
            "change_count": sum(one.change in ("new", "changed") for one in plan.days) + len(plan.gone) if plan else 0,
            "signed": sign_plan(calendar, plan) if plan else "",
            "back": self._page_of(calendar),
            "max_bytes": MAX_BYTES,
        }
        status = 422 if form.errors else 200
        return self.show_page(
            request, "admin/import_holidays.html", gettext("Import holidays"), status=status, **context
        )

    def _do_import(self, request: HttpRequest, calendar: Calendar, signed: str) -> HttpResponse:
        plan = read_plan(calendar, signed)
        if plan is None:
            self.message_user(request, gettext("That took too long: choose the file again."), "error")
        else:
            count = do_import(calendar, plan)
            said = ngettext("%(count)d special day changed.", "%(count)d special days changed.", count)
            self.message_user(request, said % {"count": count})
            self.log_change(request, calendar, gettext("Imported holidays: %(count)d.") % {"count": count})
        return HttpResponseRedirect(self._page_of(calendar))

    def _page_of(self, calendar: Calendar) -> str:
        return reverse("admin:agents_calendar_change", args=[calendar.pk])


class HolidaysForm(forms.Form):
    file = forms.FileField(label=_("iCal file (.ics, at most 1 MB)"), max_length=255)

    def plan(self, calendar: Calendar) -> Plan | None:
        try:
            return plan_import(calendar, self.cleaned_data["file"].read(), timezone.now().date())
        except BadFile as error:
            self.add_error("file", str(error))
            return None


def sign_plan(calendar: Calendar, plan: Plan) -> str:
    """What was looked at is what is done, for this calendar only."""
    return signing.dumps({"calendar": str(calendar.pk), **plan_to_json(plan)}, salt=PLAN_SALT, compress=True)


def read_plan(calendar: Calendar, signed: str) -> Plan | None:
    try:
        data = signing.loads(signed, salt=PLAN_SALT, max_age=PLAN_SECONDS)
    except signing.BadSignature:
        return None
    return plan_from_json(data) if data["calendar"] == str(calendar.pk) else None


def first_of_year() -> date:
    return timezone.now().date().replace(month=1, day=1)


brand_admin.register(Calendar, CalendarAdmin)
