"""Drafts on the server: the device that wrote last wins, whichever arrives last."""

from datetime import datetime, timedelta

from agents.drafts import drafts_in, forget_dropped, save_draft
from agents.models import Agent, DraftReply
from chat.models import Conversation
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, same_refusal
from tests.threads import run_together

LIST = "/api/v1/agent/drafts"
NOBODYS = "01890000-0000-7000-8000-000000000000"


def address(conversation: object) -> str:
    return f"/api/v1/agent/conversations/{conversation}/draft"


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def put(api: Api, where: str, text: str, ts: int, kind: str = "message") -> object:
    return api.http.put(where, {"kind": kind, "text": text, "ts": ts}, content_type="application/json")


def test_a_draft_is_there_on_another_device(agent_api: Api, conversation: Conversation, now: datetime) -> None:
    assert put(agent_api, address(conversation.pk), "Dear Vera, ", ms(now)).status_code == 204
    assert put(agent_api, address(conversation.pk), "ask Bo", ms(now), "note").status_code == 204
    drafts = agent_api.get(LIST).json()["drafts"]
    assert {(one["conversation"], one["kind"], one["text"]) for one in drafts} == {
        (str(conversation.pk), "message", "Dear Vera, "),
        (str(conversation.pk), "note", "ask Bo"),
    }
    snapshot = agent_api.get(f"/api/v1/agent/conversations/{conversation.pk}").json()
    assert {one["text"] for one in snapshot["drafts"]} == {"Dear Vera, ", "ask Bo"}


def test_the_device_that_wrote_last_wins(agent_api: Api, conversation: Conversation, now: datetime) -> None:
    where = address(conversation.pk)
    put(agent_api, where, "later", ms(now))
    put(agent_api, where, "earlier, but slower", ms(now) - 5000)
    assert agent_api.get(LIST).json()["drafts"][0]["text"] == "later"
    late = agent_api.http.delete(f"{where}?kind=message&ts={ms(now) - 5000}")
    assert late.status_code == 204
    assert agent_api.get(LIST).json()["drafts"]
    agent_api.http.delete(f"{where}?kind=message&ts={ms(now)}")
    assert agent_api.get(LIST).json()["drafts"] == []


def test_what_was_dropped_does_not_come_back(
    agent_api: Api, acme: Tenant, conversation: Conversation, now: datetime
) -> None:
    where = address(conversation.pk)
    for kind, before in (("message", True), ("note", False)):
        if before:
            put(agent_api, where, "later", ms(now) - 1000, kind)
        agent_api.http.delete(f"{where}?kind={kind}&ts={ms(now) - 1000}")
        for ts in (ms(now) - 5000, ms(now) - 1000):
            put(agent_api, where, "slower", ts, kind)
    assert agent_api.get(LIST).json()["drafts"] == []
    assert agent_api.get(f"/api/v1/agent/conversations/{conversation.pk}").json()["drafts"] == []
    put(agent_api, where, "anew", ms(now) - 500)
    assert [one["text"] for one in agent_api.get(LIST).json()["drafts"]] == ["anew"]
    with in_tenant(acme):
        assert forget_dropped(now) == 0
        assert forget_dropped(now + timedelta(days=2)) == 1
        assert DraftReply.objects.get().text == "anew"


def test_an_empty_text_drops_it_and_a_clock_ahead_does_not_win(
    agent_api: Api, conversation: Conversation, now: datetime
) -> None:
    where = address(conversation.pk)
    put(agent_api, where, "from next year", ms(now + timedelta(days=365)))
    put(agent_api, where, " \n", ms(now + timedelta(days=365)))
    assert agent_api.get(LIST).json()["drafts"] == []


def test_what_cannot_be_a_draft_is_refused(agent_api: Api, conversation: Conversation, now: datetime) -> None:
    where = address(conversation.pk)
    assert put(agent_api, where, "x" * 4001, ms(now)).status_code == 400
    assert put(agent_api, where, "x", ms(now), "poem").status_code == 400
    assert put(agent_api, where, "x", -1).status_code == 400
    assert put(agent_api, where, "x", 2**63).status_code == 400


def test_drafts_are_ones_own(
    agent_api: Api, mallory_api: Api, conversation: Conversation, acme: Tenant, bob: Agent, now: datetime
) -> None:
    with in_tenant(acme):
        save_draft(bob, conversation, kind="message", text="Bo's", written_at=now, now=now)
    assert agent_api.get(LIST).json()["drafts"] == []
    same_refusal(put(mallory_api, address(conversation.pk), "x", ms(now)), put(mallory_api, address(NOBODYS), "x", 1))
    same_refusal(
        mallory_api.http.delete(f"{address(conversation.pk)}?kind=message&ts=1"),
        mallory_api.http.delete(f"{address(NOBODYS)}?kind=message&ts=1"),
    )


def test_two_devices_at_once_leave_one_draft(
    acme: Tenant, conversation: Conversation, bob: Agent, now: datetime
) -> None:
    def write(number: int) -> None:
        moment = now + timedelta(milliseconds=number)
        with in_tenant(acme):
            save_draft(bob, conversation, kind="message", text=f"text {number}", written_at=moment, now=moment)

    run_together(8, write)
    with in_tenant(acme):
        assert DraftReply.objects.count() == 1
        assert [one["text"] for one in drafts_in(bob, conversation)] == ["text 7"]
