"""What polls refuse: as REST refuses it. Sockets have theirs in tests/realtime/test_doors.py."""

import json
import socket
from uuid import uuid4

import pytest

from chat.models import Visitor, Widget
from chat.tokens import make_token
from tenants.context import in_tenant
from tests.transports.clients import PollClient, Who
from tests.transports.codecs import CODECS
from tests.waiting_for import wait_until

SITE = "https://shop.example.com"


def code_of(answer):
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def where(open_as, as_vera):
    return open_as(as_vera).say("acme-canary")["data"]["conversation"]


@pytest.fixture
def client(open_as, as_vera):
    return open_as(as_vera, "poll")


@pytest.fixture
def stranger(server):
    """`stranger(who)`: a poll client that has not been let in."""
    opened = []

    def _make(who):
        opened.append(PollClient(server, who, CODECS["json"]))
        return opened[-1]

    yield _make
    for client in opened:
        client.close()


# ---- Mallory ----


@pytest.mark.parametrize("transport", ["socket", "long_poll", "poll"])
def test_mallory_gets_what_a_missing_thing_gets(open_as, as_mallory, globex_key, where, transport):
    for who in (as_mallory, Who("app", "globex.localhost", {"Authorization": f"Bearer {globex_key}"})):
        mallory = open_as(who, transport)
        for command, data in (
            ("conversation.watch", {}),
            ("conversation.close", {}),
            ("typing.start", {}),
            ("message.create", {"client_id": str(uuid4()), "text": "x"}),
            ("note.create", {"client_id": str(uuid4()), "text": "x"}),
        ):
            theirs = mallory.request(command, data, conversation=where)
            missing = mallory.request(command, data, conversation=uuid4())
            assert {**theirs, "reply_to": ""} == {**missing, "reply_to": ""}
            assert theirs["data"]["code"] == "not_found"
        mallory.since = 1 if transport != "socket" else None
        mallory.follow(where)
        mallory.follow(str(uuid4()))
        if transport != "socket":
            found = mallory.expect("resumed")["data"]["conversations"]
            assert list(found.values()) == [{"recovered": False, "top": 0, "events": [], "error": "not_found"}] * 2
        assert "acme-canary" not in str(mallory.inbox)


@pytest.mark.parametrize("transport", ["socket", "long_poll", "poll"])
def test_mallory_looks_at_nothing_of_another_brand(open_as, as_mallory, where, transport):
    mallory = open_as(as_mallory, transport)
    theirs, missing = (mallory.request("conversation.view", conversation=pk) for pk in (where, uuid4()))
    assert {**theirs, "reply_to": ""} == {**missing, "reply_to": ""}
    assert theirs["data"]["code"] == "not_found"


def test_a_visitor_gets_nothing_of_another(open_as, server, acme, acme_widget, where):
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Walter"), acme_widget)
    headers = {"Authorization": f"Bearer {token}", "Origin": server.origin("acme.localhost")}
    walter = open_as(Who("visitor", headers=headers), "poll")
    walter.since = 1
    walter.follow(where)
    assert walter.expect("resumed")["data"]["conversations"][where]["error"] == "not_found"
    assert walter.say("x", conversation=where)["data"]["code"] == "not_found"
    assert "acme-canary" not in str(walter.inbox)


def test_credentials_of_another_brand_are_nobodys(stranger, as_vera, as_alice, as_bot, as_mallory, server):
    cases = [
        Who("visitor", "globex.localhost", {**as_vera.headers, "Origin": server.origin("globex.localhost")}),
        Who("agent", "globex.localhost", {**as_alice.headers, "Origin": server.origin("globex.localhost")}),
        Who("app", "globex.localhost", as_bot.headers),
        Who("agent", "acme.localhost", {**as_mallory.headers, "Origin": server.origin("acme.localhost")}),
        *(Who(kind, headers={"Origin": server.origin("acme.localhost")}) for kind in ("visitor", "agent", "app")),
        Who("app", "localhost", {"Authorization": "Bearer kf_sk_unknown"}),
        Who("app", headers={"Authorization": "Bearer " + "x" * 5000}),
        Who("visitor", headers={"Authorization": "Bearer a.b.c", "Origin": server.origin("acme.localhost")}),
    ]
    for who in cases:
        client = stranger(who)
        assert code_of(client.ask({})) == (401, "unauthenticated")
        assert code_of(client.ask({"after": "", "wait": 25})) == (401, "unauthenticated")
        body = client.codec.write_body([])
        refused = client.fetch("POST", "frames", content=body, headers={"Content-Type": "application/json"})
        assert code_of(refused) == (401, "unauthenticated")


