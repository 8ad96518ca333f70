"""What the commands print: tables for people, JSON for programs, one red sentence for a problem."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

console = Console()  # honours NO_COLOR and the width of the terminal
errors = Console(stderr=True)


def show_rows(title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Rows as a table (`columns` maps a key to its heading), or all of their values as JSON."""
    if as_json:
        show_json(rows)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(key)) for key in columns))
    console.print(table)


def show_json(value: Any) -> None:
    """Plain JSON on standard output, never wrapped or coloured."""
    sys.stdout.write(json.dumps(value, indent=2, default=_plain_value, ensure_ascii=False) + "\n")


def fail(what: str, next_step: str = "") -> NoReturn:
    """End with exit code 1 and one sentence that says what is wrong, followed by what to do."""
    errors.print(f"[bold red]{_plain(what)}[/] {_plain(next_step)}".rstrip(), soft_wrap=True, highlight=False)
    raise SystemExit(1)


def _plain_value(value: Any) -> str:
    """Times as the REST API writes them, everything else as text."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else str(value)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return _plain(str(value))
