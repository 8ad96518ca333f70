"""Filters, views, saved views, tags and the inbox over several brands."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.inbox.filters import FIELDS, condition_of, read_filters, read_query, stored
from agents.models import Agent, Mention, SavedView
from chat.authors import SYSTEM
from chat.conversations import close_conversation, open_conversation
from chat.errors import Invalid
from chat.events import milliseconds
from chat.marks import set_priority, snooze_conversation
from chat.models import Conversation, Tag, Visitor
from tenants.context import in_tenant
from tests.rest.conftest import problem, same_refusal, say, signed_in

LIST, VIEWS, TAGS, MERGED = (f"/api/v1/agent/{name}" for name in ("conversations", "views", "tags", "merged"))
ELSEWHERE = "/api/v1/agent/elsewhere"


@pytest.fixture
def tag(acme):
    with in_tenant(acme):
        made = Tag.objects.create(name="parcel")
    yield made
    with in_tenant(acme):
        Tag.objects.all().delete()


@pytest.fixture
def bob_api(make_session, bob, acme):
    return signed_in(make_session(bob, acme))


@pytest.fixture(autouse=True)
def no_views(acme):
    yield
    with in_tenant(acme):
        SavedView.objects.all().delete()


@pytest.fixture
def desk(acme, alice, bob, tag, now):
    """Conversations by the name of their visitor, each a minute younger than the one before."""
    made = {}
    with in_tenant(acme):
        for number, name in enumerate(("ann", "ben", "cat", "dan", "eve")):
            at = now - timedelta(minutes=10 - number)
            visitor = Visitor.objects.create(name=name, locale="zh-hans" if name == "ben" else "en")
            made[name] = open_conversation(visitor, now=at)
            if name != "eve":
                say(visitor, f"I am {name}", at)
        take_conversation(made["ben"].pk, agent=alice, now=now)
        take_conversation(made["cat"].pk, agent=bob, now=now)
        set_priority(made["cat"].pk, 4, by=author_of(alice), now=now)
        snooze_conversation(made["dan"].pk, now + timedelta(hours=1), by=author_of(alice), now=now)
        close_conversation(made["eve"].pk, by=SYSTEM, reason="agent", now=now)
        Conversation.objects.filter(pk=made["eve"].pk).update(rating=2)
        Conversation.objects.filter(pk=made["ann"].pk).update(tag_ids=[tag.pk], left_message=True)
        Visitor.objects.filter(name="ann").update(attributes={"order": "A-4711"}, phone="+49 30")
    return made


def names(answer):
    assert answer.status_code == 200, answer.content
    return [row["visitor"]["name"] for row in answer.json()["rows"]]


# ---- filters ----


def cases(now):
    begin = milliseconds(now - timedelta(minutes=8, seconds=30))
    return [
        ({"status": "waiting"}, "ann dan"),
        ({"status": "assigned,closed", "view": "all"}, "ben cat"),
        ({"agent": "me"}, "ben"),
        ({"agent": "none"}, "ann dan"),
        ({"agent": "me,none"}, "ann ben dan"),
        ({"queue": "none"}, ""),
        ({"priority": "4,3"}, "cat"),
        ({"language": "zh-hans"}, "ben"),
        ({"unread": "true"}, "ann ben cat dan"),
        ({"unread": "false"}, ""),
        ({"left_message": "true"}, "ann"),
        ({"rating": "1,2", "view": "closed"}, "eve"),
        ({"snoozed": "true"}, "dan"),
        ({"snoozed": "false"}, "ann ben cat"),
        ({"awaiting": "true"}, "ann ben cat dan"),
        ({"created_from": str(begin)}, "cat dan"),
        ({"created_to": str(begin)}, "ann ben"),
        ({"active_from": "0", "active_to": "1"}, ""),
        ({"text": "a-4711"}, "ann"),
        ({"text": "+49"}, "ann"),
        ({"q": "i am CAT"}, "cat"),
        ({"q": "4711"}, "ann"),
        ({"view": "mine"}, "ben"),
        ({"view": "snoozed"}, "dan"),
        ({"view": "closed"}, "eve"),
        ({"priority": "4", "agent": "me"}, ""),
    ]


@pytest.mark.parametrize("number", range(26))
def test_each_filter_finds_what_it_names(agent_api, desk, now, number):
    query, expected = cases(now)[number]
    assert sorted(names(agent_api.get(LIST, query))) == expected.split()


def test_tags_and_queues_by_id(agent_api, acme, desk, tag):
    assert names(agent_api.get(LIST, {"tag": f"{uuid4()},{tag.pk}"})) == ["ann"]
    queue = desk["ann"].queue_id
    assert len(names(agent_api.get(LIST, {"queue": f"{queue},none"}))) == 4


BAD = ["status=open", "agent=you", "agent=x", "tag=1", "priority=5", "priority=x", "unread=1", "rating=0"]
BAD += ["created_from=-1", "created_to=1e9", "language=aaaaaaaaa", f"text={'x' * 101}", "view=nothing"]
BAD += [f"view={UUID(int=7)}", "status=" + ",".join(["waiting"] * 51), "created_from=99999999999999999999"]


@pytest.mark.parametrize("query", BAD)
def test_bad_filters_are_refused(agent_api, query):
    problem(agent_api.get(f"{LIST}?{query}"), 400, "invalid")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FIELDS, "x"]), inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from([*FIELDS, "x"]), JSON, max_size=4) | JSON)
def test_what_is_accepted_can_be_asked_and_kept(acme, alice, data):
    try:
        filters = read_filters(data)
    except Invalid:
        return
    assert read_filters(stored(filters)) == filters
    with in_tenant(acme):
        list(Conversation.objects.filter(condition_of(filters, alice))[:1])


def test_query_and_json_are_one_shape():
    pk = str(uuid4())
    query = {"status": "waiting,assigned", "agent": "me", "tag": pk, "priority": "1", "unread": "true", "q": "x"}
    data = {"status": ["waiting", "assigned"], "agent": ["me"], "tag": [pk], "priority": [1], "unread": True}
    assert read_query(query) == read_filters(data)


# ---- views ----


def test_the_longest_waiting_come_first_and_pages_go_on(agent_api, acme, desk, now):
    with in_tenant(acme):
        for number in range(5):
            visitor = Visitor.objects.create(name=f"w{number}")
            open_conversation(visitor, now=now - timedelta(minutes=number))
    seen, cursor = [], None
    while True:
        page = agent_api.get(LIST, {"view": "unassigned", "limit": 2, **({"cursor": cursor} if cursor else {})})
        assert ("counts" in page.json()) == (cursor is None)
        seen += names(page)
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert seen == ["ann", "w4", "w3", "w2", "w1", "w0"]


def test_counts(agent_api, acme, alice, desk, now):
    with in_tenant(acme):
        Mention.objects.create(
            agent=alice, conversation=desk["cat"], seq=1, by_name="Bob", text="@Alice", created_at=now
        )
    counts = agent_api.get(LIST).json()["counts"]
    assert counts == {"mine": 1, "unassigned": 1, "mentions": 1, "snoozed": 1, "all": 4, "closed": 1, "unread": 1}
    assert names(agent_api.get(LIST, {"view": "mentions"})) == ["cat"]


# ---- saved views ----


def test_saved_views_are_kept_ordered_and_counted(agent_api, bob_api, desk):
    made = [
        agent_api.post(VIEWS, {"name": name, "filters": filters, "shared": shared})
        for name, filters, shared in (
            ("Urgent", {"priority": [4]}, True),
            ("Mine", {"agent": ["me"]}, True),
            ("Bad ones", {"status": ["closed"], "rating": [1, 2]}, False),
        )
    ]
    assert [answer.status_code for answer in made] == [201] * 3
    urgent, mine, bad = (answer.json()["id"] for answer in made)
    answer = agent_api.get(VIEWS).json()
    assert [view["name"] for view in answer["views"]] == ["Urgent", "Mine", "Bad ones"]
    assert answer["saved"] == {urgent: 1, mine: 1, bad: 1}
    assert names(agent_api.get(LIST, {"view": bad})) == ["eve"]
    assert names(agent_api.get(LIST, {"view": mine})) == ["ben"]
    assert names(bob_api.get(LIST, {"view": mine})) == ["cat"], "me is whoever asks"
    assert [view["name"] for view in bob_api.get(VIEWS).json()["views"]] == ["Urgent", "Mine"]
    assert agent_api.post(f"{VIEWS}/order", {"views": [mine, str(uuid4()), urgent]}).status_code == 204
    assert [view["name"] for view in agent_api.get(VIEWS).json()["views"]] == ["Mine", "Urgent", "Bad ones"]
    changed = agent_api.patch(f"{VIEWS}/{bad}", {"name": " Worst \n ones ", "filters": {"rating": [1]}}).json()
    assert (changed["name"], changed["filters"]) == ("Worst ones", {"rating": [1]})
    assert agent_api.http.delete(f"{VIEWS}/{bad}").status_code == 204
    problem(agent_api.get(LIST, {"view": bad}), 400, "invalid")


def test_views_that_are_refused(agent_api, bob_api, mallory_api, acme):
    shared = agent_api.post(VIEWS, {"name": "Ours", "filters": {}, "shared": True}).json()["id"]
    own = agent_api.post(VIEWS, {"name": "Own", "filters": {}}).json()["id"]
    problem(agent_api.post(VIEWS, {"name": "Own", "filters": {}}), 409, "conflict")
    problem(agent_api.post(VIEWS, {"name": " ", "filters": {}}), 400, "invalid")
    problem(agent_api.post(VIEWS, {"name": "x", "filters": {"colour": 1}}), 400, "invalid")
    problem(agent_api.post(VIEWS, {"name": "x", "filters": ["x"]}), 400, "invalid")
    problem(bob_api.post(VIEWS, {"name": "x", "filters": {}, "shared": True}), 403, "forbidden")
    problem(bob_api.patch(f"{VIEWS}/{shared}", {"name": "x"}), 403, "forbidden")
    for api, view in ((bob_api, own), (mallory_api, own), (mallory_api, shared)):
        same_refusal(api.patch(f"{VIEWS}/{view}", {"name": "x"}), api.patch(f"{VIEWS}/{uuid4()}", {"name": "x"}))
        same_refusal(api.http.delete(f"{VIEWS}/{view}"), api.http.delete(f"{VIEWS}/{uuid4()}"))
    bob_api.post(f"{VIEWS}/order", {"views": [own, shared]})
    with in_tenant(acme):
        SavedView.objects.filter(pk=own).update(filters={"from": "another version"})
    answer = agent_api.get(VIEWS).json()
    assert answer["saved"] == {shared: 0, own: 0}
    assert names(agent_api.get(LIST, {"view": own})) == []


def test_counting_many_views_asks_no_more(agent_api, desk):
    def add(count):
        for _ in range(count):
            agent_api.post(VIEWS, {"name": uuid4().hex, "filters": {"priority": [4]}})
        with CaptureQueriesContext(connection) as asked:
            agent_api.get(VIEWS)
        return len([query for query in asked.captured_queries if "tenants_domain" not in query["sql"]])

    assert add(2) == add(8)


# ---- tags ----


def test_tags_are_kept_by_supervisors(agent_api, bob_api, mallory_api, acme, desk, tag):
    made = agent_api.post(TAGS, {"name": "  late\n", "colour": "#ff0000"}).json()
    assert (made["name"], made["colour"]) == ("late", "#ff0000")
    assert [one["name"] for one in bob_api.get(TAGS).json()["tags"]] == ["late", "parcel"]
    problem(agent_api.post(TAGS, {"name": "late"}), 409, "conflict")
    problem(agent_api.post(TAGS, {"name": "x", "colour": "red"}), 400, "invalid")
    problem(agent_api.post(TAGS, {"name": " "}), 400, "invalid")
    problem(bob_api.post(TAGS, {"name": "x"}), 403, "forbidden")
    for api in (bob_api, mallory_api):
        same_refusal(api.patch(f"{TAGS}/{tag.pk}", {"name": "x"}), api.patch(f"{TAGS}/{uuid4()}", {"name": "x"}))
        same_refusal(api.http.delete(f"{TAGS}/{tag.pk}"), api.http.delete(f"{TAGS}/{uuid4()}"))
    assert agent_api.patch(f"{TAGS}/{tag.pk}", {"name": "post"}).json()["name"] == "post"
    assert agent_api.http.delete(f"{TAGS}/{tag.pk}").status_code == 204
    with in_tenant(acme):
        assert Conversation.objects.get(pk=desk["ann"].pk).tag_ids == []


# ---- all brands ----


@pytest.fixture
def two_brands(acme, globex, alice, desk, now):
    """Alice works at globex as well, where one conversation is hers and one is not."""
    with in_tenant(globex):
        there = Agent.objects.create(user=alice.user, display_name="Alice G")
        mine = open_conversation(Visitor.objects.create(name="gus"), now=now + timedelta(seconds=30))
        take_conversation(mine.pk, agent=there, now=now + timedelta(seconds=30))
        open_conversation(Visitor.objects.create(name="gil"), now=now - timedelta(days=1))
    cache.clear()
    yield there
    with in_tenant(globex):
        there.assignments.all().delete()
        there.delete()
    cache.clear()


def test_one_inbox_over_the_brands_of_an_account(agent_api, two_brands):
    page = agent_api.get(MERGED).json()
    assert [(row["visitor"]["name"], row["brand"]) for row in page["rows"]] == [("gus", "globex"), ("ben", "acme")]
    assert [(brand["slug"], brand["accent"], brand["counts"]["mine"]) for brand in page["brands"]] == [
        ("acme", "#2563eb", 1),
        ("globex", "#0f766e", 1),
    ]
    assert names(agent_api.get(MERGED, {"view": "unassigned"})) == ["gil", "ann"]
    everything, cursor = [], None
    while True:
        page = agent_api.get(MERGED, {"view": "all", "limit": 2, **({"cursor": cursor} if cursor else {})})
        everything += names(page)
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert len(everything) == len(set(everything)) == 6
    assert everything[0] == "gus"


def test_only_brands_where_one_is_an_agent(agent_api, bob_api, mallory_api, two_brands, globex):
    assert {row["brand"] for row in bob_api.get(MERGED, {"view": "all"}).json()["rows"]} == {"acme"}
    assert {row["brand"] for row in mallory_api.get(MERGED, {"view": "all"}).json()["rows"]} == {"globex"}
    with in_tenant(globex):
        Agent.objects.filter(pk=two_brands.pk).update(scope=Agent.Scope.QUEUES)
    assert "gil" not in names(agent_api.get(MERGED, {"view": "all"})), "no queue of hers there"
    with in_tenant(globex):
        Agent.objects.filter(pk=two_brands.pk).update(is_active=False)
    # The list of brands may be half a minute old; entering a brand is checked there and then.
    assert {row["brand"] for row in agent_api.get(MERGED, {"view": "all"}).json()["rows"]} == {"acme"}
    problem(agent_api.get(MERGED, {"view": "closed"}), 400, "invalid")
    problem(agent_api.get(MERGED, {"cursor": "x"}), 400, "invalid")


def test_all_brands_are_searched(agent_api, two_brands):
    page = agent_api.get(MERGED, {"view": "all", "q": "gu"}).json()
    assert [row["visitor"]["name"] for row in page["rows"]] == ["gus"]
    assert names(agent_api.get(MERGED, {"view": "all", "q": "I am ann"})) == ["ann"]
    assert names(agent_api.get(MERGED, {"view": "unassigned", "q": "gus"})) == [], "the view narrows the search"
    problem(agent_api.get(MERGED, {"q": "x" * 101}), 400, "invalid")


def test_who_the_account_is_in_each_brand(agent_api, two_brands, alice):
    brands = agent_api.get(MERGED).json()["brands"]
    assert [brand["agent"] for brand in brands] == [str(alice.pk), str(two_brands.pk)]


def test_a_brand_that_fails_is_named(agent_api, two_brands, globex):
    with in_tenant(globex), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_conversation RENAME TO chat_conversation_gone")
    try:
        page, calling = agent_api.get(MERGED, {"view": "all"}).json(), agent_api.get(ELSEWHERE).json()
    finally:
        with in_tenant(globex), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE chat_conversation_gone RENAME TO chat_conversation")
    assert (page["failed"], {row["brand"] for row in page["rows"]}) == (["globex"], {"acme"})
    assert (calling["failed"], calling["brands"]) == (["globex"], [])


def test_what_calls_in_other_brands(agent_api, two_brands, globex, desk, now):
    first = agent_api.get(ELSEWHERE).json()
    there = {"slug": "globex", "agent": str(two_brands.pk), "is_there": False, "unread": 0, "waiting": 1}
    assert (first["rows"], first["brands"], first["failed"]) == ([], [there], []), "acme is where one is"
    with in_tenant(globex):
        say(Visitor.objects.get(name="gus"), "Are you there?", now + timedelta(minutes=1))
    since = milliseconds(now + timedelta(seconds=45))
    news = agent_api.get(ELSEWHERE, {"since": since}).json()
    [row] = news["rows"]
    assert (row["brand"], row["agent"]["id"], row["last_message"]["text"]) == (
        "globex",
        str(two_brands.pk),
        "Are you there?",
    )
    assert row["assigned_ts"] == milliseconds(now + timedelta(seconds=30))
    assert (news["brands"][0]["unread"], news["brands"][0]["waiting"]) == (1, 1)
    assert names(agent_api.get(ELSEWHERE, {"since": milliseconds(now + timedelta(seconds=10))})) == ["gus"]
    for wrong in ("x", "-1", "9" * 15):
        problem(agent_api.get(ELSEWHERE, {"since": wrong}), 400, "invalid")


def test_elsewhere_is_only_where_one_is_an_agent(agent_api, bob_api, mallory_api, two_brands, globex, now):
    since = {"since": milliseconds(now - timedelta(minutes=5))}
    for api in (bob_api, mallory_api):  # each works for one brand, and is there
        body = api.get(ELSEWHERE, since).json()
        assert (body["rows"], body["brands"]) == ([], [])
    with in_tenant(globex):
        Agent.objects.filter(pk=two_brands.pk).update(scope=Agent.Scope.QUEUES)
    assert agent_api.get(ELSEWHERE, since).json()["brands"][0]["waiting"] == 0, "no queue of hers there"
    with in_tenant(globex):
        Agent.objects.filter(pk=two_brands.pk).update(is_active=False)
    assert agent_api.get(ELSEWHERE, since).json()["brands"] == []
