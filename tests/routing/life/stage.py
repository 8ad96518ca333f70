"""Where lives are played: two queues, three agents, four visitors, a few automation rules. Time only goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from agents.automation.rules import save_rule
from agents.models import Agent, AutomationRule
from chat.authors import Author
from chat.conversations import open_conversation
from chat.errors import Refusal
from chat.left_messages import Contact, leave_message
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, Message, Tag, Visitor
from chat.placement import Place
from history.reader import read_page
from tenants.ids import new_id
from tests.conftest import empty
from tests.routing.conftest import Team

small = st.integers(0, 2)
which = st.integers(0, 3)
any_of_them = st.integers(0, 9)
DAY = timedelta(days=1)


@dataclass
class Said:
    """A message or note that somebody wrote here: what they sent, and all that they made of it."""

    message: Message
    author: Author
    draft: MessageDraft
    texts: list[str] = field(default_factory=list)
    is_recalled: bool = False


class Stage(RuleBasedStateMachine):
    team: Team

    @initialize()
    def begin(self) -> None:
        # Whole seconds: undoing a sleep knows milliseconds.
        self.now = self.team.now.replace(microsecond=0)
        self.second = self.team.queue("Second", relax_after_seconds=600)
        self.first = self.team.queue(
            "First", overflow_queue=self.second, overflow_after_seconds=60, silent_seconds=90, sticky_seconds=20
        )
        self.agents = [self.team.agent(name, self.first, self.second, capacity=1) for name in ("Amy", "Bo", "Cy")]
        Agent.objects.filter(pk=self.agents[0].pk).update(role="supervisor")
        self.agents[0].role = "supervisor"
        self.visitors = [Visitor.objects.create(name=f"V{number}") for number in range(3)]
        self.visitors.append(Visitor.objects.create(name="Known", external_id="known"))
        self.tags = [Tag.objects.create(name=name) for name in ("Odd", "Rude", "Sad")]
        self.automate()
        # Loads that routing itself has seen under each agent's capacity, by assignment.
        self.checked: set[UUID] = set()
        self.said: list[Said] = []
        self.numbers = count(1)
        # Rows that took a closing back, and what was to be read before it was archived.
        self.undone: set[UUID] = set()
        self.archived: dict[UUID, Any] = {}
        for queue, visitor in zip((self.first, self.second, self.first), self.visitors, strict=False):
            row, draft = open_conversation(visitor, place=Place(queue.pk, queue.name), now=self.now), self.draft()
            author = Author.of_visitor(visitor)
            self.note(post_message(row.pk, author=author, draft=draft, now=self.now).message, author, draft)
        contact, draft = Contact("known@example.test"), self.draft()
        left = leave_message(self.visitors[-1], contact=contact, widget=None, draft=draft, now=self.now)
        self.note(left.message, Author.of_visitor(self.visitors[-1]), draft)

    def automate(self) -> None:
        odd, _, sad = (str(tag.pk) for tag in self.tags)
        says = {"field": "message.text", "is": "contains"}
        urgent = {"field": "conversation.priority", "is": "equal", "value": 4}
        unhappy = {"field": "conversation.rating", "is": "at_most", "value": 2}
        for event, conditions, actions in (
            ("message.created", [{**says, "value": "urgent"}], [{"do": "priority.set", "priority": 4}, _tag(odd)]),
            ("message.created", [{**says, "value": "bye"}], [{"do": "conversation.close"}]),
            # Routing assigns it again, which starts the rule again: it must not go round.
            ("conversation.assigned", [urgent], [{"do": "queue.set", "queue": str(self.second.pk)}]),
            ("conversation.closed", [], [{"do": "note.add", "text": "Over."}]),
            ("conversation.rated", [unhappy], [_tag(sad), {"do": "snooze.set", "minutes": 5}]),
        ):
            name = f"Rule {AutomationRule.objects.count()}"
            save_rule(AutomationRule(name=name, event=event, conditions=conditions, actions=actions), self.now)

    def teardown(self) -> None:
        if not hasattr(self, "archived"):
            return
        AutomationRule.objects.all().delete()
        empty([self.team.tenant])
        Tag.objects.all().delete()
        self.team.dissolve()
        self.team.made.clear()

    # ---- for rules ----

    def conversations(self, **columns: Any) -> list[Conversation]:
        rows = Conversation.objects.select_related("visitor").filter(**columns)
        return list(rows.order_by("created_at", "pk"))

    def pick(self, number: int, **columns: Any) -> Conversation | None:
        """Open ones first: closed ones gather, and what may happen to them is less."""
        rows = sorted(self.conversations(**columns), key=lambda row: not row.is_open)
        return rows[number % len(rows)] if rows else None

    def attempt(self, act: Callable[[], Any]) -> bool:
        """Do it; where it is refused, nothing may have changed."""
        before = self.picture()
        try:
            act()
        except Refusal:
            assert self.picture() == before
            return False
        return True

    def act_on(self, number: int, act: Callable[[Conversation], Any]) -> bool:
        row = self.pick(number)
        return row is not None and self.attempt(lambda: act(row))

    def draft(self, text: str = "") -> MessageDraft:
        return MessageDraft(new_id(), text=f"<{next(self.numbers)}> {text}".strip())

    def note(self, message: Any, author: Author, draft: MessageDraft) -> None:
        self.said.append(Said(Message.objects.get(pk=message.pk), author, draft, [draft.text]))

    def picture(self) -> list[Any]:
        return list(Conversation.objects.order_by("pk").values())


def entries_of(row: Conversation) -> list[Message]:
    """The whole log, wherever it is."""
    if row.archived_at is not None:
        assert not Message.objects.filter(conversation=row).exists()
        return read_page(row, 0, None, 10_000)
    return list(Message.objects.filter(conversation=row).order_by("seq"))


def _tag(pk: str) -> dict[str, str]:
    return {"do": "tag.add", "tag": pk}
