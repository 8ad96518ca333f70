"""`kefu key create | list | revoke`."""

from datetime import UTC, datetime

import click

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import find_brand
from .noting import note_key, note_revoked
from .output import console, fail, show_json, show_rows

COLUMNS = {
    "prefix": "Begins with",
    "name": "Name",
    "kind": "Kind",
    "scopes": "Scopes",
    "created_at": "Created",
    "last_used_at": "Last used",
    "revoked_at": "Revoked",
}


@click.group()
def key() -> None:
    """Make and revoke the secret keys of integrations."""


@key.command("create")
@click.argument("brand")
@click.option("--name", required=True, help="What the key is for.")
@click.option("--scope", "scopes", multiple=True, help="What it may do; may be repeated. [default: everything]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(brand: str, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Make a secret key for the REST API of BRAND and print it, once."""
    with installation(default_data_dir()):
        from django.db import transaction

        from tenants.context import in_tenant
        from tenants.keys import create_key
        from tenants.models import ApiKey

        tenant, now = find_brand(brand), datetime.now(UTC)
        try:
            with in_tenant(tenant), transaction.atomic():
                row, text = create_key(tenant, kind=ApiKey.Kind.SECRET, name=name, scopes=scopes, now=now)
                note_key(row, now)
        except ValueError as error:
            fail(str(error))
    if as_json:
        show_json({"id": str(row.pk), "brand": brand, "name": row.name, "key": text, "scopes": list(scopes)})
    else:
        console.print(f"Key of {brand} ({row.name}): {text}   (shown once)", highlight=False, soft_wrap=True)


@key.command("list")
@click.argument("brand")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(brand: str, as_json: bool) -> None:
    """List the keys of BRAND, publishable ones of its widgets too."""
    with installation(default_data_dir()):
        fields = ("id", *COLUMNS)
        rows = list(find_brand(brand).api_keys.order_by("created_at").values(*fields))
    if not as_json:
        rows = [{name: _minute(value) for name, value in row.items()} for row in rows]
    show_rows(f"Keys of {brand}", COLUMNS, rows, as_json=as_json)


@key.command("revoke")
@click.argument("brand")
@click.argument("prefix")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def revoke(brand: str, prefix: str, as_json: bool) -> None:
    """Make the key of BRAND that begins with PREFIX worthless."""
    with installation(default_data_dir()):
        from django.db import transaction

        from tenants.context import in_tenant
        from tenants.keys import revoke_key

        tenant, now = find_brand(brand), datetime.now(UTC)
        # The text of a whole key is taken too: it begins with what we keep of it.
        keys = [row for row in tenant.api_keys.filter(revoked_at=None) if prefix.startswith(row.prefix)]
        keys = keys or list(tenant.api_keys.filter(revoked_at=None, prefix__startswith=prefix))
        if not keys:
            fail(f"{brand} has no live key that begins with {prefix!r}.", f"See `kefu key list {brand}`.")
        if len(keys) > 1:
            fail(f"{len(keys)} keys begin with {prefix!r}.", f"Give more of it; see `kefu key list {brand}`.")
        with in_tenant(tenant), transaction.atomic():
            revoke_key(keys[0], now)
            note_revoked(keys[0], now)
    if as_json:
        show_json({"revoked": keys[0].prefix, "name": keys[0].name})
    else:
        console.print(f"Revoked {keys[0].name} ({keys[0].prefix}…).", highlight=False)


def _minute(value: object) -> object:
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else value
