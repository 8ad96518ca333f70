"""What visitors and agents say, take back and think of each other."""

import asyncio
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from agents.assignments import take_if_waiting
from agents.authors import author_of
from agents.models import Agent
from agents.profiles import merge_as
from chat.authors import Author
from chat.conversations import mark_read, mark_unread, open_conversation
from chat.corrections import edit_message, recall_message
from chat.errors import Conflict
from chat.left_messages import Contact, leave_message
from chat.message_log.entries import NeedsVerb
from chat.message_log.writer import writer
from chat.messages import MessageDraft, Posted, post_message, post_note, post_visitor_message
from chat.models import Conversation, Visitor
from chat.placement import Place
from chat.posting import make_entry
from chat.ratings import rate_conversation
from tests.routing.life.stage import Said, Stage, any_of_them, small, which

words = st.sampled_from(["Hello?", "It is urgent!", "Thanks, bye."])
visitor = st.integers(0, 3)


class Talk(Stage):
    @rule(number=visitor, second=st.booleans())
    def open(self, number: int, second: bool) -> None:
        queue = self.second if second else self.first
        place = Place(queue.pk, queue.name)
        self.attempt(lambda: open_conversation(self.visitors[number], place=place, now=self.now))

    @rule(number=which, text=words)
    def visitor_writes(self, number: int, text: str) -> None:
        if row := self.pick(number):
            draft = self.draft(text)
            posted = self.write_as_visitor(row, draft)
            self.note(posted.message, Author.of_visitor(row.visitor), draft)

    def write_as_visitor(self, row: Conversation, draft: MessageDraft) -> Posted:
        posted = post_visitor_message(row.visitor, conversation_id=row.pk, widget=None, draft=draft, now=self.now)
        is_heard(posted)
        return posted

    @rule(number=visitor)
    def leave_a_message(self, number: int) -> None:
        visitor, draft = Visitor.objects.get(pk=self.visitors[number].pk), self.draft("Call me.")

        def leave() -> None:
            contact = Contact(f"v{number}@example.test", visitor.name)
            posted = leave_message(visitor, contact=contact, widget=None, draft=draft, now=self.now)
            is_heard(posted)
            self.note(posted.message, Author.of_visitor(visitor), draft)

        self.attempt(leave)

    @rule(number=which)
    def agent_answers(self, number: int) -> None:
        if row := self.pick(number, status="assigned"):
            self.answer(row, Agent.objects.get(pk=row.assignee_id))

    @rule(number=which, agent=small)
    def agent_answers_what_waits(self, number: int, agent: int) -> None:
        def take_and_answer(row: Conversation) -> None:
            take_if_waiting(row.pk, agent=self.agents[agent], now=self.now)
            self.answer(row, self.agents[agent])

        if row := self.pick(number, status="waiting"):
            self.attempt(lambda: take_and_answer(row))

    def answer(self, row: Conversation, agent: Agent) -> None:
        draft = self.draft("Here.")
        posted = post_message(row.pk, author=author_of(agent), draft=draft, now=self.now)
        self.note(posted.message, author_of(agent), draft)

    @rule(number=which, agent=small)
    def agent_notes(self, number: int, agent: int) -> None:
        author, draft = author_of(self.agents[agent]), self.draft("Between us.")

        def write(row: Conversation) -> None:
            self.note(post_note(row.pk, author=author, draft=draft, now=self.now).message, author, draft)

        self.act_on(number, write)

    @rule(number=which, order=st.permutations(["visitor", "agent", "visitor", "note"]))
    def all_write_at_once(self, number: int, order: list[str]) -> None:
        """Through the group commit, in one batch: what it does not take the verbs get."""
        row = self.pick(number)
        agent = Agent.objects.get(pk=row.assignee_id) if row and row.assignee_id else self.agents[0]
        if row is None:
            return
        authors = {"visitor": Author.of_visitor(row.visitor), "agent": author_of(agent), "note": author_of(agent)}
        sent = [(who, authors[who], self.draft(f"At once, {who}.")) for who in order]
        entries = [
            make_entry(row.pk, author, draft, "note" if who == "note" else "public", self.now)
            for who, author, draft in sent
        ]
        for (who, author, draft), result in zip(sent, asyncio.run(self.commit(entries)), strict=True):
            if not isinstance(result, NeedsVerb):
                self.note(result.message, author, draft)
                if who == "visitor":
                    is_heard(Posted(result.message, duplicate=False))
            elif who == "visitor":
                self.note(self.write_as_visitor(row, draft).message, author, draft)

    async def commit(self, entries: list[Any]) -> list[Any]:
        written = await asyncio.gather(*(writer().write(self.team.tenant, entry) for entry in entries))
        await writer().flush()
        return [result for result, _batch in written]

    @rule(number=any_of_them)
    def say_again(self, number: int) -> None:
        """A repeated client_id is the first answer, for ever; with another text it is a conflict."""
        said = self.said[-1 - number % len(self.said)]
        before = self.picture()
        again = self.post_again(said, said.draft)
        assert (again.message.pk, again.message.seq, again.duplicate) == (said.message.pk, said.message.seq, True)
        try:
            self.post_again(said, replace(said.draft, text="Another text."))
        except Conflict:
            assert self.picture() == before
        else:
            raise AssertionError("another text under the same key was taken")

    def post_again(self, said: Said, draft: MessageDraft) -> Posted:
        verb = post_note if said.message.visibility == "note" else post_message
        return verb(said.message.conversation_id, author=said.author, draft=draft, now=self.now)

    @rule(number=small, verbs=st.lists(st.sampled_from(["edit", "recall"]), min_size=1, max_size=3))
    def correct(self, number: int, verbs: list[str]) -> None:
        """One after the other, one of the last things that were said."""
        said = self.said[-1 - number % len(self.said)]
        for verb in verbs:
            if verb == "edit":
                new = self.draft("Otherwise.").text
                self.change(said, lambda new=new, **mine: edit_message(**mine, text=new), new)
            elif self.change(said, recall_message):
                said.is_recalled = True

    def change(self, said: Said, verb: Any, text: str = "") -> bool:
        row = Conversation.objects.get(pk=said.message.conversation_id)
        mine = {"conversation_id": row.pk, "message_id": said.message.pk, "author": said.author, "now": self.now}
        is_done = self.attempt(lambda: verb(**mine))
        is_moved = said.author.kind == "visitor" and said.author.id != row.visitor_id
        if is_done and not said.is_recalled:
            assert row.is_open and not is_moved
            assert (self.now - said.message.created_at).total_seconds() < 15 * 60
            said.texts += [text] if text else []
        return is_done

    @rule(number=which, score=st.integers(0, 5))
    def rate(self, number: int, score: int) -> None:
        self.act_on(
            number,
            lambda row: rate_conversation(row.pk, visitor=row.visitor, score=score, comment="So.", now=self.now),
        )

    @rule(number=which, reader=st.sampled_from(["visitor", "agent"]), seq=st.integers(0, 30))
    def read(self, number: int, reader: str, seq: int) -> None:
        self.act_on(number, lambda row: mark_read(row.pk, reader=reader, seq=seq, now=self.now))

    @rule(number=which)
    def unread(self, number: int) -> None:
        self.act_on(number, lambda row: mark_unread(row.pk, self.now))

    @rule(one=visitor, other=visitor)
    def merge(self, one: int, other: int) -> None:
        source, target = self.visitors[one], self.visitors[other]
        if self.attempt(lambda: merge_as(self.agents[0], source.pk, target.pk, self.now)):
            assert not Conversation.objects.filter(visitor=source).exists()


def is_heard(posted: Posted) -> None:
    """What a visitor writes is in an open conversation that is awake."""
    row = Conversation.objects.get(pk=posted.message.conversation_id)
    assert row.is_open
    assert row.snoozed_until is None
