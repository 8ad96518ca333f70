"""Editing and recalling: what changes, who may, for how long, and what happens at the same moment."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from agents.assignments import take_conversation
from agents.authors import author_of
from chat.authors import Author
from chat.conversations import close_conversation, open_conversation
from chat.corrections import ack_of, edit_message, recall_message
from chat.errors import Conflict, ConversationClosed, Forbidden, Invalid, NotFound, Refusal
from chat.events import AGENT, VISITOR
from chat.files import store_file
from chat.messages import MessageDraft, post_message, post_note, post_visitor_message
from chat.models import Conversation, File, Message, Visitor
from chat.reading import read_events, snapshot
from history.archive import archive_conversation
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.threads import run_together

HTML = "<p>Helo</p>"


@pytest.fixture
def brand(acme):
    with in_tenant(acme):
        yield acme


@pytest.fixture
def conversation(brand, vera, now):
    return open_conversation(vera, now=now)


@pytest.fixture
def by_vera(vera):
    return Author.of_visitor(vera)


@pytest.fixture
def said(conversation, by_vera, now):
    return say(conversation, by_vera, "Helo", now)


def say(conversation, author, text, now, **fields):
    draft = MessageDraft(fields.pop("client_id", None) or uuid4(), text=text, **fields)
    return post_message(conversation.pk, author=author, draft=draft, now=now).message


def edit(conversation, message, author, text, now):
    return edit_message(conversation.pk, message.pk, author=author, text=text, now=now)


def recall(conversation, message, author, now):
    return recall_message(conversation.pk, message.pk, author=author, now=now)


def log():
    return list(Message.objects.order_by("seq").values_list("seq", "event"))


def test_an_edit_changes_the_row_and_says_so_in_the_log(conversation, said, by_vera, now):
    done = edit(conversation, said, by_vera, " Hello **you** ", now)
    assert log()[-2:] == [(2, "message.created"), (3, "message.edited")]
    assert ack_of(done)["seq"] == 3
    shown = read_events(Conversation.objects.get(), audience=VISITOR)
    assert (shown[1]["data"]["text"], shown[1]["data"]["html"]) == (
        "Hello **you**",
        "<p>Hello <strong>you</strong></p>",
    )
    assert shown[1]["data"]["edited_ts"] == shown[2]["data"]["edited_ts"] == int(now.timestamp() * 1000)
    assert shown[2]["data"] == {
        "message": str(said.pk),
        "text": "Hello **you**",
        "html": "<p>Hello <strong>you</strong></p>",
        "edited_ts": int(now.timestamp() * 1000),
        "author": {"kind": "visitor", "id": str(by_vera.id), "name": "Vera"},
    }
    assert Conversation.objects.get().last_message_preview == "Hello **you**"


def test_a_recall_leaves_nothing_of_the_text(brand, conversation, said, by_vera, now):
    edit(conversation, said, by_vera, "secret one", now)
    edit(conversation, said, by_vera, "secret two", now)
    recall(conversation, said, by_vera, now)
    whole = str(list(Message.objects.values_list("body", flat=True)))
    assert "secret" not in whole and "Helo" not in whole
    shown = snapshot(Conversation.objects.get(), VISITOR)["events"]
    assert shown[1]["data"]["recalled"] is True
    assert (shown[1]["data"]["text"], shown[1]["data"]["html"], shown[1]["data"]["files"]) == ("", "", [])
    assert [event["type"] for event in shown[2:]] == ["message.edited", "message.edited", "message.recalled"]
    assert [event["data"]["recalled"] for event in shown[2:4]] == [True, True]
    assert set(shown[4]["data"]) == {"message", "author"}


def test_an_older_edit_in_the_log_does_not_bring_back_the_older_text(conversation, said, by_vera, now):
    edit(conversation, said, by_vera, "one", now)
    edit(conversation, said, by_vera, "two", now)
    shown = read_events(Conversation.objects.get(), audience=VISITOR)
    assert [event["data"]["text"] for event in shown[1:]] == ["two", "two", "two"]


def test_the_list_shows_the_last_message_that_is_left(conversation, said, by_vera, alice, now):
    last = say(conversation, author_of(alice), "Wrong window", now)
    edit(conversation, said, by_vera, "Hello", now)
    assert Conversation.objects.get().last_message_preview == "Wrong window"
    recall(conversation, last, author_of(alice), now)
    row = Conversation.objects.get()
    assert (row.last_message_preview, row.last_author_name, row.last_message_at) == ("Hello", "Vera", said.created_at)
    recall(conversation, said, by_vera, now)
    row = Conversation.objects.get()
    assert (row.last_message_preview, row.last_message_at, row.last_author_kind) == ("", None, "")


def test_the_same_again_adds_nothing_and_answers_the_same(conversation, said, by_vera, now):
    first = edit(conversation, said, by_vera, "Hello", now)
    again = edit(conversation, said, by_vera, "Hello", now + timedelta(days=1))
    assert again.duplicate and ack_of(again) == ack_of(first)
    gone = recall(conversation, said, by_vera, now)
    assert ack_of(recall(conversation, said, by_vera, now)) == ack_of(gone)
    assert len(log()) == 4


def test_what_it_says_already_is_no_edit(conversation, said, by_vera, now):
    done = edit(conversation, said, by_vera, "Helo", now)
    assert done.duplicate and ack_of(done)["seq"] == 2
    assert len(log()) == 2 and "edited_ts" not in Message.objects.get(pk=said.pk).body


def test_a_repeated_send_is_compared_with_what_was_first_sent(conversation, by_vera, now):
    key = uuid4()
    said = say(conversation, by_vera, "Helo", now, client_id=key)
    edit(conversation, said, by_vera, "Hello", now)
    for _ in range(2):
        again = MessageDraft(key, text="Helo")
        posted = post_message(conversation.pk, author=by_vera, draft=again, now=now)
        assert posted.duplicate and posted.message.pk == said.pk
        with pytest.raises(Conflict):
            post_message(conversation.pk, author=by_vera, draft=MessageDraft(key, text="Hello"), now=now)
        recall(conversation, said, by_vera, now)


def test_a_repeated_send_is_recognised_in_the_archive(brand, conversation, by_vera, now):
    key = uuid4()
    said = say(conversation, by_vera, "Helo", now, client_id=key)
    edit(conversation, said, by_vera, "Hello", now)
    close_conversation(conversation.pk, by=by_vera, reason="visitor", now=now)
    assert archive_conversation(conversation.pk, closed_before=now, now=now)
    shown = read_events(Conversation.objects.get(), audience=AGENT)
    assert [event["data"].get("text") for event in shown[1:3]] == ["Hello", "Hello"]
    assert post_message(conversation.pk, author=by_vera, draft=MessageDraft(key, text="Helo"), now=now).duplicate
    with pytest.raises(ConversationClosed):
        edit(conversation, said, by_vera, "Again", now)
    with pytest.raises(ConversationClosed):
        recall(conversation, said, by_vera, now)


def test_a_note_is_corrected_out_of_the_visitors_sight(conversation, said, alice, now):
    draft = MessageDraft(uuid4(), text="Rude")
    note = post_note(conversation.pk, author=author_of(alice), draft=draft, now=now).message
    edit(conversation, note, author_of(alice), "Impolite", now)
    row = Conversation.objects.get()
    assert row.last_message_preview == "Helo"
    assert [event["type"] for event in read_events(row, audience=VISITOR)][2:] == ["conversation.advanced"] * 2
    assert read_events(row, audience=AGENT)[2]["data"]["text"] == "Impolite"
    recall(conversation, note, author_of(alice), now)
    assert "Impolite" not in str(read_events(Conversation.objects.get(), audience=AGENT))


def test_recalled_files_are_gone(brand, conversation, by_vera, now):
    file = store_file(SimpleUploadedFile("plan.txt", b"plan"), author=by_vera)
    said = say(conversation, by_vera, "", now, file_ids=[file.pk])
    with pytest.raises(Invalid):
        edit(conversation, say(conversation, by_vera, "x", now), by_vera, "  ", now)
    assert edit(conversation, said, by_vera, "The plan", now).message.body["files"][0]["name"] == "plan.txt"
    recall(conversation, said, by_vera, now)
    assert not File.objects.exists() and not default_storage.exists(file.path)
    assert "plan.txt" not in str(list(Message.objects.values_list("body", flat=True)))


@pytest.mark.parametrize("text", ["", " \n ", "a\x00b", "\ud800", "x" * 4001])
def test_texts_that_cannot_be_kept(conversation, said, by_vera, now, text):
    with pytest.raises(Invalid):
        edit(conversation, said, by_vera, text, now)
    assert Message.objects.get(pk=said.pk).body["text"] == "Helo"


# ---- who may ----


def both_refuse(refusal, conversation_id, message_id, author, now):
    with pytest.raises(refusal) as edited:
        edit_message(conversation_id, message_id, author=author, text="mine now", now=now)
    with pytest.raises(refusal) as recalled:
        recall_message(conversation_id, message_id, author=author, now=now)
    assert str(edited.value) == str(recalled.value)
    return str(edited.value)


def test_anothers_message_stays(conversation, said, by_vera, alice, bob, now):
    answer = say(conversation, author_of(alice), "Yes", now)
    both_refuse(Forbidden, conversation.pk, said.pk, author_of(alice), now)
    both_refuse(Forbidden, conversation.pk, answer.pk, author_of(bob), now)
    both_refuse(Forbidden, conversation.pk, answer.pk, by_vera, now)
    # A bot that has the visitor's id, or the other way round, is still somebody else.
    both_refuse(Forbidden, conversation.pk, said.pk, Author("bot", by_vera.id, "Vera"), now)
    assert [text for _, text in bodies()] == ["Helo", "Yes"]


def bodies():
    return [(row.seq, row.body["text"]) for row in Message.objects.filter(event="message.created").order_by("seq")]


def test_a_visitor_gets_for_hidden_things_what_a_missing_one_gets(
    brand, conversation, said, by_vera, alice, globex, globex_conversation, now
):
    draft = MessageDraft(uuid4(), text="Rude")
    note = post_note(conversation.pk, author=author_of(alice), draft=draft, now=now).message
    walter = Author.of_visitor(Visitor.objects.create(name="Walter"))
    created = Message.objects.get(seq=1)
    answers = {
        both_refuse(NotFound, conversation.pk, uuid4(), by_vera, now),
        both_refuse(NotFound, conversation.pk, note.pk, by_vera, now),
        both_refuse(NotFound, conversation.pk, created.pk, by_vera, now),
        both_refuse(NotFound, conversation.pk, said.pk, walter, now),
        both_refuse(NotFound, uuid4(), said.pk, by_vera, now),
        both_refuse(NotFound, globex_conversation.pk, said.pk, by_vera, now),
    }
    assert len(answers) == 1


def test_mallory_gets_for_an_acme_message_what_a_missing_one_gets(
    conversation, said, acme, globex, mallory, globex_conversation, now
):
    by_mallory = author_of(mallory)
    with in_tenant(globex):
        answers = {
            both_refuse(NotFound, conversation.pk, said.pk, by_mallory, now),
            both_refuse(NotFound, uuid4(), uuid4(), by_mallory, now),
            # A message of one conversation under the id of another.
            both_refuse(NotFound, globex_conversation.pk, said.pk, by_mallory, now),
        }
    assert len(answers) == 1


def test_a_message_is_changed_only_where_it_stands(brand, conversation, said, by_vera, now):
    close_conversation(conversation.pk, by=by_vera, reason="visitor", now=now)
    later = now + timedelta(days=30)
    other = post_visitor_message(
        Visitor.objects.get(pk=by_vera.id), conversation_id=None, widget=None,
        draft=MessageDraft(uuid4(), text="new"), now=later,
    ).message  # fmt: skip
    assert other.conversation_id != conversation.pk
    both_refuse(NotFound, other.conversation_id, said.pk, by_vera, later)


# ---- when ----


def test_after_the_end_nothing_changes_any_more(conversation, said, by_vera, now):
    done = edit(conversation, said, by_vera, "Hello", now)
    close_conversation(conversation.pk, by=by_vera, reason="visitor", now=now)
    both_refuse(ConversationClosed, conversation.pk, said.pk, by_vera, now)
    # The answer that was lost may still be asked for.
    assert ack_of(edit(conversation, said, by_vera, "Hello", now)) == ack_of(done)


@pytest.fixture
def edit_minutes(acme):
    def set_minutes(minutes):
        Tenant.objects.filter(pk=acme.pk).update(edit_minutes=minutes)

    yield set_minutes
    set_minutes(15)


@pytest.mark.parametrize(
    ("minutes", "age", "may"), [(15, 14.9, True), (15, 15, False), (0, 0, False), (1, 2, False), (100000, 99999, True)]
)
def test_the_brand_says_for_how_long(edit_minutes, conversation, said, by_vera, now, minutes, age, may):
    # Not through acme's row in memory: a connection has held that since it was opened.
    edit_minutes(minutes)
    later = now + timedelta(minutes=age)
    if may:
        assert not edit(conversation, said, by_vera, "Hello", later).duplicate
        assert not recall(conversation, said, by_vera, later).duplicate
    else:
        both_refuse(Forbidden, conversation.pk, said.pk, by_vera, later)


def test_a_recalled_message_is_not_edited(conversation, said, by_vera, now):
    recall(conversation, said, by_vera, now)
    for text in ("", "Back"):
        with pytest.raises((Forbidden, Invalid)):
            edit(conversation, said, by_vera, text, now)
    assert Message.objects.get(pk=said.pk).body["text"] == ""


# ---- at the same moment ----


def at_once(acme, *actions):
    """Run the actions together; return what each gave: its result or its refusal."""

    def run(number):
        with in_tenant(acme):
            try:
                return actions[number]()
            except Refusal as refusal:
                return refusal

    return run_together(len(actions), run)


def assert_gapless():
    assert [seq for seq, _ in log()] == list(range(1, Conversation.objects.get().last_seq + 1))


@pytest.mark.parametrize("attempt", range(5))
def test_edit_against_recall(acme, conversation, said, by_vera, now, attempt):
    edited, recalled = at_once(
        acme,
        lambda: edit(conversation, said, by_vera, "Hello", now),
        lambda: recall(conversation, said, by_vera, now),
    )
    assert not isinstance(recalled, Refusal)
    assert isinstance(edited, Forbidden) or edited.entry.seq < recalled.entry.seq
    body = Message.objects.get(pk=said.pk).body
    assert (body["text"], body["recalled"]) == ("", True)
    assert "Hello" not in str(list(Message.objects.values_list("body", flat=True)))
    assert_gapless()


@pytest.mark.parametrize("attempt", range(5))
def test_edit_against_close(acme, conversation, said, by_vera, now, attempt):
    edited, _closed = at_once(
        acme,
        lambda: edit(conversation, said, by_vera, "Hello", now),
        lambda: close_conversation(conversation.pk, by=by_vera, reason="visitor", now=now),
    )
    was_edited = not isinstance(edited, Refusal)
    assert was_edited or isinstance(edited, ConversationClosed)
    assert Message.objects.get(pk=said.pk).body["text"] == ("Hello" if was_edited else "Helo")
    assert log()[-1][1] == "conversation.closed"
    assert_gapless()


def test_two_edits_leave_the_text_of_the_later_row(acme, conversation, said, by_vera, now):
    texts = ["Hello", "Hallo", "Hola", "Hi"]
    done = at_once(acme, *(lambda text=text: edit(conversation, said, by_vera, text, now) for text in texts))
    last = max(done, key=lambda one: one.entry.seq)
    assert Message.objects.get(pk=said.pk).body["text"] == last.message.body["text"]
    assert Conversation.objects.get().last_message_preview == last.message.body["text"]
    assert_gapless()


def test_the_same_edit_twice_at_once_adds_one_row(acme, conversation, said, by_vera, now):
    done = at_once(acme, *[lambda: edit(conversation, said, by_vera, "Hello", now)] * 4)
    assert len({ack_of(one)["seq"] for one in done}) == 1 and len(log()) == 3


def test_edits_among_messages_leave_no_hole(acme, conversation, said, by_vera, alice, now):
    take_conversation(conversation.pk, agent=alice, now=now)

    def talk():
        return [say(conversation, author_of(alice), f"{number}", timezone.now()) for number in range(10)]

    def correct():
        return [edit(conversation, said, by_vera, f"Hello {number}", now) for number in range(10)]

    at_once(acme, talk, correct)
    assert_gapless()
    assert Conversation.objects.get().last_message_preview == "9"
