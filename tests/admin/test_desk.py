"""The desk's pages: canned replies, macros, rules, tags, skills, views, and what they refuse."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from agents.audit import Actor, note_audit
from agents.models import Agent, AutomationRule, CannedReply, Macro, Queue, RuleRun, SavedView, Skill
from chat.models import Conversation, Tag, Visitor
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.admin.pages import REPLY, delete_all, problems

CANNED, MACRO, RULE = (f"/admin/agents/{name}/" for name in ("cannedreply", "macro", "automationrule"))


@pytest.fixture(autouse=True)
def put_back(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    delete_all((AutomationRule, CannedReply, Macro, Tag, Skill, SavedView, LogEntry), *brands.values())


@pytest.fixture
def vip(acme: Tenant) -> Tag:
    with in_tenant(acme):
        return Tag.objects.create(name="VIP")


def rows(name: str, *rows: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}-{number}-{key}": value for number, row in enumerate(rows) for key, value in row.items()}


# ---- canned replies ----


def test_texts_are_fields_not_json(alice_admin: Client, acme: Tenant) -> None:
    more = {"more_language": "FR", "more_text": "Bonjour"}
    assert alice_admin.post(f"{CANNED}add/", REPLY | more).status_code == 302
    with in_tenant(acme):
        reply = CannedReply.objects.get()
    assert (reply.shortcut, reply.texts) == (
        "hello",
        {"en": "Hello {{visitor.name}}", "zh-hans": "您好", "fr": "Bonjour"},
    )
    page = alice_admin.get(f"{CANNED}{reply.pk}/change/").content.decode()
    assert 'name="text_fr"' in page
    assert alice_admin.post(f"{CANNED}{reply.pk}/change/", REPLY | {"text_fr": ""}).status_code == 302
    with in_tenant(acme):
        assert set(CannedReply.objects.get().texts) == {"en", "zh-hans"}, "an emptied language is gone"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"text_en": "", "text_zh_hans": " "}, "in at least one language"),
        ({"more_language": "french", "more_text": "Bonjour"}, "like fr or pt-br"),
        ({"more_language": "fr"}, "take the language away"),
        ({"shortcut": "two words"}, "letters, digits"),
    ],
)
def test_what_is_no_canned_reply(values: dict[str, Any], sentence: str, alice_admin: Client) -> None:
    assert sentence in " ".join(problems(alice_admin.post(f"{CANNED}add/", REPLY | values)))


def test_for_a_queue_or_an_agent(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        queue = Queue.objects.first()
    both = {"queue": queue.pk, "owner": bob.pk}
    assert "not both" in problems(alice_admin.post(f"{CANNED}add/", REPLY | both))[0]
    assert alice_admin.post(f"{CANNED}add/", REPLY).status_code == 302
    assert "already exists" in problems(alice_admin.post(f"{CANNED}add/", REPLY))[0]
    assert alice_admin.post(f"{CANNED}add/", REPLY | {"owner": bob.pk}).status_code == 302


def test_found_by_their_text(alice_admin: Client) -> None:
    alice_admin.post(f"{CANNED}add/", REPLY)
    assert "/hello" in alice_admin.get(f"{CANNED}?q=visitor.name").content.decode()
    assert "/hello" not in alice_admin.get(f"{CANNED}?q=nothing").content.decode()


# ---- macros ----


def test_actions_are_rows(alice_admin: Client, acme: Tenant, vip: Tag) -> None:
    actions = rows(
        "actions",
        {"do": "tag.add", "tag": vip.pk, "text": "of another choice"},
        {"do": ""},
        {"do": "agent.assign", "agent": "me"},
        {"do": "snooze.set", "minutes": "30"},
    )
    form = {"name": "Later", "position": 0} | actions
    assert alice_admin.post(f"{MACRO}add/", form).status_code == 302
    with in_tenant(acme):
        macro = Macro.objects.get()
    assert macro.actions == [
        {"do": "tag.add", "tag": str(vip.pk)},
        {"do": "agent.assign", "agent": "me"},
        {"do": "snooze.set", "minutes": 30},
    ]
    page = alice_admin.get(MACRO).content.decode()
    assert "add the tag “VIP”; assign to whoever runs it; snooze for (minutes) “30”" in page
    with in_tenant(acme):
        vip.delete()
    assert "(gone)" in alice_admin.get(f"{MACRO}{macro.pk}/change/").content.decode()
    assert "a tag that exists" in problems(alice_admin.post(f"{MACRO}{macro.pk}/change/", form))[0]


def test_macros_that_contradict_themselves(alice_admin: Client, vip: Tag) -> None:
    close = rows("actions", {"do": "conversation.close"}, {"do": "tag.add", "tag": vip.pk})
    assert "Close last" in problems(alice_admin.post(f"{MACRO}add/", {"name": "x", "position": 0} | close))[0]
    assert "at least one action" in problems(alice_admin.post(f"{MACRO}add/", {"name": "x", "position": 0}))[0]


def test_keys_of_macros(alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    form = {"name": "Refund", "position": 0, "key": "R"} | rows("actions", {"do": "conversation.close"})
    assert alice_admin.post(f"{MACRO}add/", form).status_code == 302
    with in_tenant(acme):
        assert Macro.objects.get().key == "r"
    other = form | {"name": "Other"}
    assert "Another macro has this key." in problems(alice_admin.post(f"{MACRO}add/", other))[0]
    assert "One letter from a to z" in problems(alice_admin.post(f"{MACRO}add/", other | {"key": "退"}))[0]
    assert alice_admin.post(f"{MACRO}add/", other | {"owner": alice.pk}).status_code == 302, "her own, as she likes"
    for name in ("Third", "Fourth"):  # as many as there are without a key
        assert alice_admin.post(f"{MACRO}add/", form | {"name": name, "key": ""}).status_code == 302


# ---- rules ----


def rule_form(*, conditions: Any = (), actions: Any = (), **values: Any) -> dict[str, Any]:
    form = {"name": "Refunds", "event": "message.created", "position": 0, "is_active": "on"} | values
    return form | rows("conditions", *conditions) | rows("actions", *actions)


def test_conditions_are_rows(alice_admin: Client, acme: Tenant, vip: Tag) -> None:
    conditions = [
        {"field": "message.text", "is": "words", "text": "refund, 退款"},
        {"field": "conversation.tag", "is": "has_not", "tag": vip.pk},
        {"field": "visitor.attributes.*", "key": "plan", "is": "equal", "text": "pro"},
        {"field": "hours.open", "is": "equal", "flag": "yes"},
    ]
    form = rule_form(conditions=conditions, actions=[{"do": "priority.set", "priority": "4"}])
    assert alice_admin.post(f"{RULE}add/", form).status_code == 302
    with in_tenant(acme):
        rule = AutomationRule.objects.get()
    assert rule.conditions == [
        {"field": "message.text", "is": "words", "value": "refund, 退款"},
        {"field": "conversation.tag", "is": "has_not", "value": str(vip.pk)},
        {"field": "visitor.attributes.plan", "is": "equal", "value": "pro"},
        {"field": "hours.open", "is": "equal", "value": True},
    ]
    assert (rule.actions, rule.active_since is not None) == ([{"do": "priority.set", "priority": 4}], True)
    page = alice_admin.get(RULE).content.decode()
    assert "conversation: tags do not have “VIP”" in page
    assert "plan is “pro”" in page
    again = alice_admin.get(f"{RULE}{rule.pk}/change/")
    assert 'value="plan"' in again.content.decode()


def test_switching_off_and_on(alice_admin: Client, acme: Tenant) -> None:
    act = [{"do": "priority.set", "priority": "4"}]
    alice_admin.post(f"{RULE}add/", rule_form(actions=act))
    with in_tenant(acme):
        rule = AutomationRule.objects.get()
    alice_admin.post(f"{RULE}{rule.pk}/change/", rule_form(actions=act, is_active=""))
    with in_tenant(acme):
        off = AutomationRule.objects.get()
    assert (off.is_active, off.active_since) == (False, None)


def test_rules_that_cannot_work(alice_admin: Client, vip: Tag) -> None:
    text = [{"field": "message.text", "is": "contains", "text": "x"}]
    me = [{"do": "agent.assign", "agent": "me"}]
    found = problems(
        alice_admin.post(f"{RULE}add/", rule_form(event="conversation.closed", conditions=text, actions=me))
    )
    assert any("a visitor writes" in one for one in found)
    assert any("A rule is nobody" in one for one in found)
    tags = [{"field": "conversation.tag", "is": word, "tag": vip.pk} for word in ("has", "has_not")]
    assert "all of this at once" in problems(alice_admin.post(f"{RULE}add/", rule_form(conditions=tags)))[0]


def test_what_rules_did(alice_admin: Client, acme: Tenant, vera: Visitor, now: Any) -> None:
    with in_tenant(acme):
        talk = Conversation.objects.create(visitor=vera, created_at=now)
        rule = AutomationRule.objects.create(name="R", event="conversation.created", actions=[])
        done = [{"do": "tag.add", "done": True}, {"do": "note.add", "done": False, "why": "Write a text."}]
        RuleRun.objects.create(rule=rule, conversation_id=talk.pk, seq=1, outcome=done, ran_at=now)
        RuleRun.objects.create(rule=rule, conversation_id=new_id(), seq=1, outcome=[], ran_at=now)
    page = alice_admin.get("/admin/agents/rulerun/").content.decode()
    assert "add the tag; add a note: not done. Write a text." in page
    assert page.count("/admin/chat/conversation/01") == 1, "looks without an act are not shown"


# ---- tags, skills, views ----


def test_a_deleted_tag_is_taken_off(alice_admin: Client, acme: Tenant, vera: Visitor, vip: Tag, now: Any) -> None:
    with in_tenant(acme):
        other = Tag.objects.create(name="Other")
        talk = Conversation.objects.create(visitor=vera, created_at=now, tag_ids=[vip.pk, other.pk])
    alice_admin.post(f"/admin/chat/tag/{vip.pk}/delete/", {"post": "yes"})
    with in_tenant(acme):
        assert Conversation.objects.get(pk=talk.pk).tag_ids == [other.pk]


def test_a_skill_with_who_has_it(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    form: dict[str, Any] = {"name": "Refunds"}
    for prefix, rows_ in (("Agent_skills", [{"agent": bob.pk}]), ("Queue_skills", [])):
        form |= {f"{prefix}-TOTAL_FORMS": len(rows_), f"{prefix}-INITIAL_FORMS": 0} | rows(prefix, *rows_)
    assert alice_admin.post("/admin/agents/skill/add/", form).status_code == 302
    with in_tenant(acme):
        assert [one.pk for one in Skill.objects.get().agents.all()] == [bob.pk]


def test_a_shared_view_is_told_in_names(alice_admin: Client, acme: Tenant) -> None:
    with in_tenant(acme):
        tag = Tag.objects.create(name="Refund")
        filters = {"tag": [str(tag.pk)], "priority": [3, 4], "agent": ["me", "none"], "status": ["closed"]}
        SavedView.objects.create(name="Refunds", filters=filters | {"created_from": 0, "unread": True})
    page = alice_admin.get("/admin/agents/savedview/").content.decode()
    told = "status: closed; agent: whoever looks, nobody; tag: “Refund”; priority: high, urgent; unread: yes; created"
    assert told in page
    assert str(tag.pk) not in page


def test_an_empty_list_offers_only_what_there_is(alice_admin: Client) -> None:
    pages = ("/admin/agents/auditentry/", "/admin/agents/macro/", "/admin/agents/macro/?q=nothing")
    log, macros, searched = (alice_admin.get(page).content.decode() for page in pages)
    assert ("Nothing here yet." in log, "Add audit" in log) == (True, False)
    assert ("Nothing here yet." in macros, "Add macro" in macros) == (True, True)
    assert ("Nothing here matches." in searched, "Reset filters" in searched) == (True, True)


def test_only_shared_views_are_here(alice_admin: Client, acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme):
        shared = SavedView.objects.create(name="Urgent ones", filters={"priority": [4]})
        own = SavedView.objects.create(name="Bob's", owner=bob, filters={})
    page = alice_admin.get("/admin/agents/savedview/").content.decode()
    assert ("Urgent ones" in page, "Bob" in page) == (True, False)
    assert alice_admin.get(f"/admin/agents/savedview/{own.pk}/change/").status_code == 302
    alice_admin.post(f"/admin/agents/savedview/{shared.pk}/change/", {"name": "Hot", "position": 3, "filters": "{}"})
    with in_tenant(acme):
        after = SavedView.objects.get(pk=shared.pk)
    assert (after.name, after.filters) == ("Hot", {"priority": [4]})


def test_the_brands_settings(alice_admin: Client, acme: Tenant) -> None:
    form = {"name": "Acme", "accent": "#2563eb", "locale": "en", "idle_close_minutes": 60, "reopen_hours": 24}
    form |= {"edit_minutes": 15, "archive_after_days": 30}
    address = f"/admin/tenants/tenant/{acme.pk}/change/"
    assert "nobody would ever be assigned" in problems(alice_admin.post(address, form | {"total_capacity": 0}))[0]
    # 30 days are 720 hours; what is archived cannot be reopened.
    late = problems(alice_admin.post(address, form | {"reopen_hours": 721}))
    assert late == ["A visitor's message reopens a conversation for 721 hours, but an archived one cannot be reopened: "
                    "at least 31 here, or a shorter time to reopen."]  # fmt: skip
    assert problems(alice_admin.post(address, form | {"reopen_hours": 1, "archive_after_days": 0}))
    at_once = form | {"reopen_hours": 0, "archive_after_days": 0}
    assert alice_admin.post(address, at_once | {"total_capacity": 40}).status_code == 302
    more = {"total_capacity": 40, "shows_typing_preview": "on"}
    assert alice_admin.post(address, form | more).status_code == 302
    after = Tenant.objects.get(pk=acme.pk)
    assert (after.total_capacity, after.shows_typing_preview, after.asks_for_rating) == (40, True, False)
    acme.save()


def test_the_audit_log_is_only_read(alice_admin: Client, acme: Tenant, vip: Tag) -> None:
    alice_admin.post(f"/admin/chat/tag/{vip.pk}/change/", {"name": "VIPs", "colour": "#112233"})
    page = alice_admin.get("/admin/agents/auditentry/?q=tag.changed").content.decode()
    assert "tag VIPs" in page
    from agents.models import AuditEntry

    with in_tenant(acme):
        entry = AuditEntry.objects.get(action="tag.changed")
    detail = alice_admin.get(f"/admin/agents/auditentry/{entry.pk}/change/").content.decode()
    assert "<td>VIP</td><td>VIPs</td>" in detail
    for verb in ("change", "delete"):
        assert alice_admin.post(f"/admin/agents/auditentry/{entry.pk}/{verb}/", {"post": "yes"}).status_code == 403
    assert alice_admin.get("/admin/agents/auditentry/add/").status_code == 403


def test_the_audit_log_speaks_as_people_do(alice_admin: Client, bob: Agent, acme: Tenant, vip: Tag) -> None:
    alice_admin.post(f"/admin/chat/tag/{vip.pk}/change/", {"name": "VIPs", "colour": "#112233"})
    asked = {"path": [None, "/admin/chat/tag/"], "method": [None, "GET"]}
    with in_tenant(acme):
        note_audit("admin.refused", by=bob, changes=asked, is_refused=True, now=timezone.now())
        note_audit("cannedreply.imported", by=Actor(None, "Alice"), changes={"new": [None, 3]}, now=timezone.now())
    page = alice_admin.get("/admin/agents/auditentry/").content.decode()
    for said in (">changed<", "tag VIPs", "canned replies", "admin page /admin/chat/tag/", "asked for"):
        assert said in page
    assert "tag.changed" not in page
    changed = alice_admin.get("/admin/agents/auditentry/?what=changed&kind=tag").content.decode()
    assert ("tag VIPs" in changed, "admin page /admin" in changed) == (True, False)
    refused = alice_admin.get("/admin/agents/auditentry/?what=refused").content.decode()
    assert ("tag VIPs" in refused, "admin page /admin" in refused) == (False, True)
