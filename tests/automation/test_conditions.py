"""Conditions: what holds, what can never hold together, and that no text or JSON breaks them."""

import time
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.automation.conditions import BadConditions, check_conditions, contradictions, holds
from agents.automation.facts import read_facts
from agents.automation.fields import FIELDS, OPERATORS
from agents.automation.texts import fold, has_any_word, split_words
from agents.models import Queue
from chat.models import Conversation, Tag
from tenants.context import in_tenant
from tenants.models import Tenant

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("operator", "found", "value", "expected"),
    [
        ("equal", "VIP", "vip", True),
        ("equal", "ＶＩＰ", "vip", True),
        ("equal", "vip 2", "vip", False),
        ("not_equal", "vip", "VIP", False),
        ("not_equal", None, "vip", True),
        ("contains", "I want a REFUND now", "refund", True),
        ("contains", None, "refund", False),
        ("not_contains", "hello", "refund", True),
        ("begins", "/pricing/pro", "/pricing", True),
        ("begins", "x/pricing", "/pricing", False),
        ("words", "start the art", "art", True),
        ("words", "start", "art", False),
        ("words", "Please: refund, or money back!", "invoice, money back", True),
        ("words", "我要退款", "发票，退款", True),
        ("words", "我要发货", "发票，退款", False),
        ("words", "do you know C++?", "c++", True),
        ("words", "anything", " , ", False),
        ("equal", 4, 4, True),
        ("at_least", 3, 4, False),
        ("at_least", None, 1, False),
        ("at_most", 2, 2, True),
        ("has", ["a", "b"], "b", True),
        ("has_not", ["a", "b"], "b", False),
        ("empty", "", None, True),
        ("empty", [], None, True),
        ("empty", 0, None, False),
        ("filled", "x", None, True),
        ("equal", False, False, True),
    ],
)
def test_comparing(operator: str, found: Any, value: Any, expected: bool) -> None:
    assert OPERATORS[operator].compare(found, value) is expected


def test_all_of_them_must_hold() -> None:
    one = {"field": "visitor.name", "is": "equal", "value": "Vera"}
    other = {"field": "page.url", "is": "contains", "value": "pricing"}
    facts = {"visitor.name": "vera", "page.url": "https://x.test/pricing"}
    assert holds([one, other], facts)
    assert not holds([one, other], {**facts, "page.url": ""})
    assert holds([], {})


@pytest.mark.parametrize(
    "condition", [{}, {"field": "x", "is": "equal"}, {"field": "visitor.name", "is": "has", "value": "x"}]
)
def test_what_nobody_knows_never_holds(condition: dict[str, Any]) -> None:
    assert not holds([condition], {"visitor.name": "x"})


@given(
    st.lists(
        st.fixed_dictionaries(
            {"field": st.sampled_from(sorted(FIELDS)), "is": st.sampled_from(sorted(OPERATORS)), "value": ANY_JSON}
        ),
        max_size=5,
    ),
    st.dictionaries(st.sampled_from(sorted(FIELDS)), ANY_JSON),
)
def test_no_stored_value_breaks_it(conditions: list[dict[str, Any]], facts: dict[str, Any]) -> None:
    assert holds(conditions, facts) in (True, False)


@given(st.text(max_size=200))
def test_a_text_is_equal_to_itself_and_contains_its_parts(text: str) -> None:
    assert OPERATORS["equal"].compare(text, text)
    assert OPERATORS["contains"].compare(text, text)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=100), st.text(max_size=30))
def test_not_contains_is_the_opposite(text: str, part: str) -> None:
    contains, not_contains = OPERATORS["contains"].compare, OPERATORS["not_contains"].compare
    assert contains(text, part) is not not_contains(text, part)


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=6), min_size=1, max_size=8))
def test_whole_words_are_found_and_pieces_are_not(words: list[str]) -> None:
    text = " ".join(words)
    assert all(has_any_word(text, word) for word in words)
    assert not has_any_word(text, "zz, abcdefghabc")
    assert split_words(", ".join(words)) == [word.casefold() for word in words]


def test_hostile_texts_are_compared_at_once() -> None:
    text, value = "a" * 64_000 + "!", ", ".join(["a" * 40 + "b"] * 20)
    started = time.process_time()
    assert not has_any_word(text, value)
    assert OPERATORS["contains"].compare("(a+)+$" * 9000, "(a+)+$")
    assert time.process_time() - started < 5, "linear, not exponential"


