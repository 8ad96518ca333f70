"""`kefu agent create | list | reset-password`."""

from datetime import UTC, datetime

import click

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import did_you_mean, find_brand
from .noting import note_agent, note_password
from .output import console, fail, show_json, show_rows

COLUMNS = {"email": "E-mail", "name": "Name", "role": "Role", "queues": "Queues", "active": "Active"}


@click.group()
def agent() -> None:
    """Make the people who answer, and renew their passwords."""


@agent.command("create")
@click.argument("brand")
@click.argument("email")
@click.option("--name", required=True, help="Shown to visitors.")
@click.option("--role", default="agent", show_default=True, type=click.Choice(["agent", "supervisor", "admin"]))
@click.option("--queue", "queue_names", multiple=True, help="Queue to serve; may be repeated. [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(brand: str, email: str, name: str, role: str, queue_names: tuple[str, ...], as_json: bool) -> None:
    """Make EMAIL an agent of BRAND and print the password of a new account, once."""
    with installation(default_data_dir()):
        from django.db import transaction

        from agents.accounts import create_agent
        from agents.models import Queue
        from tenants.accounts import AccountRefused
        from tenants.context import in_tenant

        now = datetime.now(UTC)
        with in_tenant(find_brand(brand)):
            queues = {queue.name: queue for queue in Queue.objects.all()}
            for unknown in set(queue_names) - set(queues):
                fail(
                    f"{brand} has no queue {unknown!r}.",
                    did_you_mean(unknown, list(queues)) or f"It has: {', '.join(queues)}.",
                )
            serves = [queues[queue] for queue in queue_names or queues]
            try:
                with transaction.atomic():
                    made, password = create_agent(email=email, name=name, role=role, queues=serves, now=now)
                    note_agent(made, email, [queue.name for queue in serves], now)
            except AccountRefused as refused:
                fail(str(refused), f"Correct {refused.field or 'it'} and try again.")
            row = {"id": str(made.pk), "brand": brand, "email": email, "name": name, "role": role, "password": password}
    if as_json:
        show_json(row)
        return
    show_rows(
        "Made an agent", {"brand": "Brand", "email": "E-mail", "name": "Name", "role": "Role"}, [row], as_json=False
    )
    known = "The account was there already and keeps its password."
    console.print(f"Password: {password}   (shown once)" if password else known, highlight=False)


@agent.command("list")
@click.argument("brand")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_agents(brand: str, as_json: bool) -> None:
    """List the agents of BRAND."""
    with installation(default_data_dir()):
        from agents.models import Agent
        from tenants.context import in_tenant

        with in_tenant(find_brand(brand)):
            rows = [
                {
                    "id": str(one.pk),
                    "email": one.user.email,
                    "name": one.display_name,
                    "role": one.role,
                    "queues": [queue.name for queue in one.queues.all()],
                    "active": one.is_active and one.user.is_active,
                }
                for one in Agent.objects.select_related("user").prefetch_related("queues")
            ]
    show_rows(f"Agents of {brand}", COLUMNS, rows, as_json=as_json)


@agent.command("reset-password")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reset(email: str, as_json: bool) -> None:
    """Give an account a new password, print it once, and end its sessions."""
    with installation(default_data_dir()):
        from tenants.accounts import UnknownAccount, reset_password
        from tenants.models import User

        try:
            password = reset_password(email)
            note_password(email, datetime.now(UTC))
        except UnknownAccount as unknown:
            known = list(User.objects.values_list("email", flat=True))
            fail(str(unknown), did_you_mean(email, known) or "See `kefu agent list BRAND`.")
    if as_json:
        show_json({"email": email, "password": password})
    else:
        console.print(f"New password of {email}: {password}   (shown once)", highlight=False)
