"""What `kefu up` says once all is running: where to go and how to sign in. Fits into 80 columns, so that no address
is broken in two."""

from typing import Any

from rich.table import Table

from .output import console


def show_welcome(summary: dict[str, Any], *, port: int, seconds: float) -> None:
    """`summary` is what prepare.py found: brands, demo logins, whether there is any staff account."""
    console.print(f"\n[bold green]Kefu is ready[/] after {seconds:.1f} s", highlight=False)
    _show_places(summary.get("brands", []), port)
    if summary.get("demo"):
        _show_logins(summary["demo"])
    elif not summary.get("staff"):
        console.print("There is no staff account yet: kefu admin create EMAIL --name NAME", highlight=False)
    if not summary.get("brands"):
        console.print("There is no brand yet: kefu brand create SLUG", highlight=False)


def _show_places(brands: list[dict[str, Any]], port: int) -> None:
    table = _table("Brand", "", "Address")
    for brand in brands:
        if brand["hosts"] and brand["status"] == "active":
            base = f"http://{brand['hosts'][0]}:{port}"
            table.add_row(brand["name"], "shop with the widget", f"{base}/demo/")
            table.add_row("", "console", f"{base}/console/")
            table.add_row("", "admin", f"{base}/admin/")
    table.add_row("Installation", "admin", f"http://localhost:{port}/admin/")
    console.print(table)
    console.print()


def _show_logins(logins: list[dict[str, Any]]) -> None:
    table = _table("Works for", "Role", "E-mail", "Password")
    for login in logins:
        table.add_row(login["works_for"], login["role"], login["email"], login["password"] or "(changed)")
    console.print(table)
    console.print()


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold underline")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
