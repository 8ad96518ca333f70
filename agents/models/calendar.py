"""Business hours as named calendars, for queues and deadlines. What they mean in time: agents/calendars."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


class Calendar(models.Model):
    """When people work, week by week, in one time zone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", help_text=_("Like Asia/Shanghai."))
    # [{"day": 0, "start": "09:00", "end": "17:30"}, …]: Monday is 0; several a day; an end before or at the start is
    # on the next day. Checked by agents/calendars.
    spans = models.JSONField(_("hours"), default=list, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A date that differs from its week: closed where it has no spans, otherwise open in these and no others."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="days", verbose_name=_("business hours")
    )
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80, blank=True, help_text=_("Like the holiday's name."))
    # [{"start": "10:00", "end": "14:00"}, …]
    spans = models.JSONField(_("hours"), default=list, blank=True)
    # Where an iCal import made it: the event's UID, so that importing again changes it instead of adding another.
    source_uid = models.CharField(max_length=255, blank=True, editable=False)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ("date",)
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="one_special_day_per_date")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()
