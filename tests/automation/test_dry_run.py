"""Dry runs: what would have matched, without a single write."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.automation.dry_run import DryRun, as_json, dry_run, match_as_json
from agents.canned_files import change_files
from agents.models import AutomationRule, CannedReply, RuleRun, SlaTarget
from chat.files import check_upload
from chat.models import Conversation, Message, Tag, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.account.conftest import forget_failures, signed_in
from tests.admin.conftest import alice_admin, mallory_admin
from tests.plans import no_writes
from tests.rest.conftest import png

__all__ = ["alice_admin", "forget_failures", "mallory_admin", "signed_in"]

MakeRule = Callable[..., AutomationRule]
Say = Callable[..., Message]
REFUND = {"field": "message.text", "is": "contains", "value": "refund"}
URGENT = {"do": "priority.set", "priority": 4}


def test_says_what_would_have_matched(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    rule = make_rule("message.created", [REFUND], [URGENT], is_active=False)
    for text in ("a refund please", "hello", "Refund!"):
        message = say(text)
    seen: list[int] = []
    with no_writes():
        found = dry_run(rule, days=7, now=now, on_progress=lambda run: seen.append(run.looked_through))
    assert (found.total, found.looked_at, found.matched, found.conversations_matched) == (1, 3, 2, 1)
    assert [match.text for match in found.matches] == ["a refund please", "Refund!"]
    assert (seen, found.is_done) == ([1], True)
    shown = json.loads(json.dumps(as_json(found)))
    assert shown["matches"][1]["seq"] == message.seq
    assert not RuleRun.objects.exists()
    assert Conversation.objects.get().priority == 2


def test_reaches_back_no_further_than_it_is_asked(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    rule = make_rule("message.created", [], [URGENT])
    say("long ago", now - timedelta(days=9))
    say("lately", now - timedelta(days=1))
    assert [match.text for match in dry_run(rule, days=7, now=now).matches] == ["lately"]
    assert dry_run(rule, days=30, now=now).matched == 2


def test_what_rules_did_does_not_count(brand: Tenant, make_rule: MakeRule, talk: Conversation, now: datetime) -> None:
    from agents.actions import run_actions
    from agents.automation.rules import rule_author

    rule = make_rule("conversation.closed", [], [URGENT])
    run_actions(talk.pk, [{"do": "conversation.close"}], by=rule_author(rule), now=now)
    assert dry_run(rule, days=7, now=now).looked_at == 0


def test_broken_deadlines(brand: Tenant, make_rule: MakeRule, talk: Conversation, now: datetime) -> None:
    rule = make_rule("sla.breached", [], [URGENT])
    SlaTarget.objects.create(conversation=talk, kind="first", started_at=now, due_at=now, breached_at=now)
    assert dry_run(rule, days=7, now=now).matched == 1


def test_says_what_it_could_not_do(brand: Tenant, make_rule: MakeRule, vip: Tag, now: datetime) -> None:
    rule = make_rule("conversation.created", [], [{"do": "tag.add", "tag": str(vip.pk)}])
    vip.delete()
    assert dry_run(rule, days=7, now=now).problems == ["Action 1: Choose a tag that exists."]


def test_shows_what_it_would_say(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    reply = CannedReply.objects.create(shortcut="hi", title="Hi", texts={"en": "Hi {{visitor.name}}"})
    with transaction.atomic():
        change_files(reply, removed=[], uploads=[check_upload(SimpleUploadedFile("map.png", png(), "image/png"))])
    sends = [{"text": "Dear {{visitor.name|you}}"}, {"canned": str(reply.pk)}, {"text": "{{visitor.phone}}"}]
    rule = make_rule("message.created", [], [URGENT, *({"do": "reply.send", **send} for send in sends)])
    say("hello")
    with no_writes():
        (match,) = dry_run(rule, days=7, now=now).matches
    dear, hi, phone = match_as_json(match)["says"]
    assert dear == {"text": "Dear Vera", "files": [], "problem": ""}
    assert hi == {"text": "Hi Vera", "files": ["map.png"], "problem": ""}
    assert (phone["text"], phone["problem"][:33]) == ("", "{{visitor.phone}} has no value he")


def test_queries_do_not_grow_with_the_messages(brand: Tenant, make_rule: MakeRule, say: Say, now: datetime) -> None:
    reply = CannedReply.objects.create(shortcut="hi", title="Hi", texts={"en": "Hi {{visitor.name}}"})
    rule = make_rule("message.created", [REFUND], [URGENT, {"do": "reply.send", "canned": str(reply.pk)}])
    counts = []
    for _ in range(2):
        for number in range(5):
            say(f"refund {number}")
        with CaptureQueriesContext(connection) as queries:
            dry_run(rule, days=7, now=now)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_many_conversations_come_in_steps(brand: Tenant, make_rule: MakeRule, now: datetime) -> None:
    rule = make_rule("message.created", [], [URGENT])
    visitors = Visitor.objects.bulk_create([Visitor(name=f"V{number}") for number in range(230)])
    Conversation.objects.bulk_create([Conversation(visitor=one, created_at=now, active_at=now) for one in visitors])
    seen: list[DryRun] = []
    steps: list[int] = []
    dry_run(rule, days=7, now=now, on_progress=lambda run: (seen.append(run), steps.append(run.looked_through))[0])
    assert steps == [100, 200, 230]


def test_the_page_asks_step_by_step(
    alice_admin: Client, acme: Tenant, make_rule: MakeRule, say: Say, now: datetime
) -> None:
    rule = make_rule("message.created", [REFUND], [URGENT, {"do": "reply.send", "text": "Dear {{visitor.name}}"}])
    say("<b>refund</b>", now - timedelta(hours=2))
    with no_writes():
        page = alice_admin.get(f"/admin/agents/automationrule/{rule.pk}/try_it/?days=3")
        step = alice_admin.get(f"/admin/agents/automationrule/{rule.pk}/dry-run-step/?days=3").json()
        address = f"/admin/agents/automationrule/{rule.pk}/dry-run-step/?days=3&after={step['after']}"
        last = alice_admin.get(address).json()
    assert "message: text contains" in page.content.decode()
    assert "It would say" in page.content.decode()
    assert step["matches"][0]["says"][0]["text"] == "Dear Vera"
    assert (step["matched"], step["looked_at"], step["matches"][0]["text"]) == (1, 1, "<b>refund</b>")
    assert (last["after"], last["looked_through"]) == ("", 0)


def test_a_foreign_rule_is_a_missing_one(mallory_admin: Client, make_rule: MakeRule, globex: Tenant) -> None:
    rule = make_rule("message.created", [], [URGENT])
    assert mallory_admin.get(f"/admin/agents/automationrule/{rule.pk}/dry-run-step/").status_code == 404
    assert mallory_admin.get(f"/admin/agents/automationrule/{rule.pk}/try_it/").status_code == 302
    with in_tenant(globex):
        assert not AutomationRule.objects.exists()
