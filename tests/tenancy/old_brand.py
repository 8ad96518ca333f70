"""A brand as the last version before the desk (agents 0002, chat 0001, history 0001) made and left it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tenants.context import in_public, in_tenant
from tenants.ids import new_id
from tenants.models import Domain, Tenant
from tenants.provisioning import _make_schema

OLD = {"agents": "0002_take_back", "chat": "0001_initial", "history": "0001_initial", "tenants": "0002_edit_minutes"}
# What a log says, told by one letter each: v(isitor), a(gent), b(ot), n(ote), c(losed), o(pened again).
EVENTS = {"n": "note.created", "c": "conversation.closed", "o": "conversation.reopened"}
KINDS = {"v": "visitor", "a": "agent", "n": "agent", "b": "bot"}


def make_old_brand(slug: str, now: datetime) -> Tenant:
    """Its schema through the migrations of that time, empty; `public` is today's, as it is during an upgrade."""
    tenant = Tenant.objects.create(slug=slug, name="Old", schema_name=f"brand_{slug}", created_at=now)
    Domain.objects.create(tenant=tenant, domain=f"{slug}.localhost", is_primary=True)
    with in_public():
        _make_schema(tenant.schema_name)
    with in_tenant(tenant):
        executor = MigrationExecutor(connection)
        leaves = dict(executor.loader.graph.leaf_nodes())
        executor.migrate(list((leaves | OLD).items()))
    return tenant


def migrate_to_leaves() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


class Past:
    """Writes rows as that version wrote them, into the brand that the thread is in."""

    def __init__(self, now: datetime) -> None:
        loader = MigrationExecutor(connection).loader
        self.apps: Apps = loader.project_state(list(OLD.items())).apps
        self.now = now
        self.queue = self.model("agents.Queue").objects.create(name="General", is_default=True)
        self.other = self.model("agents.Queue").objects.create(name="Sales", take_back_seconds=None)
        self.widget = self.model("chat.Widget").objects.create(name="Shop", public_key="kf_pk_old")
        self.agents = {name: self._agent(name, role) for name, role in (("Olga", "admin"), ("Otto", "agent"))}

    def model(self, label: str) -> Any:
        return self.apps.get_model(label)

    def talk(self, name: str, log: str, *, agent: str = "", archived: bool = False, days: int = 0) -> Any:
        """A conversation in which this happened, one letter a minute; closed where it ends with a `c`."""
        begin = self.now - timedelta(days=days, minutes=len(log) + 1)
        visitor = self.model("chat.Visitor").objects.create(
            name=name,
            email=f"{name.lower()}@old.test",
            attributes={"order": name},
            last_seen_at=begin,
            created_at=begin,
        )
        conversation = self.model("chat.Conversation").objects.create(
            visitor=visitor,
            widget=self.widget,
            queue_id=self.queue.pk,
            queue_name=self.queue.name,
            created_at=begin,
            waiting_since=begin,
        )
        rows = [self._row(conversation, seq, letter, begin) for seq, letter in zip(count(1), f"+{log}", strict=False)]
        self.model("chat.Message").objects.bulk_create(rows)
        self._settle(conversation, log, rows, agent)
        if archived:
            self._archive(conversation, rows)
        conversation.save()
        return conversation

    def _agent(self, name: str, role: str) -> Any:
        user, _ = self.model("tenants.User").objects.get_or_create(email=f"{name.lower()}@old.test", name=name)
        agent = self.model("agents.Agent").objects.create(user=user, display_name=name, role=role, capacity=3)
        for queue in (self.queue, self.other):
            self.model("agents.Membership").objects.create(agent=agent, queue=queue)
        return agent

    def _row(self, conversation: Any, seq: int, letter: str, begin: datetime) -> Any:
        kind = KINDS.get(letter, "system")
        return self.model("chat.Message")(
            conversation=conversation,
            seq=seq,
            event="conversation.created" if letter == "+" else EVENTS.get(letter, "message.created"),
            author_kind=kind,
            author_id=conversation.visitor_id if kind == "visitor" else None,
            author_name=conversation.visitor.name if kind == "visitor" else kind,
            visibility="note" if letter == "n" else "public",
            body={"text": f"{letter}{seq}", "html": f"<p>{letter}{seq}</p>"} if letter in KINDS else {},
            client_id=new_id() if letter in KINDS else None,
            created_at=begin + timedelta(minutes=seq - 1),
        )

    def _settle(self, conversation: Any, log: str, rows: list[Any], agent: str) -> None:
        """The row's columns, as the verbs of that time and the log's writer kept them."""
        conversation.last_seq, conversation.active_at = rows[-1].seq, rows[-1].created_at
        for row in _messages(rows):
            conversation.last_message_preview, conversation.last_message_at = row.body["text"], row.created_at
            conversation.last_author_kind, conversation.last_author_name = row.author_kind, row.author_name
        answers = [row for row in _messages(rows) if row.author_kind == "agent"]
        conversation.first_reply_at = answers[0].created_at if answers else None
        conversation.agent_read_seq = answers[-1].seq if answers else 0
        asked = [
            row for row in _messages(rows) if row.author_kind == "visitor" and row.seq > conversation.agent_read_seq
        ]
        conversation.unread_count = len(asked)
        if agent:
            whose = self.agents[agent]
            conversation.status, conversation.waiting_since = "assigned", None
            conversation.assignee_id, conversation.assignee_name = whose.pk, whose.display_name
            conversation.assigned_at = conversation.created_at
            self.model("agents.Assignment").objects.create(
                conversation=conversation, agent=whose, started_at=conversation.created_at, reasons={"by": "take"}
            )
        if log.endswith("c"):
            conversation.status, conversation.close_reason, conversation.unread_count = "closed", "agent", 0
            conversation.closed_at, conversation.waiting_since = conversation.active_at, None
            self.model("agents.Assignment").objects.filter(conversation=conversation).update(
                ended_at=conversation.closed_at, ended_reason="closed"
            )

    def _archive(self, conversation: Any, rows: list[Any]) -> None:
        conversation.archived_at = self.now
        transcript = self.model("history.Transcript").objects.create(
            conversation=conversation,
            synced_seq=conversation.last_seq,
            checksum="0" * 64,
            closed_at=conversation.closed_at,
            archived_at=self.now,
        )
        columns = "id", "seq", "event", "author_kind", "author_id", "author_name", "visibility", "body", "client_id"
        self.model("history.ArchivedMessage").objects.bulk_create(
            self.model("history.ArchivedMessage")(
                transcript=transcript, created_at=row.created_at, **{name: getattr(row, name) for name in columns}
            )
            for row in rows
        )
        self.model("chat.Message").objects.filter(conversation=conversation).delete()


def _messages(rows: Iterable[Any]) -> list[Any]:
    """What lists show as the last: what everybody may read."""
    return [row for row in rows if row.event == "message.created"]
