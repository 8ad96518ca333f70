"""Small things that queries need everywhere."""

from typing import Any, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")


def only(rows: "QuerySet[Any, Row]") -> Row | None:
    """The row that a unique condition finds, or None. In place of `first()`, which orders it by its key: in Django 5
    ordering costs a comparison of each column, a third of what building such a statement takes.
    """
    return next(iter(rows.order_by()[:1]), None)
