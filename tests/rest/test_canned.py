"""Canned replies: which one an agent has, its own, variables, languages, files, counts."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from hypothesis import given
from hypothesis import strategies as st

from agents.authors import author_of
from agents.canned import pick_language
from agents.canned_files import keep_copies
from agents.models import Agent, CannedReply, Membership, Queue
from agents.variables import VARIABLES, open_variables, plain_value, substitute
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, File
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, png, problem, same_refusal

VECTORS = Path(__file__).parents[1] / "vectors/variables.json"
LIST = "/api/v1/agent/canned"
NOBODYS = "01890000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def no_canned(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        with in_tenant(tenant):
            CannedReply.objects.all().delete()


@pytest.fixture
def greeting(acme: Tenant) -> CannedReply:
    texts = {
        "en": "Hello {{visitor.name}}, this is {{ agent.name }} of {{brand.name}}. {{no.such}}",
        "zh": "{{visitor.name}}，您好",
    }
    with in_tenant(acme):
        return CannedReply.objects.create(shortcut="hello", title="Greeting", texts=texts)


def use(api: Api, reply: object, conversation: object) -> dict:
    return api.post(f"{LIST}/{reply}/use", {"conversation": str(conversation)}).json()


def test_lists_the_brands_the_queues_and_ones_own(
    agent_api: Api, acme: Tenant, alice: Agent, bob: Agent, greeting: CannedReply
) -> None:
    with in_tenant(acme):
        CannedReply.objects.create(shortcut="mine", title="Mine", texts={"en": "x"}, owner=alice)
        CannedReply.objects.create(shortcut="bobs", title="Bob's", texts={"en": "x"}, owner=bob)
        CannedReply.objects.create(shortcut="queued", title="Q", texts={"en": "x"}, queue=Queue.objects.first())
    listed = agent_api.get(LIST).json()["canned"]
    assert {(one["shortcut"], one["own"], one["queue"] is None) for one in listed} == {
        ("hello", False, True),
        ("mine", True, True),
        ("queued", False, False),
    }


def test_puts_in_names_and_keeps_what_it_does_not_know(
    agent_api: Api, conversation: Conversation, greeting: CannedReply, acme: Tenant
) -> None:
    put_in = use(agent_api, greeting.pk, conversation.pk)
    assert put_in["text"] == "Hello Vera, this is Alice of Acme. {{no.such}}"
    assert (put_in["unknown"], put_in["language"], put_in["files"]) == (["no.such"], "en", [])
    with in_tenant(acme):
        greeting.refresh_from_db()
    assert greeting.use_count == 1
    assert greeting.last_used_at is not None


def test_speaks_the_conversations_language(
    agent_api: Api, conversation: Conversation, greeting: CannedReply, acme: Tenant
) -> None:
    with in_tenant(acme):
        Conversation.objects.filter(pk=conversation.pk).update(language="zh-hans")
    assert use(agent_api, greeting.pk, conversation.pk)["text"] == "Vera，您好"


def test_a_visitors_name_brings_in_nothing(
    agent_api: Api, conversation: Conversation, greeting: CannedReply, acme: Tenant
) -> None:
    with in_tenant(acme):
        conversation.visitor.name = "{{agent.name}} {{conversation.id}}\n"
        conversation.visitor.save(update_fields=["name"])
    text = use(agent_api, greeting.pk, conversation.pk)["text"]
    assert text.startswith("Hello agent.name conversation.id, this is Alice")
    assert str(conversation.pk) not in text


def test_makes_changes_and_deletes_ones_own(agent_api: Api, acme: Tenant) -> None:
    made = agent_api.post(LIST, {"shortcut": "ship", "title": "", "texts": {"en": " It ships today. "}})
    assert made.status_code == 201
    body = made.json()
    assert (body["title"], body["texts"], body["own"]) == ("ship", {"en": "It ships today."}, True)
    problem(agent_api.post(LIST, {"shortcut": "ship", "texts": {"en": "again"}}), 409, "conflict")
    where = f"{LIST}/{body['id']}"
    changed = agent_api.http.put(
        where, {"shortcut": "ships", "title": "T", "texts": {"zh-hans": "今天发货"}}, content_type="application/json"
    )
    assert changed.json()["texts"] == {"zh-hans": "今天发货"}
    assert agent_api.http.delete(where).status_code == 204
    assert agent_api.get(LIST).json()["canned"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"shortcut": "with space", "texts": {"en": "x"}},
        {"shortcut": "", "texts": {"en": "x"}},
        {"shortcut": "ok", "texts": {}},
        {"shortcut": "ok", "texts": {"en": "  "}},
        {"shortcut": "ok", "texts": {"English!": "x"}},
        {"shortcut": "ok", "texts": {"en": 5}},
        {"shortcut": "ok", "texts": {"en": "x" * 4001}},
        {"shortcut": "ok", "texts": ["x"]},
        {"shortcut": "ok", "texts": {"en": "x"}, "file_ids": ["nonsense"]},
    ],
)
def test_refuses_what_cannot_be_one(agent_api: Api, body: dict) -> None:
    problem(agent_api.post(LIST, body), 400, "invalid")


def test_files_are_sent_along_and_outlive_the_message(
    agent_api: Api, conversation: Conversation, acme: Tenant, alice: Agent, now: datetime
) -> None:
    upload = agent_api.upload("/api/v1/agent/files", png(), "map.png", "image/png").json()
    made = agent_api.post(LIST, {"shortcut": "map", "texts": {"en": "Here"}, "file_ids": [upload["id"]]}).json()
    assert made["files"] == 1
    first, second = (use(agent_api, made["id"], conversation.pk)["files"][0] for _ in range(2))
    assert first["id"] != second["id"] != upload["id"]
    assert (first["name"], first["width"]) == ("map.png", 8)
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), "file", "Here", [UUID(first["id"])])
        posted = post_message(conversation.pk, author=author_of(alice), draft=draft, now=now)
        assert posted.message.body["files"][0]["id"] == first["id"]
        paths = set(File.objects.values_list("path", flat=True))
        assert len(paths) == File.objects.count() == 4
    assert agent_api.http.delete(f"{LIST}/{made['id']}").status_code == 204
    with in_tenant(acme):
        assert not File.objects.filter(uploader_kind="canned").exists()


def put(api: Api, reply: object, body: dict) -> Any:
    return api.http.put(f"{LIST}/{reply}", body, content_type="application/json")


def test_changes_keep_add_and_drop_files(agent_api: Api, acme: Tenant) -> None:
    def upload(name: str) -> str:
        return agent_api.upload("/api/v1/agent/files", png(), name, "image/png").json()["id"]

    body: dict = {"shortcut": "map", "texts": {"en": "Here", "zh-hans": "这里"}}
    made = agent_api.post(LIST, {**body, "file_ids": [upload("a.png"), upload("b.png")]}).json()
    a, b = made["attached"]
    assert [a["name"], b["name"]] == ["a.png", "b.png"]
    assert put(agent_api, made["id"], body).json()["attached"] == [a, b], "not named: they stay"
    changed = put(agent_api, made["id"], {**body, "file_ids": [upload("c.png"), b["id"]]}).json()
    assert [one["name"] for one in changed["attached"]] == ["c.png", "b.png"]
    assert changed["attached"][1] == b
    assert agent_api.get(f"{LIST}/{made['id']}").json() == changed
    with in_tenant(acme):
        kept = File.objects.filter(uploader_kind="canned")
        assert {str(pk) for pk in kept.values_list("pk", flat=True)} == {one["id"] for one in changed["attached"]}
    assert put(agent_api, made["id"], {**body, "file_ids": []}).json()["attached"] == []
    assert not default_storage.exists(stored_path(acme, b["id"]))


def stored_path(tenant: Tenant, file: str) -> str:
    return f"{tenant.pk}/{UUID(file).hex[-2:]}/{file}"


def test_a_change_that_is_refused_changes_nothing(agent_api: Api, visitor_api: Api, acme: Tenant) -> None:
    for shortcut in ("one", "two"):
        made = agent_api.post(LIST, {"shortcut": shortcut, "texts": {"en": shortcut}}).json()
    foreign = visitor_api.upload("/api/v1/visitor/files", png(), "v.png", "image/png").json()["id"]
    body = {"shortcut": "two", "texts": {"en": "changed"}}
    problem(put(agent_api, made["id"], {**body, "shortcut": "one"}), 409, "conflict")
    same_refusal(
        put(agent_api, made["id"], {**body, "file_ids": [foreign]}),
        put(agent_api, made["id"], {**body, "file_ids": [NOBODYS]}),
    )
    problem(put(agent_api, made["id"], {**body, "file_ids": [foreign] * 11}), 400, "invalid")
    assert agent_api.get(f"{LIST}/{made['id']}").json()["texts"] == {"en": "two"}
    with in_tenant(acme):
        assert not File.objects.filter(uploader_kind="canned").exists()


def test_a_reply_that_is_refused_leaves_no_bytes(agent_api: Api, acme: Tenant) -> None:
    upload = agent_api.upload("/api/v1/agent/files", png(), "a.png", "image/png").json()["id"]
    body = {"shortcut": "map", "texts": {"en": "Here"}, "file_ids": [upload]}
    assert agent_api.post(LIST, body).status_code == 201
    before = stored(acme)
    problem(agent_api.post(LIST, body), 409, "conflict")
    same_refusal(*(agent_api.post(LIST, {**body, "shortcut": "other", "file_ids": [upload, NOBODYS]}) for _ in "ab"))
    assert stored(acme) == before


def stored(tenant: Tenant) -> set[str]:
    folder = Path(default_storage.path(str(tenant.pk)))
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_an_agent_of_own_queues_sees_the_files_of_replies_that_it_has(
    bob_as: Callable[..., Api], mallory_api: Api, acme: Tenant, alice: Agent, bob: Agent
) -> None:
    api = bob_as(scope="queues")
    upload = api.upload("/api/v1/agent/files", png(), "a.png", "image/png").json()["id"]
    body = {"shortcut": "mine", "texts": {"en": "x"}, "file_ids": [upload]}
    own = api.post(LIST, body).json()["attached"][0]
    assert api.get(own["url"]).status_code == 200
    with in_tenant(acme):
        queues = [Queue.objects.create(name=name) for name in ("Sales", "Elsewhere")]
        Membership.objects.create(agent=bob, queue=queues[0])
        replies = [
            CannedReply.objects.create(shortcut=f"x{number}", title="", texts={"en": "x"}, **of)
            for number, of in enumerate(({}, {"queue": queues[0]}, {"queue": queues[1]}, {"owner": alice}))
        ]
        brands, queued, foreign, alices = (f"/files/{keep_copies(reply, [UUID(upload)])[0]}" for reply in replies)
    assert [api.get(url).status_code for url in (brands, queued)] == [200, 200]
    for url in (foreign, alices):
        same_refusal(api.get(url), api.get(f"/files/{NOBODYS}"))
    same_refusal(mallory_api.get(own["url"]), mallory_api.get(f"/files/{NOBODYS}"))
    with in_tenant(acme):
        for queue in queues:
            queue.delete()


def test_files_of_anothers_reply_are_nobodys(agent_api: Api, acme: Tenant, bob: Agent) -> None:
    upload = agent_api.upload("/api/v1/agent/files", png(), "a.png", "image/png").json()["id"]
    mine = agent_api.post(LIST, {"shortcut": "mine", "texts": {"en": "x"}, "file_ids": [upload]}).json()
    with in_tenant(acme):
        bobs = CannedReply.objects.create(shortcut="bobs", title="", texts={"en": "x"}, owner=bob)
        bobs.file_ids = keep_copies(bobs, [UUID(upload)])
        bobs.save()
    body = {"shortcut": "mine", "texts": {"en": "x"}}
    same_refusal(
        put(agent_api, mine["id"], {**body, "file_ids": [str(bobs.file_ids[0])]}),
        put(agent_api, mine["id"], {**body, "file_ids": [NOBODYS]}),
    )
    same_refusal(agent_api.get(f"{LIST}/{bobs.pk}"), agent_api.get(f"{LIST}/{NOBODYS}"))
    same_refusal(put(agent_api, bobs.pk, body), put(agent_api, NOBODYS, body))


def test_nobody_makes_a_reply_of_anothers_upload(agent_api: Api, visitor_api: Api, acme: Tenant, alice: Agent) -> None:
    foreign = visitor_api.upload("/api/v1/visitor/files", png(), "v.png", "image/png").json()
    body = {"shortcut": "x", "texts": {"en": "x"}}
    same_refusal(
        agent_api.post(LIST, {**body, "file_ids": [foreign["id"]]}),
        agent_api.post(LIST, {**body, "file_ids": [NOBODYS]}),
    )


def test_mallory_gets_what_a_missing_reply_gets(
    mallory_api: Api, agent_api: Api, conversation: Conversation, greeting: CannedReply, acme: Tenant, bob: Agent
) -> None:
    use_it = {"conversation": str(conversation.pk)}
    same_refusal(
        mallory_api.post(f"{LIST}/{greeting.pk}/use", use_it), mallory_api.post(f"{LIST}/{NOBODYS}/use", use_it)
    )
    same_refusal(mallory_api.get(f"{LIST}/{greeting.pk}"), mallory_api.get(f"{LIST}/{NOBODYS}"))
    same_refusal(mallory_api.http.delete(f"{LIST}/{greeting.pk}"), mallory_api.http.delete(f"{LIST}/{NOBODYS}"))
    with in_tenant(acme):
        bobs = CannedReply.objects.create(shortcut="bobs", title="", texts={"en": "x"}, owner=bob)
    same_refusal(agent_api.post(f"{LIST}/{bobs.pk}/use", use_it), agent_api.post(f"{LIST}/{NOBODYS}/use", use_it))
    same_refusal(agent_api.http.delete(f"{LIST}/{bobs.pk}"), agent_api.http.delete(f"{LIST}/{NOBODYS}"))
    # The brand's are the admin's to change, also for those who may use them.
    same_refusal(agent_api.http.delete(f"{LIST}/{greeting.pk}"), agent_api.http.delete(f"{LIST}/{NOBODYS}"))


@given(text=st.text(), values=st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=30)))
def test_substitution_is_plain_and_happens_once(text: str, values: dict[str, str]) -> None:
    marked = f"{text}{{{{visitor.name}}}}"
    done, unknown = substitute(marked, values)
    if values.get("visitor.name"):
        assert done.endswith(values["visitor.name"])
    else:
        assert done.endswith("{{visitor.name}}")
        assert "visitor.name" in unknown


@pytest.mark.parametrize("case", json.loads(VECTORS.read_text()), ids=lambda case: case["text"])
def test_variables_are_filled_as_the_console_shows_them(case: dict) -> None:
    """The same cases are replayed by the console's tests."""
    values = {name: plain_value(value) for name, value in case["values"].items()}
    assert substitute(case["text"], values)[0] == case["filled"]


def test_what_was_left_open_is_found() -> None:
    assert open_variables("{{a}} {{ b.c|d }} {{a}} {{}} { {x} }") == ["{{a}}", "{{ b.c|d }}"]


def test_a_visitors_name_is_no_link() -> None:
    assert plain_value("[Bank](https://evil.example)") == "[Bank] (https://evil.example)"


@pytest.mark.parametrize(
    ("texts", "wanted", "chosen"),
    [
        ({"en": "a", "zh-hans": "b"}, "zh-hans", "zh-hans"),
        ({"en": "a", "zh": "b"}, "zh-Hans", "zh"),
        ({"en": "a", "zh": "b"}, "fr", "en"),
        ({"zh": "b"}, "fr", "zh"),
        ({"en": "", "zh": "b"}, "en", "zh"),
        ({}, "en", ""),
    ],
)
def test_picks_the_nearest_language(texts: dict[str, str], wanted: str, chosen: str) -> None:
    assert pick_language(texts, wanted, "en") == chosen
