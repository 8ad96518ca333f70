"""Several closed conversations of one visitor are opened again at the same moment: one opens, nothing breaks."""

from uuid import UUID, uuid4

import pytest

from chat.authors import SYSTEM
from chat.conversations import close_conversation, find_open, open_conversation, reopen_conversation
from chat.errors import Forbidden
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Conversation
from tenants.context import in_tenant
from tests.threads import run_together

RACERS = 6
ROUNDS = 12


@pytest.fixture
def closed(acme, vera, now) -> list[UUID]:
    ids = []
    with in_tenant(acme):
        for _ in range(RACERS):
            pk = open_conversation(vera, now=now).pk
            close_conversation(pk, by=SYSTEM, reason=Conversation.CloseReason.AGENT, now=now)
            ids.append(pk)
    return ids


def test_one_of_many_is_reopened_and_the_others_are_refused(closed, acme, vera, now):
    def reopen(number: int) -> bool:
        with in_tenant(acme):
            try:
                reopen_conversation(closed[number], by=SYSTEM, now=now)
            except Forbidden:
                return False
            return True

    assert sorted(run_together(RACERS, reopen)) == [False] * (RACERS - 1) + [True]
    with in_tenant(acme):
        assert find_open(vera).pk in closed


def test_messages_to_all_of_them_find_the_one_that_opened(closed, acme, vera, now):
    def write(number: int) -> UUID:
        with in_tenant(acme):
            draft = MessageDraft(uuid4(), text=f"line {number}")
            posted = post_visitor_message(vera, conversation_id=closed[number], widget=None, draft=draft, now=now)
            return posted.message.conversation_id

    assert len(set(run_together(RACERS, write))) == 1


def test_the_open_one_is_closed_while_a_message_for_an_old_one_comes(acme, vera, now):
    """The old one stays closed, as another is open, which is then closed too: nobody who writes is turned away."""
    with in_tenant(acme):
        old = open_conversation(vera, now=now).pk
        close_conversation(old, by=SYSTEM, reason=Conversation.CloseReason.AGENT, now=now)

    def write_and_close(number: int) -> UUID:
        with in_tenant(acme):
            if number:
                return close_conversation(current, by=SYSTEM, reason=Conversation.CloseReason.AGENT, now=now).pk
            draft = MessageDraft(uuid4(), text="Are you there?")
            posted = post_visitor_message(vera, conversation_id=old, widget=None, draft=draft, now=now)
            return posted.message.conversation_id

    for _ in range(ROUNDS):
        with in_tenant(acme):
            current = open_conversation(vera, now=now).pk
        went_to, _closed = run_together(2, write_and_close)
        with in_tenant(acme):
            close_conversation(went_to, by=SYSTEM, reason=Conversation.CloseReason.AGENT, now=now)
