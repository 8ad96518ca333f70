"""Which actions are refused when they are saved, and by which sentence."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.actions import KINDS, BadActions, check_actions
from agents.models import Agent, CannedReply, Queue, Skill
from chat.models import Tag
from tenants.context import in_tenant
from tenants.models import Tenant


def problems(actions: Any, *, has_agent: bool = True) -> list[str]:
    with pytest.raises(BadActions) as refused:
        check_actions(actions, has_agent=has_agent)
    return refused.value.problems


def test_all_kinds_come_back_as_they_are_stored(brand: Tenant, vip: Tag, billing: Queue, bob: Agent) -> None:
    skill = Skill.objects.create(name="Refunds")
    actions = [
        {"do": "tag.add", "tag": str(vip.pk)},
        {"do": "priority.set", "priority": 4},
        {"do": "queue.set", "queue": str(billing.pk)},
        {"do": "agent.assign", "agent": str(bob.pk)},
        {"do": "skill.require", "skill": str(skill.pk)},
        {"do": "note.add", "text": "Look at the invoice"},
        {"do": "reply.send", "text": "One moment"},
        {"do": "snooze.set", "minutes": 30},
    ]
    assert check_actions(actions, has_agent=False) == actions
    close = [{"do": "conversation.close", "evil": "x"}]
    assert check_actions(close, has_agent=True) == [{"do": "conversation.close"}]


@pytest.mark.parametrize("action", [None, 1, "tag.add", {}, {"do": None}, {"do": ["tag.add"]}, {"do": "rm"}])
def test_what_is_no_action(brand: Tenant, action: Any) -> None:
    assert problems([action]) == ["Action 1: Choose what to do."]


def names_something(name: str, value: Any) -> bool:
    is_text = name in ("note.add", "reply.send") and isinstance(value, str) and value != ""
    return is_text or (name, value) == ("snooze.set", 7)


VALUES = [None, "", "x", 7, [], {}, str(UUID(int=7)), True]
NAMELESS = [(name, v) for name in sorted(KINDS) if KINDS[name].takes for v in VALUES if not names_something(name, v)]


@pytest.mark.parametrize(("name", "value"), NAMELESS)
def test_values_that_name_nothing(brand: Tenant, name: str, value: Any) -> None:
    assert problems([{"do": name, KINDS[name].takes: value}])[0].startswith("Action 1: ")


def test_nothing_and_too_much(brand: Tenant) -> None:
    assert problems([]) == ["Name at least one action."]
    assert problems("tag.add") == ["Name at least one action."]
    assert problems([{"do": "note.add", "text": "x"}] * 11) == ["At most 10 actions."]


def test_a_rule_is_nobody(brand: Tenant) -> None:
    me = [{"do": "agent.assign", "agent": "me"}]
    assert check_actions(me, has_agent=True) == me
    assert problems(me, has_agent=False) == ["Action 1: A rule is nobody: name an agent."]


NAMELESS = "A rule is nobody, so {{agent.name}} has no value. Take it out, or write {{agent.name|…}}."


@pytest.mark.parametrize("do", ["reply.send", "note.add"])
def test_variables_that_can_never_be_filled(brand: Tenant, do: str) -> None:
    signed = [{"do": do, "text": "Yours, {{agent.name}}"}]
    assert check_actions(signed, has_agent=True) == signed
    assert problems(signed, has_agent=False) == [f"Action 1: {NAMELESS}"]
    instead = [{"do": do, "text": "Yours, {{ agent.name | the team }} {{visitor.phone}}"}]
    assert check_actions(instead, has_agent=False) == instead
    for wrong in ("{{no.such}}", "{{name}}", "{{no.such|x}}", "{{Visitor.Name}}"):
        (found,) = problems([{"do": do, "text": f"Hi {wrong}"}])
        assert found.startswith(f"Action 1: There is no variable {wrong}. There are: {{{{visitor.name}}}}, ")
    (both,) = problems([{"do": do, "text": "{{agent.name}}, {{a}}, {{b}}"}], has_agent=False)
    assert both.startswith(f"Action 1: {NAMELESS} There is no variable {{{{a}}}}, {{{{b}}}}. There are: ")


def test_variables_of_canned_replies_in_any_language(brand: Tenant) -> None:
    texts = {"en": "Hello", "zh-hans": "您好，我是 {{agent.name}}"}
    reply = CannedReply.objects.create(shortcut="hi", title="Hi", texts=texts)
    send = [{"do": "reply.send", "canned": str(reply.pk)}]
    assert check_actions(send, has_agent=True) == send
    assert problems(send, has_agent=False) == [f"Action 1: /hi: {NAMELESS}"]


def test_every_wrong_action_is_named(brand: Tenant) -> None:
    found = problems([{"do": "note.add", "text": " "}, {"do": "note.add", "text": "x"}, {"do": "snooze.set"}])
    assert found == ["Action 1: Write a text.", "Action 3: Give a number from 1 to 129600."]


def test_contradictions(brand: Tenant, vip: Tag, billing: Queue, bob: Agent) -> None:
    close, note = {"do": "conversation.close"}, {"do": "note.add", "text": "x"}
    assign, move = {"do": "agent.assign", "agent": str(bob.pk)}, {"do": "queue.set", "queue": str(billing.pk)}
    tag, untag = ({"do": f"tag.{verb}", "tag": str(vip.pk)} for verb in ("add", "remove"))
    assert "Close last" in problems([close, note])[0]
    assert "not both" in problems([{"do": "snooze.set", "minutes": 5}, close])[0]
    assert "queue first" in problems([assign, move])[0]
    assert check_actions([move, assign], has_agent=False) == [move, assign]
    assert "twice" in problems([move, move])[0]
    assert "same tag" in problems([tag, untag])[0]


def test_those_of_another_brand_do_not_exist(brand: Tenant, mallory: Agent) -> None:
    assert problems([{"do": "agent.assign", "agent": str(mallory.pk)}]) == ["Action 1: Choose an agent who is active."]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def test_no_json_breaks_it(acme: Tenant) -> None:
    @given(
        st.lists(
            st.fixed_dictionaries(
                {"do": st.sampled_from(sorted(KINDS))},
                optional=dict.fromkeys(
                    ("tag", "queue", "agent", "skill", "text", "canned", "minutes", "priority"), json_values
                ),
            )
        )
        | json_values
    )
    def check(actions: Any) -> None:
        try:
            checked = check_actions(actions, has_agent=True)
        except BadActions as refused:
            assert all(refused.problems)
        else:
            assert check_actions(checked, has_agent=True) == checked, "what is stored is checked again as it is"

    with in_tenant(acme):
        check()
