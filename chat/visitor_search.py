"""Finding visitors by a piece of text: conditions that an index answers, whatever the text (docs/profile.md)."""

import re
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.lookups import DataContains
from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Upper

EVERYTHING = ("name", "email", "phone", "external_id", "attributes")
# No trigram without three letters or digits in a row; of fewer, only how words begin.
HAS_TRIGRAM = re.compile(r"[^\W_]{3}")
HAS_LETTER = re.compile(r"[^\W_]")
IS_PLAIN = re.compile(r"[ -~]*")


class Characters(Func):
    """The characters of a text that are not plain Latin: of names, `visitor_by_character` holds them."""

    template = "string_to_array(regexp_replace(%(expressions)s, '[ -~]', '', 'g'), NULL)"
    output_field = ArrayField(TextField())


def holding(text: str, fields: Sequence[str] = EVERYTHING) -> Q:
    """Visitors with this text in one of the fields.

    One or two letters ("Li") are looked for where words begin, and in names one or two that are not plain Latin ("芳",
    "晓芳") anywhere: only so much can be found without looking at every visitor.
    """
    if HAS_TRIGRAM.search(text):
        return part_of(text, fields)
    found = _beginning(text, fields) if HAS_LETTER.search(text) else Q(pk__in=[])
    if "name" in fields and not IS_PLAIN.fullmatch(text):
        has_all = DataContains(Characters(Upper(F("name"))), Characters(Upper(Value(text))))
        found |= Q(has_all) & Q(name__icontains=text)
    return found


def part_of(text: str, fields: Sequence[str] = EVERYTHING, prefix: str = "") -> Q:
    """Visitors with this text anywhere in one of the fields; `prefix` leads to the visitor: for few rows."""
    return Q(*(Q((f"{prefix}{field}__icontains", text)) for field in fields), _connector=Q.OR)


def _beginning(text: str, fields: Sequence[str]) -> Q:
    found = Q()
    for field in fields:
        if field == "attributes":
            # A string's value or a number, as JSON is written.
            found |= Q(attributes__icontains=f'"{text}') | Q(attributes__icontains=f" {text}")
        else:
            found |= Q((f"{field}__istartswith", text))
    return found | Q(name__icontains=f" {text}") if "name" in fields else found
