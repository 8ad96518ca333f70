"""What a saved form changed, for the audit log: {"field": [before, after]}. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet

Changes = dict[str, list[Any]]


def changes_of(form: Any, formsets: Iterable[Any], *, is_new: bool) -> Changes:
    """The fields that differ; of rows that were edited along, who was added, changed and removed by name."""
    found: Changes = {}
    for name in getattr(form, "changed_data", ()):
        before = None if is_new else _plain(_before(form, name))
        found[name] = [before, _plain(form.cleaned_data.get(name))]
    for formset in formsets:
        noun = formset.model._meta.model_name
        for verb, rows in (
            ("added", getattr(formset, "new_objects", ())),
            ("changed", [row for row, _fields in getattr(formset, "changed_objects", ())]),
            ("deleted", getattr(formset, "deleted_objects", ())),
        ):
            if rows:
                found[f"{noun}.{verb}"] = [None, ", ".join(str(row) for row in rows)]
    return found


def values_added(values: Mapping[str, Any]) -> Changes:
    """What was filled in for something new, without what was left empty."""
    plain = {name: _plain(value) for name, value in values.items()}
    return {name: [None, value] for name, value in plain.items() if value not in (None, "")}


def _before(form: Any, name: str) -> Any:
    field = form.fields.get(name)
    if field is None:
        return form.initial.get(name)
    value = form.get_initial_for_field(field, name)
    if value and hasattr(field, "queryset") and not isinstance(value, list | tuple):
        return field.queryset.filter(pk=value).first() or value
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, QuerySet | list | tuple | set):
        return ", ".join(str(one) for one in value)
    if isinstance(value, Model):
        return str(value)
    return str(value)
