"""Lists of actions and of conditions as rows of a form: choose, fill in what the choice needs; no JSON to be seen.

Each row carries the controls of all choices; static/kefu-admin/rows.js shows those of the one that is made. Without it
all of them are there and what does not belong to the choice is ignored.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from agents.actions import KINDS
from agents.actions.kinds import ME
from agents.actions.replies import AGENTS
from agents.automation.fields import ATTRIBUTE, FIELDS, FLAG, NUMBER, OPERATORS, Field
from agents.models import Agent, CannedReply, Queue, Skill
from agents.variables import VARIABLES
from chat.models import Conversation, Tag

Choices = list[tuple[str, Any]]
# Stands in the list of fields for any key of the visitor's attributes.
ANY_ATTRIBUTE = ATTRIBUTE + "*"
EMPTY: Choices = [("", "—")]


class RowsWidget(forms.Widget):
    """`first` is the control that says what a row is; rows where it is empty are not there."""

    template = ""
    first = ""
    keys: tuple[str, ...] = ()

    class Media:
        js = ("kefu-admin/rows.js",)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[dict[str, Any]]:
        pattern = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-{self.first}")
        numbers = sorted(int(found[1]) for key in data if (found := pattern.fullmatch(key)))
        rows = [{key: data.get(f"{name}-{number}-{key}", "") for key in self.keys} for number in numbers]
        return [self.row_of(row) for row in rows if row[self.first]]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return False

    def render(self, name: str, value: Any, attrs: Any = None, renderer: BaseRenderer | None = None) -> SafeString:
        rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
        lists = self.lists()
        context = {
            "name": name,
            "rows": [self.controls(f"{name}-{number}", row, lists) for number, row in enumerate(rows)],
            "blank": self.controls(f"{name}-__row__", {}, lists),
            "next": len(rows),
            "hint": self.hint(),
        }
        return render_to_string(self.template, context)

    def hint(self) -> str:
        return ""

    def row_of(self, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    def controls(self, name: str, row: Mapping[str, Any], lists: Mapping[str, Choices]) -> dict[str, Any]:
        raise NotImplementedError

    def lists(self) -> dict[str, Choices]:
        raise NotImplementedError


class ActionsWidget(RowsWidget):
    template = "admin/action_rows.html"
    first = "do"
    keys = ("do", "tag", "queue", "agent", "skill", "priority", "minutes", "canned", "text")

    def __init__(self, *, has_agent: bool) -> None:
        super().__init__()
        self.has_agent = has_agent

    def hint(self) -> str:
        names = [name for name in VARIABLES if self.has_agent or name not in AGENTS]
        values = {"names": ", ".join(f"{{{{{name}}}}}" for name in names), "example": "{{visitor.name|…}}"}
        return _("In texts: %(names)s. %(example)s says “…” where there is no value; else nothing is sent.") % values

    def lists(self) -> dict[str, Choices]:
        lists = row_lists()
        if self.has_agent:
            lists["agent"].insert(1, (ME, _("whoever runs it")))
        canned = CannedReply.objects.filter(owner__isnull=True)
        lists["canned"] = [
            ("", _("a text of its own")),
            *((str(one.pk), f"/{one.shortcut} {one.title}") for one in canned),
        ]
        lists["do"] = [*EMPTY, *((kind.name, kind.label) for kind in KINDS.values())]
        lists["priority"] = [*EMPTY, *((str(value), label) for value, label in Conversation.Priority.choices)]
        return lists

    def row_of(self, row: dict[str, Any]) -> dict[str, Any]:
        kind = KINDS.get(row["do"])
        takes = (kind.takes, kind.or_takes) if kind else ()
        return {"do": row["do"], **{key: row[key] for key in takes if key and row[key]}}

    def controls(self, name: str, row: Mapping[str, Any], lists: Mapping[str, Choices]) -> dict[str, Any]:
        shown = {key: _control(f"{name}-{key}", key, row.get(key), lists, _("value")) for key in self.keys}
        return {"do": shown.pop("do"), "values": [(key, _takers(key), html) for key, html in shown.items()]}


class ConditionsWidget(RowsWidget):
    template = "admin/condition_rows.html"
    first = "field"
    keys = ("field", "key", "is", "text", "number", "flag", "queue", "agent", "tag", "skill", "status", "close_reason")

    def lists(self) -> dict[str, Choices]:
        lists = row_lists()
        lists["field"] = [*EMPTY, *((field.name, field.label) for field in FIELDS.values())]
        lists["field"].append((ANY_ATTRIBUTE, _("visitor: attribute …")))
        lists["is"] = [(operator.name, operator.label) for operator in OPERATORS.values()]
        lists["flag"] = [("yes", _("yes")), ("no", _("no"))]
        lists["status"] = list(FIELDS["conversation.status"].choices)
        lists["close_reason"] = list(FIELDS["conversation.close_reason"].choices)
        return lists

    def row_of(self, row: dict[str, Any]) -> dict[str, Any]:
        name = row["field"]
        if name == ANY_ATTRIBUTE:
            return {"field": f"{ATTRIBUTE}{row['key'].strip()}", "is": row["is"], "value": row["text"]}
        field = FIELDS.get(name)
        value = row[_control_of(field)] if field else ""
        return {"field": name, "is": row["is"], "value": value}

    def controls(self, name: str, row: Mapping[str, Any], lists: Mapping[str, Choices]) -> dict[str, Any]:
        field_name, key, value = str(row.get("field", "")), "", row.get("value")
        if field_name.startswith(ATTRIBUTE):
            field_name, key = ANY_ATTRIBUTE, field_name.removeprefix(ATTRIBUTE)
        value = "yes" if value is True else "no" if value is False else value
        field = FIELDS.get(field_name)
        own = _control_of(field) if field else "text"
        head = {
            "field": _control(f"{name}-field", "field", field_name, lists, _("field")),
            "key": _control(f"{name}-key", "key", key, lists, _("key of the attribute")),
            "is": _control(f"{name}-is", "is", row.get("is"), lists, _("comparison")),
        }
        values = [
            (one, _askers(one), _control(f"{name}-{one}", one, value if one == own else "", lists, _("value")))
            for one in self.keys[3:]
        ]
        return {**head, "values": values}


class RowsField(forms.Field):
    """Holds a list of rows; what is wrong with them says the rule or macro as a whole."""

    def __init__(self, *, widget: RowsWidget, **options: Any) -> None:
        super().__init__(widget=widget, required=False, **options)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, list) else []

    def has_changed(self, initial: Any, data: Any) -> bool:
        return _texts(initial or []) != _texts(data or [])


def row_lists() -> dict[str, Choices]:
    """What may be chosen of the brand's own rows."""
    rows: dict[str, Iterable[Any]] = {
        "queue": Queue.objects.all(),
        "agent": Agent.objects.filter(is_active=True),
        "tag": Tag.objects.all(),
        "skill": Skill.objects.all(),
    }
    return {name: [*EMPTY, *((str(one.pk), str(one)) for one in found)] for name, found in rows.items()}


