"""What happens when nobody is looking: automation rules, idle closing, the archive."""

from datetime import timedelta

from hypothesis.stateful import rule

from agents.automation.sweep import sweep_rules
from agents.models import AutomationPosition, RuleRun
from chat.models import Conversation, Message
from chat.reading import read_events
from history.archive import archive_closed
from history.sweeps import sweep_idle
from tests.routing.life.stage import DAY, Stage, entries_of
from tests.routing.life.told import told_by

AUDIENCES = ("visitor", "agent")


class Keep(Stage):
    @rule()
    def automation(self) -> None:
        self.look_through()
        self.check_rules_start_no_rules()
        # What they did starts nothing: looking again finds nothing to do.
        before = self.picture()
        assert self.look_through() == 0
        assert self.picture() == before

    def look_through(self) -> int:
        # The ids of rows come from the real clock: for the position, which is of ours, they are always old.
        AutomationPosition.objects.all().delete()
        return sweep_rules(self.now)

    def check_rules_start_no_rules(self) -> None:
        people = ("visitor", "agent")
        for one in RuleRun.objects.exclude(outcome=[]):
            rows = {row.seq: row for row in Message.objects.filter(conversation=one.conversation_id)}
            if not rows:
                continue  # archived since
            assert not (rows[one.seq].author_kind == "system" and rows[one.seq].author_id), "a rule started a rule"
            earlier = RuleRun.objects.filter(rule=one.rule, conversation_id=one.conversation_id, seq__lt=one.seq)
            acted = [run.seq for run in earlier if any(outcome["do"] for outcome in run.outcome)]
            if acted and any(outcome["do"] for outcome in one.outcome):
                between = range(max(acted) + 1, one.seq + 1)
                assert any(rows[seq].author_kind in people for seq in between), "a rule went round"

    @rule()
    def a_day_goes_by(self) -> None:
        """Closed as idle is exactly what was answered, is awake, and rests."""
        self.now += DAY + timedelta(minutes=1)
        due = set()
        for row in self.conversations():
            told = told_by(entries_of(row), self.undone)
            if told.status != "closed" and told.snoozed_until is told.awaiting_reply_since is None:
                due.add(row.pk)
        assert sweep_idle(self.now) == len(due)
        closed = Conversation.objects.filter(close_reason="idle", closed_at=self.now)
        assert set(closed.values_list("pk", flat=True)) == due
        assert sweep_idle(self.now) == 0

    @rule()
    def a_month_goes_by(self) -> None:
        self.now += 31 * DAY
        due = {row.pk: frames_of(row) for row in self.conversations(status="closed", archived_at=None)}
        assert archive_closed(self.now) == len(due)
        self.archived.update(due)
        assert archive_closed(self.now) == 0


def frames_of(row: Conversation) -> list[object]:
    """All that both sides can read."""
    fresh = Conversation.objects.get(pk=row.pk)
    return [read_events(fresh, audience=audience, after=0, limit=10_000) for audience in AUDIENCES]
