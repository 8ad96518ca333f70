"""The console's endpoints about one visitor, and the programs' page trail."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from agents.models import Agent, AuditEntry
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.models import Conversation, Rating, Visitor
from chat.page_trail import View, note_page_views
from chat.visitor_notes import add_note
from tenants.context import in_tenant
from tenants.keys import create_key
from tenants.models import ApiKey, Tenant
from tests.rest.conftest import Api, problem, same_refusal, say, signed_in

VISITORS = "/api/v1/agent/visitors"
# The same in each process that collects tests: names of tests hold it.
SOMEBODY = UUID(int=7)


def url(visitor: Visitor | UUID, rest: str = "") -> str:
    return f"{VISITORS}/{getattr(visitor, 'pk', visitor)}{rest}"


@pytest.fixture
def bob_api(make_session, acme, bob) -> Api:
    return signed_in(make_session(bob, acme))


@pytest.fixture
def twin(acme: Tenant, vera: Visitor) -> Visitor:
    with in_tenant(acme):
        Visitor.objects.filter(pk=vera.pk).update(email="Vera@Example.com", phone="+49 30 1")
        return Visitor.objects.create(name="V. Vogel", email="vera@example.com")


def test_whole_profile(agent_api: Api, acme: Tenant, vera: Visitor, twin: Visitor, alice: Agent, now: datetime) -> None:
    with in_tenant(acme):
        Visitor.objects.filter(pk=vera.pk).update(user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0")
        conversation = open_conversation(vera, now=now)
        say(vera, "Hello", now)
        Conversation.objects.filter(pk=conversation.pk).update(
            rating=4, assignee_id=alice.pk, assignee_name="Alice", status="assigned", tag_ids=[uuid4()]
        )
        Rating.objects.create(conversation=conversation, score=4, comment="fast", created_at=now)
        note_page_views(vera.pk, [View("https://shop.example/a", "A")], now)
        add_note(vera.pk, author=SYSTEM, text="likes blue", now=now)
    body = agent_api.get(url(vera)).json()
    assert body["device"] == {"browser": "Firefox 132", "os": "Linux", "kind": "desktop"}
    assert [(page["url"], page["title"]) for page in body["trail"]] == [("https://shop.example/a", "A")]
    assert (body["trail_more"], body["former_next"]) == (False, None)
    assert [note["text"] for note in body["notes"]] == ["likes blue"]
    assert (body["satisfaction"]["average"], body["satisfaction"]["last"]["comment"]) == (4.0, "fast")
    assert [(one["id"], one["email"]) for one in body["duplicates"]] == [(str(twin.pk), "vera@example.com")]
    former = body["former"][0]
    assert (former["rating"], former["agent"]["name"], former["preview"], len(former["tags"])) == (
        4,
        "Alice",
        "Hello",
        1,
    )
    assert agent_api.get(url(vera), {"beside": str(conversation.pk)}).json()["former"] == []
    problem(agent_api.get(url(vera), {"beside": "x"}), 400, "invalid")


def test_former_conversations_come_page_by_page(agent_api: Api, acme: Tenant, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        for number in range(5):
            at = now + timedelta(hours=number)
            close_conversation(open_conversation(vera, now=at).pk, by=SYSTEM, reason="agent", now=at)
    seen, cursor = [], ""
    while cursor is not None:
        page = agent_api.get(url(vera, "/conversations"), {"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        seen += [row["created_ts"] for row in page["rows"]]
        cursor = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 5


def test_attributes_and_language_are_edited(agent_api: Api, acme: Tenant, vera: Visitor) -> None:
    body = agent_api.patch(url(vera), {"attributes": {"plan": "pro", "vip": True}, "locale": "zh-hans"}).json()
    assert (body["attributes"], body["locale"]) == ({"plan": "pro", "vip": True}, "zh-hans")
    assert agent_api.patch(url(vera), {"attributes": {"vip": None}}).json()["attributes"] == {"plan": "pro"}
    for wrong in ({"attributes": {"a": {"b": 1}}}, {"attributes": [1]}, {"locale": "xx"}, {"attributes": {"a": []}}):
        problem(agent_api.patch(url(vera), wrong), 400, "invalid")
    many = {f"k{number}": number for number in range(51)}
    problem(agent_api.patch(url(vera), {"attributes": many}), 400, "invalid")


def test_notes_belong_to_their_author(agent_api: Api, bob_api: Api, vera: Visitor) -> None:
    made = agent_api.post(url(vera, "/notes"), {"text": " Likes\r\nblue "})
    assert made.status_code == 201
    note = made.json()
    assert (note["text"], note["author"]["name"]) == ("Likes\nblue", "Alice")
    where = url(vera, f"/notes/{note['id']}")
    problem(bob_api.patch(where, {"text": "x"}), 403, "forbidden")
    problem(bob_api.http.delete(where), 403, "forbidden")
    assert agent_api.patch(where, {"text": "Likes green"}).json()["text"] == "Likes green"
    assert [one["text"] for one in bob_api.get(url(vera)).json()["notes"]] == ["Likes green"]
    assert agent_api.http.delete(where).status_code == 204
    problem(agent_api.http.delete(where), 404, "not_found")
    for wrong in ({"text": "  "}, {"text": 5}, {}, {"text": "x" * 4001}):
        problem(agent_api.post(url(vera, "/notes"), wrong), 400, "invalid")


def test_visitors_are_found(agent_api: Api, acme: Tenant, vera: Visitor, twin: Visitor) -> None:
    def found(text: str) -> set[str]:
        return {one["id"] for one in agent_api.get(VISITORS, {"q": text}).json()["visitors"]}

    assert found("VERA@") == {str(vera.pk), str(twin.pk)}
    assert found("vogel") == found(str(twin.pk)) == {str(twin.pk)}
    assert found("+49 30") == {str(vera.pk)}
    assert found("%%") == set()
    for wrong in ("", "x", "x" * 101):
        problem(agent_api.get(VISITORS, {"q": wrong}), 400, "invalid")


def test_merging_is_previewed_done_and_audited(
    agent_api: Api, acme: Tenant, vera: Visitor, twin: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        AuditEntry.objects.all().delete()
        ended, _kept = open_conversation(twin, now=now), open_conversation(vera, now=now)
    preview = agent_api.get(url(twin, "/merge"), {"into": str(vera.pk)}).json()
    assert (preview["conversations"], preview["closes"], preview["refusal"]) == (1, str(ended.pk), None)
    assert (preview["from"]["id"], preview["into"]["id"]) == (str(twin.pk), str(vera.pk))
    for _ in range(2):
        assert agent_api.post(url(twin, "/merge"), {"into": str(vera.pk)}).json()["id"] == str(vera.pk)
    with in_tenant(acme):
        entry = AuditEntry.objects.get(action="visitor.merged")
    assert (entry.actor_name, entry.object_id) == ("Alice", str(vera.pk))
    # Who they are is in their profiles, never in the audit log.
    assert (entry.object_name, entry.changes) == ("", {"merged": [str(twin.pk), str(vera.pk)]})
    assert agent_api.get(url(twin)).json()["merged_into"] == str(vera.pk)
    assert agent_api.get(url(vera)).json()["duplicates"] == []


def test_merges_that_cannot_be(agent_api: Api, acme: Tenant, vera: Visitor, twin: Visitor) -> None:
    with in_tenant(acme):
        Visitor.objects.filter(pk=twin.pk).update(external_id="customer-1")
    assert agent_api.get(url(twin, "/merge"), {"into": str(vera.pk)}).json()["refusal"] == "other_way"
    problem(agent_api.post(url(twin, "/merge"), {"into": str(vera.pk)}), 409, "conflict")
    problem(agent_api.post(url(twin, "/merge"), {"into": str(twin.pk)}), 400, "invalid")
    problem(agent_api.post(url(twin, "/merge"), {"into": "x"}), 400, "invalid")
    problem(agent_api.post(url(twin, "/merge"), {"into": str(uuid4())}), 404, "not_found")


def test_who_sees_only_queues_sees_only_their_visitors(
    bob_api: Api, acme: Tenant, bob: Agent, vera: Visitor, twin: Visitor, now: datetime
) -> None:
    with in_tenant(acme):
        mine = open_conversation(vera, now=now)
        Conversation.objects.filter(pk=mine.pk).update(assignee_id=bob.pk, status="assigned")
        hidden = open_conversation(twin, now=now)
        Conversation.objects.filter(pk=hidden.pk).update(queue_id=uuid4())
        other = Conversation.objects.create(
            visitor=vera, status="closed", queue_id=uuid4(), created_at=now, active_at=now, touched_at=now
        )
        Rating.objects.create(conversation=mine, score=5, comment="kind", created_at=now)
        Rating.objects.create(conversation=other, score=1, comment="secret", created_at=now + timedelta(hours=1))
        Agent.objects.filter(pk=bob.pk).update(scope="queues")
    try:
        body = bob_api.get(url(vera)).json()
        assert body["duplicates"] == []
        satisfaction = body["satisfaction"]
        assert (satisfaction["count"], satisfaction["average"], satisfaction["last"]["comment"]) == (1, 5.0, "kind")
        assert [one["id"] for one in bob_api.get(VISITORS, {"q": "vera@"}).json()["visitors"]] == [str(vera.pk)]
        same_refusal(bob_api.get(url(twin)), bob_api.get(url(uuid4())))
        problem(bob_api.post(url(vera, "/merge"), {"into": str(twin.pk)}), 404, "not_found")
        with in_tenant(acme):
            Conversation.objects.filter(pk=hidden.pk).update(assignee_id=bob.pk, status="assigned")
        problem(bob_api.post(url(vera, "/merge"), {"into": str(twin.pk)}), 403, "forbidden")
    finally:
        with in_tenant(acme):
            Agent.objects.filter(pk=bob.pk).update(scope="brand")


PATHS = ["", "/conversations", "/page-views", "/merge?into={other}"]


def test_mallory_gets_what_a_missing_thing_gets(
    mallory_api: Api, acme: Tenant, vera: Visitor, globex_conversation: Conversation, now: datetime
) -> None:
    with in_tenant(acme):
        note = add_note(vera.pk, author=SYSTEM, text="x", now=now)
    other = globex_conversation.visitor_id
    for path in PATHS:
        path = path.format(other=other)
        same_refusal(mallory_api.get(url(vera, path)), mallory_api.get(url(uuid4(), path)))
    for one in (vera.pk, uuid4()):
        problem(mallory_api.post(url(one, "/notes"), {"text": "x"}), 404, "not_found")
        problem(mallory_api.patch(url(one, f"/notes/{note.pk}"), {"text": "x"}), 404, "not_found")
        problem(mallory_api.http.delete(url(one, f"/notes/{note.pk}")), 404, "not_found")
        problem(mallory_api.post(url(one, "/merge"), {"into": str(other)}), 404, "not_found")
        problem(mallory_api.post(url(other, "/merge"), {"into": str(one)}), 404, "not_found")
        problem(mallory_api.patch(url(one), {"name": "x"}), 404, "not_found")
    # A real visitor of her own, with a note of another brand.
    problem(mallory_api.patch(url(other, f"/notes/{note.pk}"), {"text": "x"}), 404, "not_found")
    assert mallory_api.get(VISITORS, {"q": "Vera"}).json()["visitors"] == []


@pytest.mark.parametrize("path", [VISITORS, url(SOMEBODY), url(SOMEBODY, "/conversations"), url(SOMEBODY, "/merge")])
def test_signed_out_is_a_401(path: str) -> None:
    problem(Api().get(path), 401, "unauthenticated")


def test_desks_are_told(connect, make_session, alice, acme, vera, agent_api):
    desk = connect("agent", session=make_session(alice, acme))
    desk.hello()
    agent_api.post(url(vera, "/notes"), {"text": "x"})
    assert desk.expect("visitor.updated")["data"] == {"visitor": str(vera.pk)}
    agent_api.patch(url(vera), {"attributes": {"a": 1}})
    assert desk.expect("visitor.updated")["data"] == {"visitor": str(vera.pk)}


def test_programs_read_the_trail(key_api: Api, acme: Tenant, globex_key: str, vera: Visitor, now: datetime) -> None:
    where = f"/api/v1/visitors/{vera.pk}/page-views"
    with in_tenant(acme):
        for number in range(3):
            note_page_views(vera.pk, [View(f"https://shop.example/{number}")], now + timedelta(seconds=number))
    body = key_api.get(where, {"limit": 2}).json()
    assert [view["url"] for view in body["data"]] == ["https://shop.example/2", "https://shop.example/1"]
    assert body["next"] is None
    problem(key_api.get(f"/api/v1/visitors/{uuid4()}/page-views"), 404, "not_found")
    row, text = create_key(acme, kind=ApiKey.Kind.SECRET, name="writes", scopes=["messages:write"], now=now)
    problem(Api(headers={"authorization": f"Bearer {text}"}).get(where), 403, "forbidden")
    row.delete()
    mallory = Api("globex.localhost", {"authorization": f"Bearer {globex_key}"})
    same_refusal(mallory.get(where), mallory.get(f"/api/v1/visitors/{uuid4()}/page-views"))
