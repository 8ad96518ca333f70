"""`kefu brand create | list | restored | delete`."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.progress import track

from kefu_project.embedded.services import default_data_dir

from .environment import installation
from .lookup import find_brand
from .noting import note, note_brand
from .output import console, errors, fail, show_json, show_rows

COLUMNS = {
    "slug": "Slug",
    "name": "Name",
    "hosts": "Hosts",
    "status": "Status",
    "accent": "Accent",
    "locale": "Language",
}


@click.group()
def brand() -> None:
    """Make, list and delete brands; say that one was restored."""


@brand.command("create")
@click.argument("slug")
@click.option("--name", help="Shown to visitors. [default: the slug, capitalised]")
@click.option("--domain", "domains", multiple=True, help="Host name; may be repeated. [default: SLUG.localhost]")
@click.option("--accent", default="#2563eb", show_default=True, help="Colour of the widget.")
@click.option("--locale", default="en", show_default=True, type=click.Choice(["en", "zh-hans"]))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(slug: str, name: str | None, domains: tuple[str, ...], accent: str, locale: str, as_json: bool) -> None:
    """Make a brand: its tables, host names, first queue, widget and publishable key."""
    with installation(default_data_dir()):
        from tenants.provisioning import BrandRefused, create_brand

        now = datetime.now(UTC)
        try:
            made = create_brand(
                slug=slug,
                name=name or slug.capitalize(),
                domains=domains or (f"{slug}.localhost",),
                accent=accent,
                locale=locale,
                now=now,
            )
        except BrandRefused as refused:
            fail(str(refused), f"Correct {refused.field or 'it'} and try again.")
        row = _row(made)
        note_brand(made, row["hosts"], now)
    if as_json:
        show_json(row)
        return
    show_rows("Made a brand", COLUMNS, [row], as_json=False)
    console.print(f"Next: kefu agent create {slug} EMAIL --name NAME --role admin", highlight=False)


@brand.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_brands(as_json: bool) -> None:
    """List all brands."""
    with installation(default_data_dir()):
        from tenants.models import Tenant

        rows = [_row(tenant) for tenant in Tenant.objects.order_by("slug")]
    show_rows("Brands", COLUMNS, rows, as_json=as_json)


@brand.command("restored")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All brands: the whole database was put back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def restored(slugs: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Say that a backup of the brand was put back: open widgets, consoles and programs load its history anew."""
    if every == bool(slugs):
        fail("Name the brands, or --all.", "See `kefu brand list`.")
    with installation(default_data_dir()):
        from tenants.models import Tenant

        found = list(Tenant.objects.order_by("slug")) if every else [find_brand(slug) for slug in slugs]
        told = [_tell_restored(tenant) for tenant in track(found, "Telling clients …", console=errors, transient=True)]
        rows = [_row(tenant) for tenant in found]
    show_rows("Restored", COLUMNS, rows, as_json=as_json)
    if problems := [problem for problem in told if problem]:
        fail(f"{len(problems)} of {len(found)} brands are not as they should be.", "\n".join(problems))


@brand.command("delete")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def delete(slug: str, yes: bool, as_json: bool) -> None:
    """Delete a brand with everything in it, for good."""
    with installation(default_data_dir()):
        from tenants.leftovers import LeftoversRemain
        from tenants.provisioning import delete_brand

        tenant = find_brand(slug)
        if not yes and click.prompt(f"Everything of {tenant.name} goes for good. Its slug, to confirm") != slug:
            fail("That is not its slug: nothing was deleted.")
        try:
            delete_brand(tenant)
        except LeftoversRemain as left:
            fail(f"The brand {slug} is gone, but not all that it left.", str(left))
    if as_json:
        show_json({"deleted": slug})
    else:
        console.print(f"Deleted {slug}.", highlight=False)


def _tell_restored(tenant: Any) -> str:
    """Return what went wrong, in a sentence: a brand that fails must not keep others on a history that is gone."""
    from tenants.context import in_tenant
    from tenants.leftovers import LeftoversRemain
    from tenants.provisioning import replace_history

    problem = ""
    try:
        try:
            replace_history(tenant)
        except LeftoversRemain as left:
            problem = f"{tenant.slug}: its clients load anew, but Redis still holds something. {left}"
        with in_tenant(tenant):
            note("tenant.restored", on=tenant, now=datetime.now(UTC))
    except Exception as error:
        problem = f"{tenant.slug}: {error}".strip() + f" When that is mended: kefu brand restored {tenant.slug}"
    return problem


def _row(tenant: Any) -> dict[str, Any]:
    hosts = tenant.domains.order_by("-is_primary", "domain").values_list("domain", flat=True)
    row = {key: getattr(tenant, key) for key in ("slug", "name", "status", "accent", "locale", "created_at")}
    return {"id": str(tenant.pk), **row, "hosts": list(hosts)}