def problems(*conditions: Any) -> list[str]:
    with pytest.raises(BadConditions) as refused:
        check_conditions(list(conditions), "message.created")
    return refused.value.problems


def test_values_are_read_by_their_field(brand: Tenant, vip: Tag, billing: Queue) -> None:
    given_ = [
        {"field": "conversation.queue", "is": "equal", "value": str(billing.pk)},
        {"field": "conversation.tag", "is": "has_not", "value": str(vip.pk)},
        {"field": "conversation.priority", "is": "at_least", "value": "3"},
        {"field": "hours.open", "is": "equal", "value": "no"},
        {"field": "visitor.attributes.plan", "is": "equal", "value": " pro "},
        {"field": "visitor.email", "is": "empty", "value": "ignored"},
    ]
    checked = check_conditions(given_, "conversation.created")
    assert [one.get("value") for one in checked] == [str(billing.pk), str(vip.pk), 3, False, "pro", None]
    assert check_conditions(checked, "conversation.created") == checked


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        (None, "Choose a field."),
        ({"field": "password"}, "Choose a field."),
        ({"field": "visitor.attributes."}, "Choose a field."),
        ({"field": "visitor.name", "is": "at_least", "value": 3}, "“visitor: name” cannot be compared like this."),
        ({"field": "visitor.name", "is": ["equal"], "value": 3}, "“visitor: name” cannot be compared like this."),
        ({"field": "conversation.priority", "is": "equal", "value": 9}, "Give a number from 1 to 4."),
        ({"field": "conversation.queue", "is": "equal", "value": str(uuid4())}, "Choose a queue that exists."),
        ({"field": "hours.open", "is": "equal", "value": "maybe"}, "Choose yes or no."),
        ({"field": "conversation.status", "is": "equal", "value": "gone"}, "Choose one of the list."),
        ({"field": "message.text", "is": "contains", "value": " "}, "Write a text."),
        ({"field": "message.text", "is": "contains", "value": "x" * 1001}, "A text has at most 1000 characters."),
    ],
)
def test_what_is_refused(brand: Tenant, condition: Any, sentence: str) -> None:
    assert problems(condition) == [f"Condition 1: {sentence}"]


@pytest.mark.parametrize(
    "pair",
    [
        [("equal", "a"), ("equal", "b")],
        [("equal", "A"), ("not_equal", "a")],
        [("has", "x"), ("has_not", "x")],
        [("at_least", 4), ("at_most", 2)],
        [("equal", 1), ("at_least", 2)],
        [("empty", None), ("filled", None)],
        [("empty", None), ("contains", "x")],
    ],
)
def test_contradictions(pair: list[tuple[str, Any]]) -> None:
    conditions = [{"field": "visitor.name", "is": operator, "value": value} for operator, value in pair]
    assert contradictions(conditions) == ["“visitor: name” can never be all of this at once."]
    assert contradictions([conditions[0], {**conditions[1], "field": "visitor.email"}]) == []


def test_no_json_breaks_the_check(acme: Tenant) -> None:
    @given(
        ANY_JSON
        | st.lists(
            st.fixed_dictionaries(
                {"field": st.sampled_from(sorted(FIELDS)), "is": st.sampled_from(sorted(OPERATORS)), "value": ANY_JSON}
            ),
            max_size=4,
        )
    )
    def check(conditions: Any) -> None:
        try:
            checked = check_conditions(conditions, "message.created")
        except BadConditions as refused:
            assert all(refused.problems)
        else:
            assert check_conditions(checked, "message.created") == checked

    with in_tenant(acme):
        check()


def test_facts_of_a_conversation(brand: Tenant, talk: Conversation, now: datetime) -> None:
    talk.visitor.attributes = {"plan": "Pro", "seats": 7, "trial": True, "nested": {"a": 1}}
    needed = {f"visitor.attributes.{key}" for key in ("plan", "seats", "trial", "nested", "none")}
    facts = read_facts(talk, {"text": "hi"}, at=now, needed=needed | {"visitor.returning", "hours.open"})
    assert set(FIELDS) <= set(facts), "every field of the list is known"
    assert (facts["message.text"], facts["visitor.name"], facts["visitor.returning"]) == ("hi", "Vera", False)
    assert facts["hours.open"] is True
    attributes = {name.rpartition(".")[2]: value for name, value in facts.items() if "attributes" in name}
    assert attributes == {"plan": "Pro", "seats": "7", "trial": "true", "nested": "", "none": ""}
