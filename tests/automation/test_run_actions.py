"""What actions do, by an agent's macro and by a rule; and what becomes of those that cannot be done."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from agents.actions import run_actions
from agents.assignments import take_conversation
from agents.canned_files import change_files
from agents.models import Agent, Assignment, CannedReply, Queue, Skill
from chat.access import get_visitor_file
from chat.authors import Author
from chat.conversations import close_conversation
from chat.events import AGENT, VISITOR
from chat.files import check_upload
from chat.models import Conversation, File, Message, Tag
from chat.reading import read_events
from tenants.context import current_tenant
from tenants.models import Tenant
from tests.rest.conftest import png

RULE = Author("system", uuid4(), "Secret plan")


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_related("visitor").get(pk=conversation.pk)


def done(conversation: Conversation, *actions: dict[str, Any], by: Agent | Author = RULE, now: datetime) -> list[bool]:
    return [one.is_done for one in run_actions(conversation.pk, actions, by=by, now=now)]


def test_tags_priority_skill_and_sleep(brand: Tenant, talk: Conversation, vip: Tag, now: datetime) -> None:
    skill = Skill.objects.create(name="Refunds")
    actions = [
        {"do": "tag.add", "tag": str(vip.pk)},
        {"do": "priority.set", "priority": 4},
        {"do": "skill.require", "skill": str(skill.pk)},
        {"do": "snooze.set", "minutes": 30},
    ]
    assert done(talk, *actions, now=now) == [True] * 4
    after = fresh(talk)
    assert (after.tag_ids, after.priority, after.skill_ids) == ([vip.pk], 4, [skill.pk])
    assert after.snoozed_until == now + timedelta(minutes=30)
    assert done(talk, {"do": "tag.remove", "tag": str(vip.pk)}, now=now) == [True]
    assert fresh(talk).tag_ids == []


def test_what_changes_nothing_leaves_no_row(brand: Tenant, talk: Conversation, vip: Tag, now: datetime) -> None:
    actions = [{"do": "tag.add", "tag": str(vip.pk)}, {"do": "priority.set", "priority": 3}]
    done(talk, *actions, now=now)
    top = fresh(talk).last_seq
    assert done(talk, *actions, now=now) == [True, True]
    assert fresh(talk).last_seq == top


def test_a_rule_moves_and_assigns(brand: Tenant, talk: Conversation, billing: Queue, bob: Agent, now: datetime) -> None:
    move, assign = {"do": "queue.set", "queue": str(billing.pk)}, {"do": "agent.assign", "agent": str(bob.pk)}
    assert done(talk, move, assign, now=now) == [True, True]
    after = fresh(talk)
    assert (after.queue_name, after.assignee_id, after.status) == ("Billing", bob.pk, "assigned")
    assert Assignment.objects.get(conversation=talk).reasons == {"by": "rule"}


def test_me_is_who_runs_the_macro(brand: Tenant, talk: Conversation, alice: Agent, bob: Agent, now: datetime) -> None:
    me = {"do": "agent.assign", "agent": "me"}
    assert done(talk, me, by=alice, now=now) == [True]
    assert fresh(talk).assignee_id == alice.pk
    assert done(talk, me, by=bob, now=now) == [True], "a macro takes over as its agent could"
    assert fresh(talk).assignee_id == bob.pk
    (outcome,) = run_actions(talk.pk, [me], by=RULE, now=now)
    assert (outcome.is_done, outcome.why) == (False, "Only a macro can assign to whoever runs it.")


def test_replies_and_notes(brand: Tenant, talk: Conversation, alice: Agent, now: datetime) -> None:
    actions = [{"do": "reply.send", "text": "One **moment**"}, {"do": "note.add", "text": "VIP"}]
    assert done(talk, *actions, by=alice, now=now) == [True, True]
    said = list(Message.objects.filter(event__in=("message.created", "note.created")).order_by("seq"))
    assert [(one.author_kind, one.author_id, one.visibility) for one in said] == [
        ("agent", alice.pk, "public"),
        ("agent", alice.pk, "note"),
    ]
    assert fresh(talk).first_reply_at == now


def test_what_a_rule_says_does_not_count_as_an_answer(brand: Tenant, talk: Conversation, now: datetime) -> None:
    done(talk, {"do": "reply.send", "text": "We have got it"}, now=now)
    (said,) = Message.objects.filter(event="message.created")
    assert (said.author_kind, said.author_name, said.author_id) == ("bot", brand.name, RULE.id)
    assert fresh(talk).first_reply_at is None


def test_a_canned_reply_in_the_visitors_language(brand: Tenant, talk: Conversation, now: datetime) -> None:
    reply = CannedReply.objects.create(shortcut="hi", title="Hi", texts={"en": "Hello", "zh-hans": "您好"})
    Conversation.objects.filter(pk=talk.pk).update(language="zh-hans")
    assert done(talk, {"do": "reply.send", "canned": str(reply.pk)}, now=now) == [True]
    assert Message.objects.get(event="message.created").body["text"] == "您好"


def canned(text: str, **more: Any) -> CannedReply:
    return CannedReply.objects.create(shortcut="hi", title="Hi", texts={"en": text}, **more)


def last_said() -> Message:
    return Message.objects.filter(event="message.created").latest("seq")


def test_the_files_of_a_canned_reply_go_along(brand: Tenant, talk: Conversation, alice: Agent, now: datetime) -> None:
    reply = canned("Our map")
    with transaction.atomic():
        change_files(reply, removed=[], uploads=[check_upload(SimpleUploadedFile("map.png", png(), "image/png"))])
    send = {"do": "reply.send", "canned": str(reply.pk)}
    assert done(talk, send, now=now) == [True]
    by_rule = last_said()
    assert (by_rule.author_kind, by_rule.body["kind"], by_rule.body["text"]) == ("bot", "file", "Our map")
    assert done(talk, send, by=alice, now=now) == [True]
    sent = [by_rule.body["files"][0], last_said().body["files"][0]]
    assert [one["name"] for one in sent] == ["map.png", "map.png"]
    assert len({sent[0]["id"], sent[1]["id"], str(reply.file_ids[0])}) == 3, "each message owns its files"
    assert get_visitor_file(talk.visitor, UUID(sent[0]["id"])).size == len(png())
    reply.refresh_from_db()
    assert reply.use_count == 2


def test_nothing_is_left_of_files_that_were_not_sent(brand: Tenant, talk: Conversation, now: datetime) -> None:
    reply = canned("Our map")
    with transaction.atomic():
        change_files(reply, removed=[], uploads=[check_upload(SimpleUploadedFile("map.png", png(), "image/png"))])
    close_conversation(talk.pk, by=RULE, reason="rule", now=now)
    before = stored_files()
    assert done(talk, {"do": "reply.send", "canned": str(reply.pk)}, now=now) == [False]
    assert stored_files() == before
    assert File.objects.count() == 1


def stored_files() -> set[str]:
    folder = Path(default_storage.path(str(current_tenant().pk)))
    return {str(path) for path in folder.rglob("*") if path.is_file()}


def test_texts_are_said_with_their_variables(brand: Tenant, talk: Conversation, alice: Agent, now: datetime) -> None:
    dear = {"do": "reply.send", "text": "Dear {{visitor.name}}, {{agent.name|we}} at {{brand.name}}"}
    assert done(talk, dear, now=now) == [True]
    assert last_said().body["text"] == "Dear Vera, we at Acme"
    assert done(talk, dear, by=alice, now=now) == [True]
    assert last_said().body["text"] == "Dear Vera, Alice at Acme"


@pytest.mark.parametrize("has_canned", [False, True])
def test_no_variable_reaches_a_visitor(brand: Tenant, talk: Conversation, has_canned: bool, now: datetime) -> None:
    text = "Hi {{visitor.phone}}"
    send = {"do": "reply.send", **({"canned": str(canned(text).pk)} if has_canned else {"text": text})}
    (outcome,) = run_actions(talk.pk, [send], by=RULE, now=now)
    why = "{{visitor.phone}} has no value here, so nothing is sent. "
    why += "Write {{visitor.phone|…}} to say something in its place."
    assert (outcome.is_done, outcome.why) == (False, why)
    assert not Message.objects.filter(event="message.created").exists()
    assert not CannedReply.objects.filter(use_count__gt=0).exists()


@pytest.mark.parametrize("text", ["Hi {{agent.name}}", "Hi {{no.such|x}}", "Hi {{name}}"])
def test_what_became_unfillable_after_saving_is_not_said(
    brand: Tenant, talk: Conversation, text: str, now: datetime
) -> None:
    send = {"do": "reply.send", "canned": str(canned(text).pk)}
    (outcome,) = run_actions(talk.pk, [send], by=RULE, now=now)
    assert not outcome.is_done
    assert outcome.why.startswith("/hi: ")
    assert not Message.objects.filter(event="message.created").exists()


def test_notes_are_filled_as_far_as_it_goes(brand: Tenant, talk: Conversation, now: datetime) -> None:
    assert done(talk, {"do": "note.add", "text": "Call {{visitor.name}}: {{visitor.phone}}"}, now=now) == [True]
    assert Message.objects.get(event="note.created").body["text"] == "Call Vera: {{visitor.phone}}"


def test_closing_by_a_rule(brand: Tenant, talk: Conversation, bob: Agent, now: datetime) -> None:
    take_conversation(talk.pk, agent=bob, now=now)
    assert done(talk, {"do": "conversation.close"}, now=now) == [True]
    after = fresh(talk)
    assert (after.status, after.close_reason) == ("closed", "rule")


def test_one_that_fails_is_reported_and_stops_no_other(
    brand: Tenant, talk: Conversation, bob: Agent, now: datetime
) -> None:
    gone = str(uuid4())
    close_conversation(talk.pk, by=RULE, reason="rule", now=now)
    actions = [
        {"do": "tag.add", "tag": gone},
        {"do": "reply.send", "text": "Hello?"},
        {"do": "agent.assign", "agent": str(bob.pk)},
        {"do": "explode"},
        {"do": "note.add", "text": "still here"},
    ]
    outcomes = run_actions(talk.pk, actions, by=RULE, now=now)
    assert [one.is_done for one in outcomes] == [False, False, False, False, True]
    assert outcomes[0].why == "Choose a tag that exists."
    assert outcomes[1].why == "The conversation is closed."
    assert outcomes[0].as_json() == {"do": "tag.add", "done": False, "why": "Choose a tag that exists."}


def test_visitors_never_read_the_name_of_a_rule(
    brand: Tenant, talk: Conversation, vip: Tag, billing: Queue, bob: Agent, now: datetime
) -> None:
    actions = [
        {"do": "tag.add", "tag": str(vip.pk)},
        {"do": "priority.set", "priority": 4},
        {"do": "queue.set", "queue": str(billing.pk)},
        {"do": "agent.assign", "agent": str(bob.pk)},
        {"do": "note.add", "text": "hm"},
        {"do": "reply.send", "text": "Hello"},
        {"do": "conversation.close"},
    ]
    assert all(done(talk, *actions, now=now))
    for_visitor, for_agent = (read_events(fresh(talk), audience=whose) for whose in (VISITOR, AGENT))
    assert "Secret plan" not in str(for_visitor)
    assert "Secret plan" in str(for_agent)
    assert [frame["seq"] for frame in for_visitor] == [frame["seq"] for frame in for_agent]