def _control_of(field: Field) -> str:
    """Which control holds the field's value."""
    if field.of:
        return field.of
    if field.choices:
        return field.name.rpartition(".")[2]
    return {NUMBER: "number", FLAG: "flag"}.get(field.kind, "text")


def _askers(control: str) -> str:
    names = [field.name for field in FIELDS.values() if _control_of(field) == control]
    return " ".join([*names, ANY_ATTRIBUTE] if control == "text" else names)


def _takers(control: str) -> str:
    return " ".join(kind.name for kind in KINDS.values() if control in (kind.takes, kind.or_takes))


def _control(name: str, key: str, value: Any, lists: Mapping[str, Choices], label: str) -> SafeString:
    attrs = {"aria-label": label, "data-control": key}
    text = "" if value is None else str(value)
    if key in lists:
        choices: Sequence[tuple[str, Any]] = lists[key]
        if text and text not in [one for one, _label in choices]:
            choices = [*choices, (text, _("(gone)"))]  # what it names is no longer there: seen, and refused on saving
        return UnfoldAdminSelectWidget(attrs, choices=choices).render(name, text)
    if key == "text":
        return UnfoldAdminTextareaWidget({**attrs, "rows": 2}).render(name, text)
    kind = {"type": "number", "min": "1"} if key in ("number", "minutes") else {}
    return UnfoldAdminTextInputWidget({**attrs, **kind}).render(name, text)


def _texts(rows: list[Any]) -> list[dict[str, str]]:
    """As a form has them, so that what was stored and what is sent can be compared."""
    return [{key: _text(value) for key, value in row.items() if _text(value)} for row in rows if isinstance(row, dict)]


def _text(value: Any) -> str:
    return "" if value is None else ("yes" if value else "no") if isinstance(value, bool) else str(value)
