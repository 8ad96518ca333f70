"""What reports read: sums by hour, broader ones, and what each conversation has put into them. Written only by
history/reports.

Hours are UTC's: a report in any time zone is a sum of them. A row without a tag counts all conversations; rows with
one count those that have it, so the two are never added up.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation


class ReportPosition(models.Model):
    """How far a brand's conversations are counted: one row, and the lock of everybody who counts."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    # Grows with each rebuild: a sweep that began before it must not say how far the new sums are.
    generation = models.PositiveIntegerField(default=0)
    # Conversations are counted in order of (`active_at`, `id`); behind this everything is counted for good.
    counted_until = models.DateTimeField(null=True, blank=True)
    # Up to here kept and broken promises were looked at, and agents' hours were summed up.
    settled_until = models.DateTimeField(null=True, blank=True)
    load_until = models.DateTimeField(null=True, blank=True)
    # Broad sums hold the hours before this; None: all. An upgrade sets it, and sweeps move it on to the end.
    broad_until = models.DateTimeField(null=True, blank=True)
    # When a sweep last came to the end: reports are true as of then.
    complete_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("position of the reports")
        verbose_name_plural = _("positions of the reports")

    def __str__(self) -> str:
        return f"counted until {self.counted_until}"


class CountedConversation(models.Model):
    """What a conversation has put into the sums, so that counting it again takes exactly that out first."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField()
    # How many of its promises were settled: one more is no row of the log, and its time may lie far back.
    settled = models.PositiveIntegerField(default=0, db_default=0)
    # Which sums it is in: all. Changed together with what sums there are, in a migration that lets no older process
    # write any more (0005): such a process names no form, or another, and is refused with all that it counted.
    form = models.PositiveSmallIntegerField(default=1)
    # history/reports/parts.py: Parts.packed().
    parts = models.JSONField()

    class Meta:
        verbose_name = _("counted conversation")
        verbose_name_plural = _("counted conversations")

    def __str__(self) -> str:
        return f"{self.conversation_id} · {self.seq}"


class Cell(models.Model):
    """An hour, and whose it was. No foreign keys: a report outlives queues, agents and tags."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField()
    queue_id = models.UUIDField(null=True, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    tag_id = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


class Counts(models.Model):
    """How often what happened. Signed, since what is taken out of a sum passes through it as a negative row."""

    opened = models.BigIntegerField(default=0)
    closed = models.BigIntegerField(default=0)
    reopened = models.BigIntegerField(default=0)
    assigned = models.BigIntegerField(default=0)
    unanswered = models.BigIntegerField(default=0)
    left_messages = models.BigIntegerField(default=0)
    messages_in = models.BigIntegerField(default=0)
    messages_out = models.BigIntegerField(default=0)
    first_kept = models.BigIntegerField(default=0)
    first_broken = models.BigIntegerField(default=0)
    next_kept = models.BigIntegerField(default=0)
    next_broken = models.BigIntegerField(default=0)
    resolution_kept = models.BigIntegerField(default=0)
    resolution_broken = models.BigIntegerField(default=0)

    class Meta:
        abstract = True


class HourlyCount(Cell, Counts):
    class Meta:
        verbose_name = _("hourly count")
        verbose_name_plural = _("hourly counts")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "queue_id", "agent_id", "tag_id"], nulls_distinct=False, name="one_count_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour} · {self.opened}"


class HourlySpread(Cell):
    """How long something took, as a histogram (history/reports/spread.py): one row per filled bucket."""

    class Measure(models.IntegerChoices):
        WAITED = 1
        FIRST_RESPONSE = 2
        RESOLUTION = 3
        RATING = 4

    class Time(models.IntegerChoices):
        # Where a queue has no hours, both are the same and one row says so.
        BOTH = 0
        CLOCK = 1
        BUSINESS = 2

    measure = models.PositiveSmallIntegerField(choices=Measure.choices)
    time = models.PositiveSmallIntegerField(choices=Time.choices)
    bucket = models.PositiveSmallIntegerField()
    count = models.BigIntegerField(default=0)
    # Seconds; of ratings the scores.
    total = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("hourly spread")
        verbose_name_plural = _("hourly spreads")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "queue_id", "agent_id", "tag_id", "measure", "time", "bucket"],
                nulls_distinct=False,
                name="one_spread_per_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour} · {self.measure} · {self.bucket}"


class Broad(models.Model):
    """The same sums by one thing only: of the whole brand by hour, or of a queue, an agent, a tag by week of UTC.

    What a page without filters reads: how many rows there are does not grow with hours x queues x agents.
    """

    class Kind(models.IntegerChoices):
        HOUR = 1
        QUEUE = 2
        AGENT = 3
        TAG = 4

    id = models.BigAutoField(primary_key=True)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    # Where the hour or the week begins.
    start = models.DateTimeField()
    # Whose; of the brand: nobody's.
    owner_id = models.UUIDField(null=True, blank=True)

    class Meta:
        abstract = True


class BroadCount(Broad, Counts):
    class Meta:
        verbose_name = _("broad count")
        verbose_name_plural = _("broad counts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "start", "owner_id"], nulls_distinct=False, name="one_broad_count_per_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.start} · {self.opened}"


class BroadSpread(Broad):
    """As HourlySpread: `measure` and `time` are its choices."""

    measure = models.PositiveSmallIntegerField(choices=HourlySpread.Measure.choices)
    time = models.PositiveSmallIntegerField(choices=HourlySpread.Time.choices)
    bucket = models.PositiveSmallIntegerField()
    count = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("broad spread")
        verbose_name_plural = _("broad spreads")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "start", "owner_id", "measure", "time", "bucket"],
                nulls_distinct=False,
                name="one_broad_spread_per_cell",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.start} · {self.measure} · {self.bucket}"


class HourlyLoad(models.Model):
    """How busy an agent was in an hour. Written whole, from the assignments that touch it."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField()
    agent_id = models.UUIDField()
    # With at least one conversation; summed over conversations; most of them at once.
    busy_seconds = models.PositiveIntegerField()
    held_seconds = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("hourly load")
        verbose_name_plural = _("hourly loads")
        constraints = [models.UniqueConstraint(fields=["hour", "agent_id"], name="one_load_per_hour")]

    def __str__(self) -> str:
        return f"{self.hour} · {self.agent_id} · {self.busy_seconds}"
