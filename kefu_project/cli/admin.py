"""`kefu admin create`: the first account of an installation that was started without the demo."""

from datetime import UTC, datetime

import click

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .output import console, fail, show_json


@click.group()
def admin() -> None:
    """Make accounts that administer the installation."""


@admin.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(email: str, name: str, as_json: bool) -> None:
    """Make an account that may create brands and accounts, and print its password, once."""
    with installation(default_data_dir()):
        from tenants.accounts import AccountRefused, create_account

        try:
            _user, password = create_account(email=email, name=name, is_installation_admin=True, now=datetime.now(UTC))
        except AccountRefused as refused:
            fail(str(refused), "Choose another address, or `kefu agent reset-password`.")
    if as_json:
        show_json({"email": email, "password": password})
    else:
        console.print(f"Password of {email}: {password}   (shown once)", highlight=False)
