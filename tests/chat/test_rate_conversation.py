from datetime import timedelta
from uuid import uuid4

import pytest

from agents.assignments import take_conversation
from agents.authors import author_of
from chat.conversations import close_conversation, open_conversation
from chat.errors import Invalid, NotFound
from chat.models import Conversation, Message, Rating, Visitor
from chat.ratings import ConversationArchived, NotAnsweredYet, TooLateToRate, rate_conversation
from tenants.context import in_tenant
from tests.threads import run_together


@pytest.fixture
def answered(acme, vera, alice, now):
    with in_tenant(acme):
        return take_conversation(open_conversation(vera, now=now).pk, agent=alice, now=now)


def test_a_rating_is_kept_with_whom_it_is_about(acme, vera, alice, answered, now):
    with in_tenant(acme):
        rate_conversation(answered.pk, visitor=vera, score=4, comment=" Thank you ", now=now)
        rating = Rating.objects.get()
        assert (rating.score, rating.comment, rating.agent_id) == (4, "Thank you", alice.pk)
        assert rating.queue_id == answered.queue_id
        row = Message.objects.get(event="conversation.rated")
        assert (row.body, row.author_id, row.visibility) == ({"score": 4, "comment": "Thank you"}, vera.pk, "public")
        assert Conversation.objects.get().rating == 4


def test_rating_again_writes_over_it(acme, vera, alice, answered, now):
    with in_tenant(acme):
        rate_conversation(answered.pk, visitor=vera, score=1, comment="slow", now=now)
        close_conversation(answered.pk, by=author_of(alice), reason="agent", now=now)
        rate_conversation(answered.pk, visitor=vera, score=5, now=now + timedelta(days=7))
        assert list(Rating.objects.values_list("score", "comment", "agent_name")) == [(5, "", "Alice")]
        assert Message.objects.filter(event="conversation.rated").count() == 2


def test_before_anybody_answered_and_after_a_week_there_is_no_rating(acme, vera, bob, answered, now):
    with in_tenant(acme):
        close_conversation(answered.pk, by=author_of(bob), reason="agent", now=now)
        with pytest.raises(TooLateToRate):
            rate_conversation(answered.pk, visitor=vera, score=5, now=now + timedelta(days=7, seconds=1))
        waiting = open_conversation(vera, now=now)
        with pytest.raises(NotAnsweredYet):
            rate_conversation(waiting.pk, visitor=vera, score=5, now=now)
        assert not Rating.objects.exists()


def test_an_archived_one_is_refused_by_its_own_code(acme, vera, bob, answered, now):
    with in_tenant(acme):
        close_conversation(answered.pk, by=author_of(bob), reason="agent", now=now)
        Conversation.objects.update(archived_at=now)
        with pytest.raises(ConversationArchived) as refusal:
            rate_conversation(answered.pk, visitor=vera, score=5, now=now)
        assert refusal.value.code == "conversation_archived"


@pytest.mark.parametrize(("score", "comment"), [(0, ""), (6, ""), (3, "x" * 1001)])
def test_what_is_no_rating_is_refused(acme, vera, answered, now, score, comment):
    with in_tenant(acme), pytest.raises(Invalid):
        rate_conversation(answered.pk, visitor=vera, score=score, comment=comment, now=now)


def test_anothers_is_a_missing_one(acme, answered, globex_conversation, now):
    with in_tenant(acme):
        walter = Visitor.objects.create(name="Walter")
        for conversation_id in (answered.pk, globex_conversation.pk, uuid4()):
            with pytest.raises(NotFound):
                rate_conversation(conversation_id, visitor=walter, score=5, now=now)


def test_of_many_at_once_one_row_remains(acme, vera, answered, now):
    def rate(number):
        with in_tenant(acme):
            return rate_conversation(answered.pk, visitor=vera, score=number % 5 + 1, now=now).rating

    run_together(6, rate)
    with in_tenant(acme):
        last = Message.objects.filter(event="conversation.rated").order_by("-seq").first()
        assert Rating.objects.get().score == Conversation.objects.get().rating == last.body["score"]
