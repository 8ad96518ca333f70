"""`kefu routing simulate`: a past day against other rules (docs/routing.md)."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import find_brand
from .output import console, errors, fail, show_json, show_rows

if TYPE_CHECKING:
    from agents.routing.changes import Changes
    from agents.routing.trial import Trial

HEADINGS = {"as_it_was": "As it was", "now": "Rules of now", "changed": "Changed rules"}
WAITS = {
    "served": "Served", "unserved": "Not served", "overflowed": "Overflowed",
    "offered": "Found the queue too long", "mean": "Wait, mean (s)",
    "p90": "Wait, 90 % within (s)", "longest": "Wait, longest (s)",
}  # fmt: skip


@click.group()
def routing() -> None:
    """Try rules of routing."""


@routing.command()
@click.option("--brand", "slug", required=True, help="Its slug.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day to replay. [default: yesterday]")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="QUEUE.RULE=VALUE",
    help="Orders.strategy=round_robin, agents.Amy.queues=Orders,Returns:2, brand.total_capacity=40, …",
)
@click.option("--rules", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Rules as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def simulate(slug: str, day: datetime | None, settings: tuple[str, ...], file: Path | None, as_json: bool) -> None:
    """Replay a past day against changed rules: what would visitors have waited, what would agents have had?

    Nothing is changed.
    """
    now = datetime.now(UTC)
    wanted = day.date() if day else (now - timedelta(days=1)).date()
    with installation(default_data_dir()):
        from agents.routing.changes import BadChange
        from tenants.context import in_tenant

        try:
            changes = _changes(settings, file)
            with in_tenant(find_brand(slug)):
                trial = _try(wanted, changes, now)
        except BadChange as wrong:
            fail(str(wrong), "See docs/routing.md for what can be set.")
    if as_json:
        show_json({"day": str(trial.day), "arrivals": trial.arrivals, "cut": trial.cut, **trial.columns})
        return
    _show(trial)


def _changes(settings: tuple[str, ...], file: Path | None) -> "Changes | None":
    from agents.routing.changes import BadChange, parse_document, parse_settings

    if settings and file:
        raise BadChange("Give either --set or --rules.")
    if file:
        try:
            return parse_document(json.loads(file.read_text()))
        except ValueError as error:
            raise BadChange(f"{file} is not JSON with rules: {error}") from None
    return parse_settings(settings) if settings else None


def _try(day: date, changes: "Changes | None", now: datetime) -> "Trial":
    from agents.routing.trial import try_change, written

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("Replaying", total=None)

        def advance(total: int) -> None:
            progress.update(task, total=total, advance=1)

        return try_change(day, written(changes) if changes else None, now, on_arrival=advance)


def _show(trial: "Trial") -> None:
    columns = {"what": "", **{name: HEADINGS[name] for name in trial.columns}}
    title = f"{trial.day}: {trial.arrivals} conversations"
    show_rows(title, columns, [_row(label, key, trial) for key, label in WAITS.items()], as_json=False)
    agents = [one for one in trial.columns["now"]["agents"] if _had_any(one["id"], trial)]
    if agents:
        show_rows(
            "Conversations per agent (most at once)", columns, [_load(one, trial) for one in agents], as_json=False
        )
    if trial.cut:
        console.print("The day had more: only its first conversations were replayed.", highlight=False)


def _row(label: str, key: str, trial: "Trial") -> dict[str, Any]:
    return {"what": label, **{name: summary[key] for name, summary in trial.columns.items()}}


def _load(agent: dict[str, Any], trial: "Trial") -> dict[str, Any]:
    row: dict[str, Any] = {"what": agent["name"]}
    for name, summary in trial.columns.items():
        had = next(one for one in summary["agents"] if one["id"] == agent["id"])
        row[name] = f"{had['conversations']} ({had['most_at_once']})"
    return row


def _had_any(agent_id: str, trial: "Trial") -> bool:
    return any(
        one["conversations"] for summary in trial.columns.values() for one in summary["agents"] if one["id"] == agent_id
    )
