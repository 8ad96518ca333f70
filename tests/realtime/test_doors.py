"""What the sockets refuse, and that Mallory gets what a missing thing gets."""

import json
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from chat.models import Visitor
from chat.tokens import make_token
from chat.visitors import log_out_visitor
from tenants.context import in_tenant
from tenants.provisioning import activate_brand, suspend_brand

# Every command that names a conversation, for both sides.
VISITOR_COMMANDS = {
    "conversation.close": {},
    "conversation.read": {"seq": 1},
    "conversation.rate": {"score": 5},
    "message.create": {"client_id": str(uuid4()), "text": "x"},
    "message.edit": {"message": str(uuid4()), "text": "x"},
    "message.recall": {"message": str(uuid4())},
    "typing.start": {},
    "typing.stop": {},
}
AGENT_COMMANDS = {
    "conversation.watch": {},
    "conversation.take": {},
    "conversation.release": {},
    "conversation.transfer": {"agent": str(uuid4())},
    "conversation.close": {},
    "conversation.reopen": {},
    "conversation.read": {"seq": 1},
    "message.create": {"client_id": str(uuid4()), "text": "x"},
    "message.edit": {"message": str(uuid4()), "text": "x"},
    "message.recall": {"message": str(uuid4())},
    "note.create": {"client_id": str(uuid4()), "text": "x"},
    "typing.start": {},
    "typing.stop": {},
}


def without_ids(frame):
    return {key: value for key, value in frame.items() if key != "reply_to"}


@pytest.mark.parametrize("command", VISITOR_COMMANDS)
def test_a_visitor_gets_for_a_foreign_conversation_what_a_missing_one_gets(as_vera, globex_conversation, command):
    answers = [
        without_ids(as_vera.request(command, VISITOR_COMMANDS[command], conversation=conversation))
        for conversation in (globex_conversation.pk, uuid4())
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"]["code"] == "not_found"


@pytest.mark.parametrize("command", VISITOR_COMMANDS)
def test_a_visitor_gets_nothing_of_another_visitor(as_vera, connect, acme, acme_widget, command):
    with in_tenant(acme):
        other = make_token(Visitor.objects.create(name="Walter"), acme_widget)
    theirs = connect("visitor", token=other).say("private")["data"]["conversation"]
    answer = as_vera.request(command, VISITOR_COMMANDS[command], conversation=theirs)
    assert answer["data"]["code"] == "not_found"


@pytest.mark.parametrize("command", AGENT_COMMANDS)
def test_mallory_gets_for_an_acme_conversation_what_a_missing_one_gets(as_agent, mallory, globex, as_vera, command):
    theirs = as_vera.say("private")["data"]["conversation"]
    desk = as_agent(mallory, globex)
    answers = [
        without_ids(desk.request(command, AGENT_COMMANDS[command], conversation=conversation))
        for conversation in (theirs, uuid4())
    ]
    assert answers[0] == answers[1]
    assert answers[0]["data"]["code"] == "not_found"


def test_resuming_a_foreign_conversation_is_like_a_missing_one(as_agent, mallory, globex, as_vera):
    theirs, missing = as_vera.say("private")["data"]["conversation"], str(uuid4())
    desk = as_agent(mallory, globex)
    found = desk.request("resume", {"conversations": {theirs: 0, missing: 0}})["data"]["conversations"]
    assert found[theirs] == found[missing] == {"recovered": False, "top": 0, "events": [], "error": "not_found"}
    as_vera.say("still private", conversation=theirs)
    assert "private" not in str(desk.drain())


def test_nothing_of_acme_reaches_globex(as_agent, mallory, globex, as_vera):
    desk = as_agent(mallory, globex)
    as_vera.say("acme-canary")
    assert "acme-canary" not in str(desk.drain())


def test_a_token_of_acme_is_nobody_at_globex(connect, vera_token):
    assert connect("visitor", host="globex.localhost", token=vera_token).close_code() == 4401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "." * 600, "é"[:0] + "a" * 600])
def test_a_wrong_token_is_refused(connect, token):
    assert connect("visitor", token=token or "none").close_code() == 4401


def test_a_cut_token_is_refused(connect, vera_token):
    assert connect("visitor", token=vera_token[:-2]).close_code() == 4401


def test_after_log_out_the_token_is_dead_and_the_socket_closed(as_vera, connect, acme, vera, vera_token):
    with in_tenant(acme):
        log_out_visitor(vera)
    assert as_vera.close_code(5) == 4401
    assert connect("visitor", token=vera_token).close_code() == 4401


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://acme.localhost.evil.com",
        "http://evilacme.localhost",
        "http://acme.localhost:1",
        None,
    ],
)
def test_other_pages_are_refused(connect, vera_token, alice, acme, make_session, origin):
    assert connect("visitor", token=vera_token, origin=origin).close_code() == 4403
    assert connect("agent", session=make_session(alice, acme), origin=origin).close_code() == 4403


