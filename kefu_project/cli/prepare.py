"""Brings the database up to date and makes the demo. Its own process, so that the supervisor stays small: lines for
people go to standard error, what the supervisor needs to know goes to standard output as JSON."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from kefu_project.embedded.problems import StartProblem

from .environment import set_up_django
from .pooler import refuse_transaction_pooler

DEMO_MARK = "demo"
console = Console(stderr=True)


def main() -> None:
    with_demo = "--no-demo" not in sys.argv
    try:
        set_up_django()
        refuse_transaction_pooler()
        migrate()
        summary = {"demo": prepare_demo() if with_demo else [], "brands": brands(), "staff": has_staff()}
    except StartProblem as problem:
        json.dump({"what": problem.what, "next_step": problem.next_step}, sys.stdout)
        raise SystemExit(1) from None
    json.dump(summary, sys.stdout)


def migrate() -> int:
    """Migrate what lacks something, with a line for each schema. Returns how many were behind."""
    from django.db import OperationalError

    from .schemas import migrate_schema, schema_states

    behind = 0
    try:
        for state in schema_states():
            if state.missing:
                behind += 1
                started = time.monotonic()
                migrate_schema(state.schema)
                plural = "" if state.missing == 1 else "s"
                _done(f"{state.label}: {state.missing} migration{plural}", started)
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise StartProblem(f"The database does not answer: {reason}.", "Check KF_DATABASE_URL.") from error
    return behind


def prepare_demo() -> list[dict[str, Any]]:
    """The demo's logins; makes the demo where there is nothing yet. Deleting its brands does not bring them back.

    The mark says "making" until all is there, so that an interrupted first start is completed by the next."""
    from django.conf import settings
    from django.utils import timezone

    from kefu_project.demo.brands import create_demo, demo_logins
    from tenants.models import Tenant

    mark: Path = settings.DATA_DIR / DEMO_MARK
    if not mark.exists() and not Tenant.objects.exists():
        mark.write_text("making\n")
    if mark.exists() and mark.read_text().strip() == "making":
        started = time.monotonic()
        create_demo(timezone.now())
        _done("demo brands Acme and Globex", started)
        mark.write_text("made\n")
    return [dict(login) for login in demo_logins()] if mark.exists() else []


def brands() -> list[dict[str, Any]]:
    from tenants.models import Domain, Tenant

    hosts: dict[Any, list[str]] = {}
    for tenant_id, host in Domain.objects.order_by("-is_primary", "domain").values_list("tenant_id", "domain"):
        hosts.setdefault(tenant_id, []).append(host)
    return [
        {"slug": tenant.slug, "name": tenant.name, "status": tenant.status, "hosts": hosts.get(tenant.pk, [])}
        for tenant in Tenant.objects.all()
    ]


def has_staff() -> bool:
    from tenants.models import User

    return bool(User.objects.exists())


def _done(what: str, started: float) -> None:
    console.print(f"  [green]✓[/] {what} [dim]{time.monotonic() - started:.1f} s[/]", highlight=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")
    main()