def test_the_installations_host_knows_no_visitors_and_no_agents(stranger, as_vera, as_alice):
    for who in (as_vera, as_alice):
        assert code_of(stranger(Who(who.kind, "localhost", who.headers)).ask({})) == (404, "not_found")
    assert stranger(Who("app", "nowhere.example", {})).ask({}).status_code == 404


# ---- pages ----


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://acme.localhost.evil.com", "http://acme.localhost:1"]
)
def test_other_pages_are_refused(stranger, as_vera, as_alice, origin):
    for who in (as_vera, as_alice):
        client = stranger(Who(who.kind, who.host, {**who.headers, "Origin": origin}))
        answer = client.ask({})
        assert code_of(answer) == (403, "forbidden")
        assert "access-control-allow-origin" not in answer.headers
        posted = client.fetch("POST", "frames", content=b'{"frames":[]}', headers={"Content-Type": "application/json"})
        assert code_of(posted) == (403, "forbidden")


def test_a_session_needs_its_own_page(stranger, as_alice):
    """A form on another site sends the cookie too, and leaves the origin out or says so."""
    bare = {name: value for name, value in as_alice.headers.items() if name != "Origin"}
    assert code_of(stranger(Who("agent", headers=bare)).ask({})) == (403, "forbidden")
    cross = {**bare, "Sec-Fetch-Site": "cross-site"}
    assert code_of(stranger(Who("agent", headers=cross)).ask({})) == (403, "forbidden")
    own = {**bare, "Sec-Fetch-Site": "same-origin"}
    assert stranger(Who("agent", headers=own)).ask({}).status_code == 200


def test_an_allowed_site_may_read_the_answer_and_the_refusal(stranger, as_vera, acme, acme_widget):
    with in_tenant(acme):
        Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=[SITE])
    try:
        headers = {**as_vera.headers, "Origin": SITE}
        for given, status in ((headers, 200), ({**headers, "Authorization": "Bearer no"}, 401)):
            answer = stranger(Who("visitor", headers=given)).ask({})
            assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, SITE)
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]
        for what, methods in (("events", "GET, OPTIONS"), ("frames", "POST, OPTIONS")):
            asked = stranger(Who("visitor", headers={"Origin": SITE, "Access-Control-Request-Method": "GET"}))
            preflight = asked.fetch("OPTIONS", what)
            assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, SITE)
            assert preflight.headers["access-control-allow-methods"] == methods
            assert preflight.headers["access-control-allow-headers"] == "Authorization, Content-Type"
        elsewhere = stranger(Who("visitor", headers={"Origin": "https://evil.example"})).fetch("OPTIONS", "events")
        assert "access-control-allow-origin" not in elsewhere.headers
        agents = stranger(Who("agent", headers={"Origin": SITE})).fetch("OPTIONS", "events")
        assert "access-control-allow-origin" not in agents.headers
    finally:
        with in_tenant(acme):
            Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=acme_widget.allowed_origins)


# ---- shapes ----

BAD_QUERIES = [
    {"after": "x"},
    {"after": f"{uuid4()}"},
    {"after": f"{uuid4()}:-1"},
    {"after": f"{uuid4()}:{2**63}"},
    {"after": f"{uuid4()}:" + "9" * 5000},
    {"after": ",".join(f"{uuid4()}:0" for _ in range(201))},
    {"after": "x" * 20_000},
    {"after": "", "since": "-1"},
    {"after": "", "since": "1e9"},
    {"after": "", "since": "9" * 16},
    {"after": "", "wait": "NaN"},
    {"after": "", "connection": "../../x"},
    {"after": "", "connection": "x" * 12},
]


@pytest.mark.parametrize("query", BAD_QUERIES, ids=range(len(BAD_QUERIES)))
def test_bad_questions(client, query):
    assert code_of(client.ask(query)) == (400, "invalid")


@pytest.mark.parametrize(
    "query", [{"after": "", "since": "9" * 15}, {"after": "", "since": 1}, {"after": "", "wait": ""}]
)
def test_odd_questions_are_answered(client, query):
    assert client.ask(query).status_code == 200


BAD_BODIES = [
    (b"", "malformed"),
    (b"[]", "malformed"),
    (b"{}", "malformed"),
    (b'{"frames": {}}', "malformed"),
    (b'{"frames": [' + b"[" * 50_000, "malformed"),
    (b'{"frames": [NaN]}', "malformed"),
    (b'\xff\xfe{"frames": []}', "malformed"),
    (b'{"frames": [' + b",".join([b"{}"] * 51) + b"]}", "invalid"),
]


