"""Hours as people write them: `09:00-12:00, 13:00-17:30`, a line for each day."""

import re
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from agents.calendars import BadHours, check_day_spans, check_week_spans
from agents.calendars.checks import DAY_NAMES, known_zones
from agents.models import Calendar, CalendarDay

DASH = re.compile(r"\s*[-–—~～至]\s*")
COMMA = re.compile(r"\s*[,;，；、]\s*")


class HoursField(forms.CharField):
    """A day's spans in one line; empty: closed."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)
        self.widget.attrs["placeholder"] = _("closed all day")

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        spans = [DASH.split(part) for part in COMMA.split(text) if part]
        for span in spans:
            if len(span) != 2:
                raise forms.ValidationError(gettext("Write spans like 09:00-12:00, 13:00-17:30."))
        return [{"start": _padded(start), "end": _padded(end)} for start, end in spans]

    def validate(self, value: Any) -> None:
        try:
            check_day_spans(value)
        except BadHours as error:
            raise forms.ValidationError(str(error)) from None

    def run_validators(self, value: Any) -> None:
        pass  # those of texts


def written(spans: list[dict[str, str]]) -> str:
    return ", ".join(f"{span['start']}-{span['end']}" for span in spans)


def _padded(text: str) -> str:
    """9:00 is meant for 09:00."""
    return f"0{text}" if re.fullmatch(r"\d:\d\d", text, re.ASCII) else text


class CalendarForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label=_("time zone"),
        choices=lambda: [(name, name) for name in sorted(known_zones())],
        widget=UnfoldAdminSelectWidget,
        help_text=_("The hours below are on the clocks there, summer and winter."),
        initial="UTC",
    )
    day_0, day_1, day_2, day_3 = HoursField(), HoursField(), HoursField(), HoursField()
    day_4, day_5, day_6 = HoursField(), HoursField(), HoursField()

    class Meta:
        model = Calendar
        fields = ("name", "time_zone")
        help_texts = {"name": _("For example Office Shanghai. Queues and SLA policies choose it by this name.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].label = capfirst(str(self.fields["time_zone"].label))
        for number in range(7):
            spans = [span for span in self.instance.spans if span["day"] == number]
            self.fields[f"day_{number}"].initial = written(spans)
            self.fields[f"day_{number}"].label = capfirst(str(DAY_NAMES[number]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        spans = [{"day": number, **span} for number in range(7) for span in data.get(f"day_{number}") or []]
        try:
            check_week_spans(spans)
        except BadHours as error:
            raise forms.ValidationError(str(error)) from None
        self.instance.spans = spans
        return data


class CalendarDayForm(forms.ModelForm):
    hours = HoursField(label=_("hours"), help_text=_("Like 09:00-12:00, 13:00-17:30."))

    class Meta:
        model = CalendarDay
        fields = ("date", "name")
        help_texts = {"date": _("On this date the hours here take the place of those of the week.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hours"].initial = written(self.instance.spans)

    def save(self, commit: bool = True) -> Any:
        self.instance.spans = self.cleaned_data["hours"]
        # By hand from now on: importing again leaves it as it is.
        self.instance.source_uid = ""
        return super().save(commit)
