"""`kefu reports rebuild | catch-up`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import find_brand
from .noting import note
from .output import console, errors, show_json


@click.group()
def reports() -> None:
    """Bring the sums that reports read up to date."""


@reports.command("rebuild")
@click.option("--brand", "slug", required=True, help="Whose.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rebuild(slug: str, as_json: bool) -> None:
    """Forget the sums of a brand and count everything anew. Stopped half-way, the sweeps finish it."""
    with installation(default_data_dir()):
        from history.reports.sweep import rebuild_reports

        def noted_rebuild(now: datetime, progress: Callable[[int], None]) -> int:
            # Before, since stopped half-way it has forgotten the sums all the same.
            note("reports.rebuilt", now=now)
            return rebuild_reports(now, progress)

        _run(slug, noted_rebuild, as_json=as_json)


@reports.command("catch-up")
@click.option("--brand", "slug", required=True, help="Whose.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def catch_up(slug: str, as_json: bool) -> None:
    """Count what changed since the last sweep, now."""
    with installation(default_data_dir()):
        from history.reports.sweep import sweep_reports

        _run(slug, lambda now, progress: sweep_reports(now, 2**31, progress), as_json=as_json)


def _run(slug: str, count: Callable[[datetime, Callable[[int], None]], int], *, as_json: bool) -> None:
    from chat.models import Conversation
    from tenants.context import in_tenant

    tenant = find_brand(slug)
    with in_tenant(tenant), _shown_progress(Conversation.objects.count()) as progress:
        counted = count(datetime.now(UTC), progress)
    if as_json:
        show_json({"brand": slug, "counted": counted})
    else:
        console.print(f"Counted {counted} conversations of {slug}.", highlight=False)


@contextmanager
def _shown_progress(total: int) -> Iterator[Callable[[int], None]]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True) as shown:
        task = shown.add_task("Counting", total=total)
        yield lambda counted: shown.update(task, completed=counted)
