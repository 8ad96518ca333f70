from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat.authors import Author
from chat.conversations import close_conversation, open_conversation
from chat.errors import Conflict, ConversationClosed, Invalid, NotFound
from chat.message_log import Draft, append, lock_conversation
from chat.messages import MessageDraft, post_message, post_note, post_visitor_message
from chat.models import Conversation, Message
from chat.text import clean_text
from tenants.context import in_tenant
from tests.threads import run_together


def draft(text="Hello", **fields):
    return MessageDraft(fields.pop("client_id", None) or uuid4(), text=text, **fields)


@pytest.fixture
def conversation(acme, vera, now):
    with in_tenant(acme):
        return open_conversation(vera, now=now)


def post(acme, conversation, vera, **fields):
    with in_tenant(acme):
        return post_message(conversation.pk, author=Author.of_visitor(vera), draft=draft(**fields), now=timezone.now())


def test_it_takes_the_next_seq_and_notes_the_last_message(acme, conversation, vera):
    posted = post(acme, conversation, vera, text="  Is it\r\nin stock?  ")
    with in_tenant(acme):
        fresh = Conversation.objects.get(pk=conversation.pk)
    assert (posted.message.seq, fresh.last_seq, fresh.unread_count) == (2, 2, 1)
    assert posted.message.body["text"] == "Is it\nin stock?"
    assert fresh.last_message_preview == "Is it in stock?"


def test_the_same_client_id_gets_the_first_answer(acme, conversation, vera):
    client_id = uuid4()
    first = post(acme, conversation, vera, client_id=client_id)
    again = post(acme, conversation, vera, client_id=client_id)
    assert (again.duplicate, again.message.pk, again.message.seq) == (True, first.message.pk, first.message.seq)


def test_the_same_client_id_with_another_text_is_a_conflict(acme, conversation, vera):
    client_id = uuid4()
    post(acme, conversation, vera, client_id=client_id)
    with pytest.raises(Conflict):
        post(acme, conversation, vera, client_id=client_id, text="Something else")


def test_two_authors_may_use_the_same_client_id(acme, conversation, vera, alice):
    client_id = uuid4()
    post(acme, conversation, vera, client_id=client_id)
    with in_tenant(acme):
        posted = post_message(
            conversation.pk,
            author=Author("agent", alice.pk, "Alice"),
            draft=draft("Yes", client_id=client_id),
            now=timezone.now(),
        )
    assert not posted.duplicate


@pytest.mark.parametrize("text", ["", "   \n ", "\x00", "a\x00b", "\ud800", "x" * 4001])
def test_it_refuses_texts_that_cannot_be_kept(acme, conversation, vera, text):
    with pytest.raises(Invalid):
        post(acme, conversation, vera, text=text)


def test_it_refuses_a_closed_conversation(acme, conversation, vera, now):
    with in_tenant(acme):
        close_conversation(conversation.pk, by=Author.of_visitor(vera), reason="visitor", now=now)
    with pytest.raises(ConversationClosed):
        post(acme, conversation, vera)


def test_a_note_may_follow_a_closed_conversation(acme, conversation, vera, alice, now):
    with in_tenant(acme):
        close_conversation(conversation.pk, by=Author.of_visitor(vera), reason="visitor", now=now)
        posted = post_note(conversation.pk, author=Author("agent", alice.pk, "Alice"), draft=draft("Rude"), now=now)
    assert posted.message.visibility == "note"


def test_a_foreign_conversation_is_a_missing_one(acme, vera, globex_conversation, now):
    with in_tenant(acme), pytest.raises(NotFound):
        post_visitor_message(vera, conversation_id=globex_conversation.pk, widget=None, draft=draft(), now=now)
    with in_tenant(acme), pytest.raises(NotFound):
        post_visitor_message(vera, conversation_id=uuid4(), widget=None, draft=draft(), now=now)


def test_a_visitor_who_writes_after_the_end_is_never_turned_away(acme, conversation, vera, now):
    with in_tenant(acme):
        close_conversation(conversation.pk, by=Author.of_visitor(vera), reason="visitor", now=now)
        posted = post_visitor_message(vera, conversation_id=conversation.pk, widget=None, draft=draft(), now=now)
        assert posted.message.conversation_id == conversation.pk
        assert Conversation.objects.get(pk=conversation.pk).status == "waiting"


def test_after_the_limit_a_new_conversation_is_opened(acme, conversation, vera, now):
    with in_tenant(acme):
        close_conversation(conversation.pk, by=Author.of_visitor(vera), reason="visitor", now=now)
        later = now + timedelta(hours=acme.reopen_hours, minutes=1)
        posted = post_visitor_message(vera, conversation_id=conversation.pk, widget=None, draft=draft(), now=later)
    assert posted.message.conversation_id != conversation.pk


def test_append_wants_the_transaction_that_locked(acme, conversation, now):
    with in_tenant(acme), pytest.raises(RuntimeError):
        append(conversation, Draft("message.created", Author("system", None, "")), now)


def test_a_missing_conversation_cannot_be_locked(acme):
    with in_tenant(acme), transaction.atomic(), pytest.raises(NotFound):
        lock_conversation(uuid4())


def test_writers_at_the_same_moment_leave_no_hole_and_no_double(acme, conversation, vera):
    keys = [uuid4() for _ in range(20)]

    def writer(number):
        with in_tenant(acme):
            return [
                post_message(
                    conversation.pk,
                    author=Author.of_visitor(vera),
                    draft=draft(f"{key}", client_id=key),
                    now=timezone.now(),
                ).message.seq
                for key in keys
            ]

    seqs = run_together(8, writer)
    with in_tenant(acme):
        stored = list(Message.objects.filter(conversation=conversation).order_by("seq").values_list("seq", flat=True))
    assert stored == list(range(1, 22))
    assert all(given == seqs[0] for given in seqs)


def test_one_visitor_opening_everywhere_has_one_conversation(acme, vera):
    def opener(number):
        with in_tenant(acme):
            return open_conversation(vera, now=timezone.now()).pk

    assert len(set(run_together(8, opener))) == 1


# The conversation growing from example to example does no harm here.
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_is_kept_whole_or_refused(acme, vera, text):
    with in_tenant(acme):
        conversation = open_conversation(vera, now=timezone.now())
    try:
        posted = post(acme, conversation, vera, text=text)
    except Invalid:
        return
    with in_tenant(acme):
        assert Message.objects.get(pk=posted.message.pk).body["text"] == clean_text(text)


def test_rendering_lets_nothing_run(acme, conversation, vera):
    posted = post(
        acme, conversation, vera, text="<img src=x onerror=alert(1)> [x](javascript:alert(1)) **b** http://a.example"
    )
    html = posted.message.body["html"]
    assert "<img" not in html
    assert "javascript:" not in html.replace("](javascript:alert(1))", "")
    assert "<strong>b</strong>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
