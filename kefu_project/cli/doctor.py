"""`kefu doctor`: what works, what is broken and what to do about it. Exit code 1 when anything is red."""

from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.table import Table

from kefu_project.embedded.services import default_data_dir

from .checks import CHECKS, Target, Trouble
from .environment import installation
from .output import console, show_json

Row = dict[str, str | bool]
DEFAULT_ADDRESS = ("127.0.0.1", "8000")


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(CHECKS)), help="Run this check only; may be repeated.")
@click.option("--url", help="Public URL of a brand, such as https://help.example.com. [default: what runs here]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(only: tuple[str, ...], url: str | None, as_json: bool) -> None:
    """Check everything this installation needs and say what to do about what is broken."""
    names = only or tuple(CHECKS)
    data_dir = default_data_dir()
    with installation(data_dir, empty=True) as services:
        target = Target(data_dir, services, *_public_address(data_dir, url))
        rows = [_look(name, target) for name in names]
    if as_json:
        show_json(rows)
    else:
        _show(rows)
    if not all(row["ok"] for row in rows):
        raise SystemExit(1)


def _look(name: str, target: Target) -> Row:
    try:
        return {"check": name, "ok": True, "found": CHECKS[name](target), "next_step": ""}
    except Trouble as trouble:
        return {"check": name, "ok": False, "found": str(trouble), "next_step": trouble.next_step}
    except Exception as error:  # a check that fails in an unforeseen way is a finding, and the others go on
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        return {"check": name, "ok": False, "found": reason, "next_step": _first_aid(name)}


def _first_aid(name: str) -> str:
    aid = {"database": "Check KF_DATABASE_URL.", "redis": "Check KF_REDIS_URL."}
    return aid.get(name, "Mend what is red above first, then run `kefu doctor` again.")


def _public_address(data_dir: Path, url: str | None) -> tuple[str, str | None]:
    """Where to reach the web process, and which Host to say: that of the first brand of this installation."""
    if url:
        return url.rstrip("/"), None
    noted = data_dir / "address"
    host, port = noted.read_text().split() if noted.exists() else DEFAULT_ADDRESS
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    brand = _first_brand_host()
    return base, f"{brand}:{urlsplit(base).port}" if brand else None


def _first_brand_host() -> str | None:
    from django.db import Error

    from tenants.models import Domain, Tenant

    try:
        active = Domain.objects.filter(tenant__status=Tenant.Status.ACTIVE).order_by("-is_primary", "domain")
        return active.values_list("domain", flat=True).first()
    except Error:  # the checks themselves will say what is wrong with the database
        return None


def _show(rows: list[Row]) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    for row in rows:
        sign = "[green]✓[/]" if row["ok"] else "[red]✗[/]"
        style = "" if row["ok"] else "red"
        text = f"{row['found']} {row['next_step']}".strip().replace("[", r"\[")
        table.add_row(sign, f"[{style}]{row['check']}[/]" if style else str(row["check"]), text, style=style)
    console.print(table)
    broken = [str(row["check"]) for row in rows if not row["ok"]]
    console.print(f"[red]Broken: {', '.join(broken)}.[/]" if broken else "[green]All is well.[/]")
