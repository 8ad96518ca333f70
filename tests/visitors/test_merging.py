"""Two visitors become one: what moves, what ends, what is refused, and who writes meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from agents.assignments import take_conversation
from agents.authors import author_of
from chat.authors import SYSTEM, Author
from chat.conversations import VisitorMerged, close_conversation, find_open, open_conversation
from chat.errors import Conflict, Invalid, NotFound
from chat.events import AGENT
from chat.files import store_file
from chat.hot import read_events_now
from chat.left_messages import Contact, leave_message
from chat.merging import CannotMerge, merge_visitors
from chat.message_log import lock_conversations_of
from chat.messages import MessageDraft, Posted, post_message, post_visitor_message
from chat.models import Conversation, File, Message, PageView, Visitor, VisitorNote
from chat.page_trail import MAX_KEPT, View, note_page_views
from chat.reading import read_events
from chat.tokens import make_token, read_token
from chat.visitor_notes import add_note
from chat.visitor_records import update_visitor
from chat.visitors import identify_visitor, start_session
from tenants.context import in_tenant
from tests.rest.conftest import say
from tests.threads import run_together, until_somebody_waits
from tests.visitors.identities import identity


@pytest.fixture
def vero(acme) -> Visitor:
    """The same person on another device."""
    with in_tenant(acme):
        return Visitor.objects.create(name="Vero", email="vera@example.com", attributes={"plan": "pro"})


def closed_one(visitor: Visitor, now: datetime) -> Conversation:
    conversation = open_conversation(visitor, now=now)
    say(visitor, "long ago", now)
    return close_conversation(conversation.pk, by=SYSTEM, reason="agent", now=now)


def gapless(conversation_id: UUID) -> bool:
    seqs = list(Message.objects.filter(conversation_id=conversation_id).order_by("seq").values_list("seq", flat=True))
    top = Conversation.objects.values_list("last_seq", flat=True).get(pk=conversation_id)
    return seqs == list(range(1, top + 1))


def test_everything_moves(acme, vera, vero, alice, now):
    with in_tenant(acme):
        old = closed_one(vero, now - timedelta(days=2))
        current = open_conversation(vero, now=now)
        take_conversation(current.pk, agent=alice, now=now)
        note_page_views(vero.pk, [View("https://shop.example/a")], now)
        add_note(vero.pk, author=author_of(alice), text="likes blue", now=now)
        merged = merge_visitors(vero.pk, vera.pk, by=author_of(alice), now=now)
        assert set(Conversation.objects.filter(visitor=vera).values_list("pk", flat=True)) == {old.pk, current.pk}
        assert find_open(vera).pk == current.pk
        assert PageView.objects.get().visitor_id == VisitorNote.objects.get().visitor_id == vera.pk
        assert (merged.name, merged.email, merged.attributes) == ("Vera", "vera@example.com", {"plan": "pro"})
        vero.refresh_from_db()
        assert vero.merged_into_id == vera.pk
        last = Message.objects.filter(conversation=current).order_by("seq").last()
        assert (last.event, last.visibility) == ("conversation.merged", "note")
        assert last.body["into"] == {"id": str(vera.pk), "name": "Vera"}
        assert Message.objects.filter(conversation=old).order_by("seq").last().event == "conversation.closed"
        assert gapless(current.pk)


def test_one_of_two_open_ones_is_closed_and_the_target_goes_on(acme, vera, vero, bob, now):
    with in_tenant(acme):
        kept, ended = open_conversation(vera, now=now).pk, open_conversation(vero, now=now).pk
        take_conversation(ended, agent=bob, now=now)
        merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        rows = {row.pk: row for row in Conversation.objects.all()}
        assert (rows[ended].status, rows[ended].close_reason, rows[kept].status) == ("closed", "merged", "waiting")
        assert {row.visitor_id for row in rows.values()} == {vera.pk}
        assert bob.assignments.get(conversation_id=ended).ended_reason == "closed"
        events = list(Message.objects.filter(conversation_id=ended).order_by("seq").values_list("event", flat=True))
        assert events[-2:] == ["conversation.closed", "conversation.merged"]
        assert gapless(kept)
        assert gapless(ended)


def test_doing_it_again_changes_nothing(acme, vera, vero, now):
    with in_tenant(acme):
        open_conversation(vero, now=now)
        for _ in range(3):
            assert merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now).pk == vera.pk
        assert Message.objects.filter(event="conversation.merged").count() == 1


def test_the_trail_stays_bounded_and_profiles_are_filled_in(acme, vera, vero, now):
    with in_tenant(acme):
        for visitor in (vera, vero):
            for start in range(0, MAX_KEPT, 20):
                times = [int(now.timestamp() * 1000) - 1000 + start + n for n in range(20)]
                note_page_views(visitor.pk, [View(f"https://x.example/{visitor.pk}/{ts}", ts=ts) for ts in times], now)
        update_visitor(vera.pk, {"attributes": {"plan": "free"}, "phone": "1"})
        merged = merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        assert PageView.objects.filter(visitor=vera).count() == MAX_KEPT
        assert (merged.attributes, merged.phone) == ({"plan": "free"}, "1")


def test_tokens_of_the_merged_one_die_and_those_of_the_other_live(acme, acme_widget, vera, vero, now):
    with in_tenant(acme):
        dead, alive = make_token(vero, acme_widget), make_token(vera, acme_widget)
        merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        with pytest.raises(Exception, match="no longer valid"):
            read_token(dead)
        assert read_token(alive).visitor.pk == vera.pk
        # The widget goes on as somebody new, not as the person it was merged into.
        assert start_session(acme_widget, token=dead, now=now).visitor.pk not in (vera.pk, vero.pk)
        with pytest.raises(Exception, match="Sign in"):
            identify_visitor(vero, acme_widget, name="x", now=now)


def test_refusals(acme, vera, vero, globex_conversation, now):
    with in_tenant(acme):
        third = Visitor.objects.create(name="Third")
        with pytest.raises(Invalid):
            merge_visitors(vera.pk, vera.pk, by=SYSTEM, now=now)
        for one, other in ((uuid4(), vera.pk), (vera.pk, uuid4()), (vera.pk, globex_conversation.visitor_id)):
            with pytest.raises(NotFound):
                merge_visitors(one, other, by=SYSTEM, now=now)
        update_visitor(vero.pk, {"external_id": "customer-1"})
        with pytest.raises(CannotMerge, match="other way round"):
            merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        update_visitor(third.pk, {"external_id": "customer-2"})
        with pytest.raises(CannotMerge, match="two different people"):
            merge_visitors(vero.pk, third.pk, by=SYSTEM, now=now)
        merge_visitors(vera.pk, vero.pk, by=SYSTEM, now=now)
        with pytest.raises(CannotMerge, match="already merged"):
            merge_visitors(vera.pk, third.pk, by=SYSTEM, now=now)
        with pytest.raises(CannotMerge, match="itself merged"):
            merge_visitors(third.pk, vera.pk, by=SYSTEM, now=now)


def test_a_merged_visitor_takes_nothing_any_more(acme, vera, vero, now):
    with in_tenant(acme):
        merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        with pytest.raises(VisitorMerged):
            open_conversation(vero, now=now)
        with pytest.raises(Conflict):
            update_visitor(vero.pk, {"name": "x"})
        for write in (
            lambda: note_page_views(vero.pk, [View("https://x.example/")], now),
            lambda: add_note(vero.pk, author=SYSTEM, text="x", now=now),
        ):
            with pytest.raises(NotFound):
                write()


def test_uploads_that_were_not_sent_yet_come_along(acme, vera, vero, now, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    with in_tenant(acme):
        file = store_file(SimpleUploadedFile("a.txt", b"hello"), author=Author.of_visitor(vero))
        merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        assert File.objects.get(pk=file.pk).uploader_id == vera.pk


def test_the_log_and_hot_history_agree_afterwards(acme, vera, vero, now):
    with in_tenant(acme):
        pk = open_conversation(vero, now=now).pk
        say(vero, "one", now)
        merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        say(vera, "two", now)
        conversation = Conversation.objects.get(pk=pk)
        by_rows = read_events(conversation, audience=AGENT, after=0)
        by_page = read_events(conversation, audience=AGENT)
        assert by_rows == by_page
        hot = read_events_now(acme, pk, (0, conversation.last_seq), AGENT)
        assert hot is None or len(hot) == conversation.last_seq


@pytest.mark.parametrize("door", ["session", "identify"])
def test_whoever_comes_through_two_doors_at_once_is_one_person(acme, acme_widget, vera, vero, now, door):
    """The slower of two browsers finds that the person is there already: what it said comes along as well."""
    token = identity(acme_widget, now)
    with in_tenant(acme):
        for visitor in (vera, vero):
            say(visitor, f"by {visitor.name}", now)

    def come(visitor: Visitor) -> Visitor:
        with in_tenant(acme):
            try:
                if door == "identify":
                    return identify_visitor(visitor, acme_widget, identity=token, now=now).visitor
                return start_session(
                    acme_widget, token=make_token(visitor, acme_widget), identity=token, now=now
                ).visitor
            finally:
                connection.close()

    with ThreadPoolExecutor(1) as pool:
        with in_tenant(acme), transaction.atomic():
            first = identify_visitor(vera, acme_widget, identity=token, now=now).visitor
            second = pool.submit(come, vero)
            until_somebody_waits()
        assert second.result(10) == first == vera
    with in_tenant(acme):
        assert set(Conversation.objects.values_list("visitor", flat=True)) == {vera.pk}
        texts = Message.objects.filter(event="message.created").values_list("body__text", flat=True)
        assert set(texts) == {"by Vera", "by Vero"}
        assert Visitor.objects.get(pk=vero.pk).merged_into_id == vera.pk


@pytest.mark.parametrize("open_for", ["none", "source", "target", "both"])
def test_a_visitor_who_writes_meanwhile_loses_nothing(acme, vera, vero, now, open_for):
    """Messages that were acknowledged are in a conversation of the one who stays; the others were refused."""
    with in_tenant(acme):
        if open_for in ("source", "both"):
            open_conversation(vero, now=now)
        if open_for in ("target", "both"):
            open_conversation(vera, now=now)

    def act(number: int) -> UUID | None:
        with in_tenant(acme):
            if number == 0:
                merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
                return None
            draft, whose = MessageDraft(uuid4(), text=f"line {number}"), vero if number % 2 else vera
            try:
                return post_visitor_message(whose, conversation_id=None, widget=None, draft=draft, now=now).message.pk
            except (NotFound, VisitorMerged):
                return None

    written = {pk for pk in run_together(8, act) if pk}
    with in_tenant(acme):
        assert Conversation.objects.filter(visitor=vero).count() == 0
        assert Conversation.objects.filter(visitor=vera).exclude(status="closed").count() <= 1
        stored = set(Message.objects.filter(event="message.created").values_list("pk", flat=True))
        assert stored == written
        assert all(gapless(pk) for pk in Conversation.objects.values_list("pk", flat=True))


def test_two_merges_at_once_do_it_once(acme, vera, vero, now):
    with in_tenant(acme):
        open_conversation(vero, now=now)

    def act(number: int) -> str:
        with in_tenant(acme):
            one, other = (vero, vera) if number % 2 else (vera, vero)
            try:
                return str(merge_visitors(one.pk, other.pk, by=SYSTEM, now=now).pk)
            except CannotMerge:
                return "refused"

    results = set(run_together(6, act))
    with in_tenant(acme):
        winner = Visitor.objects.get(merged_into=None, pk__in=(vera.pk, vero.pk))
        assert results == {str(winner.pk), "refused"}
        assert Conversation.objects.get().visitor_id == winner.pk


def test_agents_write_meanwhile(acme, vera, vero, bob, now):
    with in_tenant(acme):
        pk = open_conversation(vero, now=now).pk
        take_conversation(pk, agent=bob, now=now)

    def act(number: int) -> bool:
        with in_tenant(acme):
            if number == 0:
                merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
            else:
                post_message(pk, author=author_of(bob), draft=MessageDraft(uuid4(), text=f"{number}"), now=now)
            return True

    assert all(run_together(6, act))
    with in_tenant(acme):
        assert gapless(pk)


def test_a_message_is_left_meanwhile(acme, vera, vero, now):
    with in_tenant(acme):
        open_conversation(vero, now=now)

    def leave() -> Posted:
        try:
            with in_tenant(acme):
                draft = MessageDraft(uuid4(), text="Call me")
                return leave_message(vero, contact=Contact("v@example.com"), widget=None, draft=draft, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, in_tenant(acme):
        with transaction.atomic():
            lock_conversations_of((vera.pk, vero.pk))
            left = pool.submit(leave)
            until_somebody_waits()
            merge_visitors(vero.pk, vera.pk, by=SYSTEM, now=now)
        with pytest.raises(NotFound):
            left.result(60)


def test_identification_hands_over_by_the_same_rule(acme, acme_widget, vera, now):
    with in_tenant(acme):
        known = Visitor.objects.create(name="Known", external_id="customer-1")
        theirs = open_conversation(known, now=now).pk
        mine = open_conversation(vera, now=now).pk
        note_page_views(vera.pk, [View("https://shop.example/a")], now)
        session = identify_visitor(vera, acme_widget, identity=identity(acme_widget, now), now=now)
        assert session.visitor.pk == known.pk
        assert find_open(known).pk == theirs
        assert Conversation.objects.get(pk=mine).close_reason == "merged"
        assert PageView.objects.get().visitor_id == known.pk


def test_connections_end_and_watchers_learn_it(connect, make_session, acme, acme_widget, alice, vera, vero, now):
    with in_tenant(acme):
        token = make_token(vero, acme_widget)
    visitor = connect("visitor", token=token)
    where = visitor.say("Hello?")["data"]["conversation"]
    desk = connect("agent", session=make_session(alice, acme))
    desk.request("conversation.watch", conversation=where)
    with in_tenant(acme):
        merge_visitors(vero.pk, vera.pk, by=author_of(alice), now=now)
    assert visitor.close_code() == 4401
    merged = desk.expect("conversation.merged")
    assert merged["data"]["from"]["id"] == str(vero.pk)
    assert merged["data"]["into"] == {"id": str(vera.pk), "name": "Vera"}
    told = desk.find(lambda frame: frame["type"] == "visitor.updated" and "merged_into" in frame["data"])
    assert told["data"] == {"visitor": str(vero.pk), "merged_into": str(vera.pk)}
    row = desk.find(
        lambda frame: (
            frame["type"] == "conversation.updated"
            and any(one["visitor"]["id"] == str(vera.pk) for one in frame["data"]["rows"])
        )
    )
    assert row["data"]["rows"][-1]["id"] == where