@pytest.mark.parametrize(("body", "code"), BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_bad_bodies(client, body, code):
    answer = client.fetch("POST", "frames", content=body, headers={"Content-Type": "application/json"})
    assert code_of(answer) == (400, code)


def test_bad_frames_are_refused_one_by_one(client, where):
    frames = [
        b"1",
        b'"x"',
        b"{}",
        b'{"type":"__class__","id":"a"}',
        b'{"type":"message.create","id":"b","data":{"client_id":"x"}}',
        json.dumps({"type": "ping", "data": {"x": "y" * 66_000}}).encode(),
        b'{"type":"ping","id":"c"}',
    ]
    body = b'{"frames":[' + b",".join(frames) + b"]}"
    answer = client.fetch("POST", "frames", content=body, headers={"Content-Type": "application/json"})
    answers = answer.json()["frames"]
    codes = [one["data"].get("code") for one in answers]
    assert codes == ["malformed"] * 3 + ["unknown_type", "invalid", "too_large", None]
    assert [one.get("reply_to") for one in answers][3:] == ["a", "b", None, "c"]


def test_a_body_that_is_no_protobuf(client):
    answer = client.fetch("POST", "frames", content=b"\xff" * 50, headers={"Content-Type": "application/x-protobuf"})
    assert code_of(answer) == (400, "malformed")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_other_content_types(client, content_type):
    answer = client.fetch("POST", "frames", content=b'{"frames":[]}', headers={"Content-Type": content_type})
    assert code_of(answer) == (415, "unsupported_media_type")


def test_too_long_a_body(client):
    body = b'{"frames":["' + b"x" * 262_144 + b'"]}'
    answer = client.fetch("POST", "frames", content=body, headers={"Content-Type": "application/json"})
    assert code_of(answer) == (413, "too_large")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("method", "what"), [("POST", "events"), ("GET", "frames"), ("DELETE", "events"), ("PUT", "frames")]
)
def test_other_methods(client, method, what):
    assert code_of(client.fetch(method, what)) == (405, "method_not_allowed")


def flood(server, asked, *, until):
    """Send a request two thousand times over one connection; the bytes of the answers, until these stand in them behind
    a 429."""
    answers = b""
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.settimeout(10)
        raw.sendall(asked.encode() * 2000)

        def is_told() -> bool:
            nonlocal answers
            answers += raw.recv(65_536)
            return b"429 " in answers and until in answers

        wait_until(is_told, 30)
    return answers


def test_a_flood_of_questions_is_told_when_to_go_on(server, acme, acme_widget, stranger):
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Walter"), acme_widget)
    headers = {"Authorization": f"Bearer {token}", "Origin": server.origin("acme.localhost")}
    asked = f"GET /api/v1/visitor/events?after= HTTP/1.1\r\nHost: acme.localhost:{server.port}\r\n"
    asked += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    answers = flood(server, asked, until=b"rate_limited")
    assert b"retry-after:" in answers
    assert answers.count(b"HTTP/1.1 200") >= 200


def test_a_flood_of_frames_is_told_when_to_go_on(client):
    answers = [answer for _ in range(3) for answer in client.post([client.frame("ping", {}, None) for _ in range(50)])]
    limited = [answer["data"] for answer in answers if answer["type"] == "error"]
    assert limited
    assert all(data["code"] == "rate_limited" and 0 < data["retry_after"] <= 5 for data in limited)
    assert all(answer.get("reply_to") for answer in answers)


def test_a_flood_of_unknown_frames_is_told_when_to_go_on(client):
    answers = [answer for _ in range(3) for answer in client.post([client.frame("nope", {}, None) for _ in range(50)])]
    limited = [answer["data"] for answer in answers if answer["data"]["code"] == "rate_limited"]
    assert limited
    assert all(0 < data["retry_after"] <= 5 for data in limited)


def test_a_flood_of_what_cannot_be_read_is_told_when_to_go_on(server, acme, acme_widget):
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Wanda"), acme_widget)
    asked = f"POST /api/v1/visitor/frames HTTP/1.1\r\nHost: acme.localhost:{server.port}\r\nContent-Length: 1\r\n"
    asked += f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    asked += f"Origin: {server.origin('acme.localhost')}\r\n\r\nx"
    answers = flood(server, asked, until=b"429 ")
    assert b"HTTP/1.1 400" in answers
