"""POST /api/v1/visitor/page-views and the trail that it leaves."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.models import PageView, Visitor
from chat.page_trail import MAX_KEPT, View, clean_page_url, note_page_views, trail_of
from chat.rest import visitor_views
from chat.rest.limits import Rate
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import Api, problem
from tests.threads import run_together

URL = "/api/v1/visitor/page-views"
SHOP = "https://shop.example.com"


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_pages_are_kept_in_order_and_the_newest_is_the_present_one(
    visitor_api: Api, acme: Tenant, vera: Visitor, now: datetime
) -> None:
    first, second = milliseconds(now - timedelta(minutes=2)), milliseconds(now - timedelta(minutes=1))
    views = [
        {"url": f"{SHOP}/basket", "title": "Basket", "ts": second},
        {"url": f"{SHOP}/tents#top", "title": "Tents\n ", "ts": first},
    ]
    answer = visitor_api.post(URL, {"views": views})
    assert (answer.status_code, answer.json()) == (201, {"added": 2})
    with in_tenant(acme):
        assert [(view.url, view.title) for view in trail_of(vera)] == [
            (f"{SHOP}/basket", "Basket"),
            (f"{SHOP}/tents", "Tents"),
        ]
        vera.refresh_from_db()
    assert (vera.page_url, vera.page_title) == (f"{SHOP}/basket", "Basket")


def test_sending_a_batch_again_adds_nothing(visitor_api: Api, acme: Tenant, vera: Visitor, now: datetime) -> None:
    views = [{"url": f"{SHOP}/{n}", "ts": milliseconds(now) + n - 10} for n in range(5)]
    assert [visitor_api.post(URL, {"views": views}).json()["added"] for _ in range(2)] == [5, 0]


def test_a_reload_is_no_new_page(acme: Tenant, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        added = [
            note_page_views(vera.pk, [View(f"{SHOP}/{path}")], now + timedelta(seconds=number))
            for number, path in enumerate(("a", "a", "b", "a"))
        ]
    assert added == [1, 0, 1, 1]


def test_only_the_newest_are_kept(acme: Tenant, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        for batch in range(MAX_KEPT // 20 + 1):
            views = [View(f"{SHOP}/{batch}-{n}", ts=milliseconds(now) + batch * 20 + n - 1000) for n in range(20)]
            note_page_views(vera.pk, views, now)
        assert PageView.objects.filter(visitor=vera).count() == MAX_KEPT
        assert trail_of(vera)[0].url == f"{SHOP}/{MAX_KEPT // 20}-19"


def test_a_wrong_clock_makes_no_future_and_no_past(acme: Tenant, vera: Visitor, now: datetime) -> None:
    with in_tenant(acme):
        views = [View(f"{SHOP}/later", ts=2**53 - 1), View(f"{SHOP}/long-ago", ts=0), View(f"{SHOP}/old", ts=1)]
        assert note_page_views(vera.pk, views, now) == 1
        assert trail_of(vera)[0].viewed_at <= now


CLEANED = {
    "https://shop.example.com/a?b=c#d": "https://shop.example.com/a?b=c",
    "https://me:secret@shop.example.com/a": "https://shop.example.com/a",
    "HTTPS://Shop.Example.com:8443/A": "https://shop.example.com:8443/A",
    "https://shop.example.com/reset?token=abc&lang=en": "https://shop.example.com/reset?token=hidden&lang=en",
    "https://shop.example.com/?Access_Token=abc": "https://shop.example.com/?Access_Token=hidden",
    "https://shop.example.com/?code=SPRING": "https://shop.example.com/?code=SPRING",
    "http://[::1]:8000/a": "http://[::1]:8000/a",
    "javascript:alert(1)": "",
    "data:text/html,x": "",
    "file:///etc/passwd": "",
    "//shop.example.com/a": "",
    "https://": "",
    "https://[": "",
    "https://shop.example.com:x/": "",
    "": "",
}


@pytest.mark.parametrize("url", CLEANED)
def test_addresses_are_cleaned(url: str) -> None:
    assert clean_page_url(url) == CLEANED[url]


@given(st.text())
def test_whatever_comes_is_a_web_address_or_nothing(text: str) -> None:
    try:
        cleaned = clean_page_url(f"https://x.example/{text}")
    except Exception as error:
        assert type(error).__name__ == "Invalid"
        return
    assert cleaned.startswith("https://x.example/")
    assert "#" not in cleaned
    assert len(cleaned) <= 2000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"views": []},
        {"views": [{"url": f"{SHOP}/{n}"} for n in range(21)]},
        {"views": "x"},
        {"views": [{"title": "x"}]},
        {"views": [{"url": f"{SHOP}/", "ts": "1"}]},
        {"views": [{"url": f"{SHOP}/", "ts": True}]},
        {"views": [{"url": f"{SHOP}/", "ts": 2**60}]},
        {"views": [{"url": 5}]},
    ],
)
def test_what_is_wrong_is_refused(visitor_api: Api, body: object) -> None:
    problem(visitor_api.post(URL, body), 400, "invalid")


def test_it_is_limited(visitor_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_views, "TRAIL_RATE", Rate(f"test-{uuid4()}", 0.1, 2))
    body = {"views": [{"url": f"{SHOP}/a"}]}
    assert [visitor_api.post(URL, body).status_code for _ in range(3)] == [201, 201, 429]


def test_nobody_and_a_token_of_another_brand_write_nothing(vera_token: str) -> None:
    body = {"views": [{"url": f"{SHOP}/a"}]}
    problem(Api(headers={"origin": "http://acme.localhost"}).post(URL, body), 401, "unauthenticated")
    elsewhere = Api("globex.localhost", {"authorization": f"Bearer {vera_token}", "origin": "http://globex.localhost"})
    problem(elsewhere.post(URL, body), 401, "unauthenticated")


def test_two_tabs_at_once_lose_nothing(acme: Tenant, vera: Visitor, now: datetime) -> None:
    def tab(number: int) -> int:
        with in_tenant(acme):
            views = [View(f"{SHOP}/{number}-{n}", ts=milliseconds(now) - 100 + n) for n in range(10)]
            return note_page_views(vera.pk, views, now)

    assert sum(run_together(4, tab)) == 40
    with in_tenant(acme):
        assert len(trail_of(vera)) == 40


def test_watchers_are_told_and_the_visitor_is_not(connect, make_session, alice, acme, vera, vera_token, now):
    visitor = connect("visitor", token=vera_token)
    where = visitor.say("Hello?")["data"]["conversation"]
    desk = connect("agent", session=make_session(alice, acme))
    desk.request("conversation.watch", conversation=where)
    with in_tenant(acme):
        note_page_views(vera.pk, [View(f"{SHOP}/tents", "Tents")], now)
    told = desk.expect("visitor.page_viewed")
    assert told["conversation"] == where
    assert told["data"] == {
        "visitor": str(vera.pk),
        "page": {"url": f"{SHOP}/tents", "title": "Tents", "ts": milliseconds(now)},
    }
    assert "visitor.page_viewed" not in {frame["type"] for frame in visitor.drain()}


def test_a_session_keeps_the_device_and_a_clean_page(acme_widget, acme):
    api = Api(headers={"origin": "http://acme.localhost", "user-agent": "Mozilla/5.0 (X11) Firefox/132.0"})
    page = {"url": "http://acme.localhost/demo/?token=abc#x", "title": "Shop", "referrer": "javascript:alert(1)"}
    answer = api.post("/api/v1/visitor/sessions", {"key": acme_widget.public_key, "page": page})
    with in_tenant(acme):
        visitor = Visitor.objects.get(pk=answer.json()["visitor"]["id"])
    assert (visitor.page_url, visitor.referrer) == ("http://acme.localhost/demo/?token=hidden", "")
    assert "Firefox" in visitor.user_agent
