"""`kefu automation list | dry-run`."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import did_you_mean, find_brand
from .output import console, errors, fail, show_json, show_rows

if TYPE_CHECKING:
    from agents.automation.dry_run import DryRun
    from agents.models import AutomationRule

RULES = {"name": "Name", "event": "When", "active": "Active", "done": "Done", "last_done": "Last done"}
MATCHES = {"at": "When", "visitor": "Visitor", "text": "Text", "said": "It would say", "conversation": "Conversation"}


@click.group()
def automation() -> None:
    """Look at automation rules, and try one on the past."""


@automation.command("list")
@click.option("--brand", required=True, help="Its slug.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_rules(brand: str, as_json: bool) -> None:
    """List the rules of a brand in the order in which they look."""
    with installation(default_data_dir()):
        from agents.models import AutomationRule
        from tenants.context import in_tenant

        with in_tenant(find_brand(brand)):
            rows = [
                {
                    "name": rule.name,
                    "event": rule.event,
                    "active": rule.is_active,
                    "done": rule.run_count,
                    "last_done": rule.last_run_at,
                }
                for rule in AutomationRule.objects.all()
            ]
    show_rows(f"Rules of {brand}", RULES, rows, as_json=as_json)


@automation.command("dry-run")
@click.option("--brand", required=True, help="Its slug.")
@click.option("--rule", "name", required=True, help="The rule's name.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 90), help="How far back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def dry_run(brand: str, name: str, days: int, as_json: bool) -> None:
    """Say what a rule, active or not, would have matched in the last days. Nothing is changed."""
    with installation(default_data_dir()):
        from agents.automation.dry_run import as_json as found_as_json
        from tenants.context import in_tenant

        with in_tenant(find_brand(brand)):
            found = _run(_find_rule(brand, name), days)
    shown = found_as_json(found)
    if as_json:
        show_json(shown)
        return
    rows = [{**match, "said": _said(match)} for match in shown["matches"]]
    show_rows(f"“{name}” over {days} days", MATCHES, rows, as_json=False)
    summary = "{matched} of {looked_at} matched, in {conversations_matched} of {conversations} conversations."
    console.print(summary.format(**shown), highlight=False)
    for problem in found.problems:
        console.print(f"It could not act as it is: {problem}", highlight=False)


def _said(match: dict[str, Any]) -> str:
    return "\n".join(one["problem"] or " ".join([one["text"], *one["files"]]) for one in match["says"])


def _run(rule: "AutomationRule", days: int) -> "DryRun":
    from agents.automation.dry_run import dry_run as run

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        looking = progress.add_task("Looking through", total=None)

        def show(found: "DryRun") -> None:
            progress.update(looking, total=found.total, completed=found.looked_through)

        return run(rule, days=days, now=datetime.now(UTC), on_progress=show)


def _find_rule(brand: str, name: str) -> "AutomationRule":
    from agents.models import AutomationRule

    rule = AutomationRule.objects.filter(name=name).first()
    if rule is None:
        names = list(AutomationRule.objects.values_list("name", flat=True))
        fail(f"{brand} has no rule {name!r}.", did_you_mean(name, names) or "See `kefu automation list`.")
    return rule
