"""POST /api/v1/visitor/left-messages, and what the session says about hours and the queue."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from agents.models import Calendar, Queue
from chat.conversations import open_conversation
from chat.models import Conversation, Visitor, Widget
from chat.rest import visitor_views
from chat.rest.limits import Rate
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, problem

LEFT = "/api/v1/visitor/left-messages"
SESSIONS = "/api/v1/visitor/sessions"


def given(**other: object) -> dict[str, object]:
    return {"client_id": str(uuid4()), "email": "vera@example.test", "name": "Vera", "text": "Call me", **other}


@pytest.fixture
def queue(acme: Tenant) -> "object":
    """Acme's queue, which is as it was before when the test ends."""
    with in_tenant(acme):
        before = Queue.objects.filter(is_default=True)
        kept = before.values("calendar_id", "max_waiting_count", "max_waiting_seconds").get()
        yield before
        before.update(**kept)
        Calendar.objects.all().delete()


def test_leaving_a_message(visitor_api: Api) -> None:
    body = given()
    answer = visitor_api.post(LEFT, body)
    assert answer.status_code == 201
    assert (answer.json()["conversation"]["left_message"], answer.json()["conversation"]["status"]) == (True, "waiting")
    again = visitor_api.post(LEFT, body)
    assert again.status_code == 200
    assert again.json()["message"] == {**answer.json()["message"], "duplicate": True}
    problem(visitor_api.post(LEFT, {**body, "text": "Another"}), 409, "conflict")


@pytest.mark.parametrize("wrong", [{"email": "x"}, {"email": None}, {"text": ""}, {"text": 5}, {"client_id": "1"}])
def test_wrong_input_is_named(visitor_api: Api, wrong: dict[str, object]) -> None:
    body = problem(visitor_api.post(LEFT, given(**wrong)), 400, "invalid")
    assert body["errors"][0]["field"] == next(iter(wrong))


def test_only_with_a_token_and_only_from_a_page_of_the_widget(anyone: Api, visitor_api: Api) -> None:
    problem(anyone.post(LEFT, given()), 401, "unauthenticated")
    problem(visitor_api.post(LEFT, given(), origin="http://evil.example"), 403, "forbidden")


def test_a_token_of_another_brand_is_worth_nothing(vera_token: str) -> None:
    mallorys = Api("globex.localhost", {"authorization": f"Bearer {vera_token}", "origin": "http://globex.localhost"})
    problem(mallorys.post(LEFT, given()), 401, "unauthenticated")


def test_messages_are_limited(visitor_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_views, "LEFT_RATE", Rate(f"left-{uuid4()}", 0.01, 1))
    assert visitor_api.post(LEFT, given()).status_code == 201
    assert problem(visitor_api.post(LEFT, given()), 429, "rate_limited")


def start(anyone: Api, widget: Widget, **other: object) -> dict[str, object]:
    answer = anyone.post(SESSIONS, {"key": widget.public_key, **other}).json()
    assert isinstance(answer, dict)
    return answer


def test_an_open_brand_says_so(anyone: Api, acme_widget: Widget) -> None:
    session = start(anyone, acme_widget)
    assert session["hours"] == {"is_open": True, "opens_ts": None, "can_leave_message": False}
    assert (session["waiting"], session["asks_for_rating"], session["typing_preview"]) == (None, True, False)


def test_a_closed_brand_says_when_it_opens(anyone: Api, acme_widget: Widget, queue, now: datetime) -> None:
    tomorrow = (now + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    span = {"day": tomorrow.weekday(), "start": "12:00", "end": "13:00"}
    queue.update(calendar=Calendar.objects.create(name="Office", spans=[span]))
    hours = start(anyone, acme_widget)["hours"]
    assert hours == {"is_open": False, "opens_ts": tomorrow.timestamp() * 1000, "can_leave_message": True}


def test_a_calendar_without_hours_never_opens(anyone: Api, acme_widget: Widget, queue) -> None:
    queue.update(calendar=Calendar.objects.create(name="Holidays"))
    hours = start(anyone, acme_widget)["hours"]
    assert hours == {"is_open": False, "opens_ts": None, "can_leave_message": True}


def test_a_queue_that_is_too_long_takes_messages(anyone: Api, acme_widget: Widget, vera_token, queue, now) -> None:
    queue.update(max_waiting_count=1)
    assert start(anyone, acme_widget)["hours"]["can_leave_message"] is False  # type: ignore[index]
    open_conversation(Visitor.objects.create(name="Walter"), now=now)
    assert start(anyone, acme_widget)["hours"]["can_leave_message"] is True  # type: ignore[index]
    Conversation.objects.update(left_message=True)
    assert start(anyone, acme_widget)["hours"]["can_leave_message"] is False  # type: ignore[index]


def test_a_wait_that_is_too_long_lets_the_waiting_leave_a_message(
    anyone: Api, acme_widget: Widget, vera: Visitor, vera_token: str, queue, now: datetime
) -> None:
    queue.update(max_waiting_seconds=60)
    open_conversation(Visitor.objects.create(name="Walter"), now=now)
    mine = open_conversation(vera, now=now)
    waiting = {"place": 2, "wait_seconds": None, "can_leave_message": False}
    assert start(anyone, acme_widget, token=vera_token)["waiting"] == waiting
    Conversation.objects.filter(pk=mine.pk).update(waiting_since=now - timedelta(seconds=61))
    waiting = {"place": 1, "wait_seconds": None, "can_leave_message": True}
    assert start(anyone, acme_widget, token=vera_token)["waiting"] == waiting
    assert start(anyone, acme_widget)["hours"]["can_leave_message"] is True  # type: ignore[index]