def test_an_agent_needs_a_session_of_this_brand(connect, alice, acme, mallory, globex, make_session):
    assert connect("agent").close_code() == 4401
    assert connect("agent", session="wrong").close_code() == 4401
    assert connect("agent", session=make_session(mallory, globex)).close_code() == 4401
    # A session that claims acme, of an account that is no agent there.
    assert connect("agent", session=make_session(mallory, acme)).close_code() == 4403


@pytest.mark.parametrize("cookie", [r'"aaaaaaaa\000"', "a" * 31, "A" * 32, r'"\303\251aaaaaaa"'])
def test_a_cookie_that_is_no_session_key_is_nobody(connect, cookie):
    assert connect("agent", session=cookie).close_code() == 4401


@pytest.mark.parametrize(
    "host", ["unknown.localhost", "ACME.localhost", "acme.localhost.", "localhost", "127.0.0.1", "a b"]
)
def test_other_hosts_have_no_sockets(server, host):
    assert server.handshake_status("/ws/v1/visitor", host) in (400, 403, 404)


def test_two_hosts_are_no_host(server):
    assert server.handshake_status("/ws/v1/visitor", "acme.localhost", "globex.localhost") in (400, 403, 404)
    assert server.handshake_status("/ws/v1/visitor", "acme.localhost") == 101


def test_an_unknown_path_is_refused(connect, vera_token):
    with pytest.raises(InvalidStatus):
        connect("nothing", token=vera_token)


BAD_FRAMES = [
    "",
    "nonsense",
    "[]",
    "null",
    "{}",
    '{"type": 1}',
    '{"type": "ping", "data": NaN}',
    '{"type": "__class__"}',
    '{"type": "websocket.disconnect"}',
    '{"type": "push"}',
    '{"type": "close.now", "data": {"code": 1000}}',
    '{"type": "dispatch"}',
    '{"type": "message.create", "data": []}',
    '{"type": "message.create", "data": {"client_id": "x", "text": "x"}}',
    '{"type": "conversation.read", "data": {"seq": 9223372036854775808}}',
    '{"type": "message.create", "data": {"client_id": "01890000-0000-7000-8000-000000000000", "text": "\\ud800"}}',
    '{"type": "ping", "data": ' + "[" * 5000 + "]" * 5000 + "}",
    '{"type": "note.create", "data": {"client_id": "01890000-0000-7000-8000-000000000000", "text": "no notes"}}',
    json.dumps({"type": "ping", "data": {"x": "y" * 70_000}}),
]


@pytest.mark.parametrize("frame", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
def test_bad_frames_get_a_code_and_the_connection_lives(as_vera, frame):
    as_vera.socket.send(frame)
    answer = as_vera.expect("error")
    assert answer["data"]["code"] in {"malformed", "unknown_type", "invalid", "too_large"}
    assert "Traceback" not in str(answer)
    assert as_vera.request("ping")["type"] == "pong"


def test_a_binary_frame_is_refused(as_vera):
    as_vera.socket.send(b"{}")
    assert as_vera.expect("error")["data"]["code"] == "malformed"


def test_after_ten_bad_frames_it_is_over(as_vera):
    for _ in range(10):
        as_vera.socket.send("nonsense")
    assert as_vera.close_code() == 4400


def test_a_flood_is_told_when_to_go_on(as_vera):
    asked = {as_vera.send("ping") for _ in range(80)}
    limited = as_vera.expect("error")
    assert limited["data"]["code"] == "rate_limited"
    assert limited["reply_to"] in asked, "a refusal names the command that it refuses"
    assert 0 < limited["data"]["retry_after"] <= 5
    answered = {limited["reply_to"], *(as_vera.find(lambda frame: "reply_to" in frame)["reply_to"] for _ in range(79))}
    assert answered == asked


def test_five_sockets_of_one_visitor_have_one_allowance(connect, vera_token):
    lines = [connect("visitor", token=vera_token) for _ in range(5)]
    for line in lines:
        line.hello()
    asked = [(line, line.send("ping")) for line in lines for _ in range(40)]
    answers = [line.find(lambda frame, wanted=one: frame.get("reply_to") == wanted) for line, one in asked]
    limited = [frame for frame in answers if frame["type"] == "error"]
    assert limited
    assert all(frame["data"]["code"] == "rate_limited" for frame in limited)


def test_signing_out_closes_what_that_sign_in_opened(browser_as, connect, alice, acme, make_session):
    browser = browser_as("alice@acme.test")
    here = connect("agent", session=browser.cookie("kefu_session"))
    elsewhere = connect("agent", session=make_session(alice, acme))
    here.hello()
    elsewhere.hello()
    browser.post("/account/sign-out")
    assert here.close_code(5) == 4401
    assert elsewhere.request("ping")["type"] == "pong"


def test_a_suspended_brand_closes_its_sockets_and_no_others(as_vera, as_agent, mallory, globex, acme):
    desk = as_agent(mallory, globex)
    try:
        suspend_brand(acme)
        assert as_vera.close_code(5) == 4401
        assert desk.request("ping")["type"] == "pong"
    finally:
        activate_brand(acme)
