"""Brands are made, suspended, restored and deleted here, each as a whole: what fails leaves nothing behind.

See docs/tenancy.md.

A brand's schema is made in one transaction with its rows in `public`: PostgreSQL's DDL rolls back like any other write.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from tenants.context import in_public, in_tenant
from tenants.hosts import forget_hosts
from tenants.ids import new_id
from tenants.leftovers import LeftoversRemain, delete_files, delete_keys
from tenants.models import Domain, Tenant, validate_colour, validate_slug
from tenants.signals import brand_suspended, history_replaced
from tenants.structure import Structure, build, fits_installation, read_structure, write_down

# Held while a brand is made, so that two makers of the same slug or domain meet a refusal and not a database error.
PROVISIONING_LOCK = 0x6B656675
_HOST_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII
)


class BrandRefused(Exception):
    """A brand cannot be made or changed like this. `field` names what to correct, `str()` says it in a sentence."""

    field = ""
    sentence = _("This brand cannot be made.")

    def __init__(self, **values: str) -> None:
        super().__init__(self.sentence % values)


class BadSlug(BrandRefused):
    field = "slug"
    sentence = _(
        "“%(slug)s” is not a slug: use lower-case letters, digits and hyphens, at most 40, and start with a letter."
    )


class SlugTaken(BrandRefused):
    field = "slug"
    sentence = _("There is already a brand with the slug “%(slug)s”.")


class BadBrandName(BrandRefused):
    field = "name"
    sentence = _("Give a name of 1 to 80 characters.")


class BadAccent(BrandRefused):
    field = "accent"
    sentence = _("“%(accent)s” is not a colour like #2563eb.")


class BadLocale(BrandRefused):
    field = "locale"
    sentence = _("“%(locale)s” is not a language that Kefu speaks: en or zh-hans.")


class BadDomain(BrandRefused):
    field = "domains"
    sentence = _("“%(domain)s” is not a host name like chat.example.com (without port or path).")


class DomainTaken(BrandRefused):
    field = "domains"
    sentence = _("The host name “%(domain)s” already belongs to a brand or to the installation.")


def create_brand(
    *,
    slug: str,
    name: str,
    domains: Sequence[str],
    accent: str = "#2563eb",
    locale: str = Tenant.Locale.ENGLISH,
    now: datetime,
) -> Tenant:
    """Make a brand with its schema, host names, first queue, widget and publishable key, or raise BrandRefused."""
    tenant = Tenant(slug=slug, name=name.strip(), accent=accent, locale=locale, created_at=now)
    tenant.schema_name = schema_name_of(slug)
    _check_fields(tenant)
    host_names = list(dict.fromkeys(clean_host_name(domain) for domain in domains))
    if not host_names:
        raise BadDomain(domain="")
    with in_public(), transaction.atomic():
        _take_lock()
        _check_free(tenant, host_names)
        tenant.save()
        for index, host_name in enumerate(host_names):
            Domain.objects.create(tenant=tenant, domain=host_name, is_primary=index == 0)
        _make_schema(tenant.schema_name)
        with in_tenant(tenant):
            _make_tables()
            for step in settings.BRAND_STEPS:
                import_string(step)(tenant, now)
    forget_hosts()
    return tenant


def delete_brand(tenant: Tenant) -> None:
    """Delete a brand for good: schema, host names, keys, cached entries, files. Nothing of it can be had back.

    Its hosts stop answering first, so that nobody writes while it goes. Files and Redis are tried whatever the other
    does; raises LeftoversRemain when either resists.
    """
    tenant_id = tenant.pk
    suspend_brand(tenant)
    with in_public(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(tenant.schema_name)))
        Tenant.objects.filter(pk=tenant_id).delete()
    forget_hosts()
    left = [*delete_files(tenant_id), *delete_keys(tenant_id, tenant.schema_name)]
    if left:
        raise LeftoversRemain(" ".join(left))


def suspend_brand(tenant: Tenant) -> None:
    """Make the brand's hosts, keys and tasks stop; its data stays. Other processes notice within 5 seconds."""
    _set_status(tenant, Tenant.Status.SUSPENDED)
    brand_suspended.send(Tenant, tenant=tenant)


def activate_brand(tenant: Tenant) -> None:
    """Take the brand back into service."""
    _set_status(tenant, Tenant.Status.ACTIVE)


def replace_history(tenant: Tenant) -> None:
    """Say that what is stored is not what it was, because a backup was put back: whoever follows it loads it anew.

    Otherwise clients that saw `seq` 50 would take what is written from 41 on for something that they have. What Redis
    keeps of the brand is forgotten; raises LeftoversRemain when it resists. Other processes notice within 5 seconds.
    """
    tenant.epoch = new_id()
    with in_public():
        Tenant.objects.filter(pk=tenant.pk).update(epoch=tenant.epoch)
    forget_hosts()
    # Before they are told: they come back at once, and what they then write there stays.
    left = delete_keys(tenant.pk, tenant.schema_name)
    history_replaced.send(Tenant, tenant=tenant)
    if left:
        raise LeftoversRemain(" ".join(left))


def add_domain(tenant: Tenant, domain: str, *, is_primary: bool = False) -> Domain:
    """Give the brand one more host name, or raise BrandRefused."""
    host_name = clean_host_name(domain)
    with in_public(), transaction.atomic():
        _take_lock()
        _check_host_names_free([host_name])
        row = Domain(tenant=tenant, domain=host_name, is_primary=is_primary)
        row.save()
    forget_hosts()
    return row


def schema_name_of(slug: str) -> str:
    """Slugs have no underscores, so no two slugs share a schema."""
    return "brand_" + slug.replace("-", "_")


def clean_host_name(text: str) -> str:
    """Return the host name as browsers send it (lower case, punycode), or raise BadDomain."""
    name = text.strip().lower().rstrip(".")
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        raise BadDomain(domain=text) from None
    if not _HOST_NAME.fullmatch(name):
        raise BadDomain(domain=text)
    return name


def _check_fields(tenant: Tenant) -> None:
    for validate, value, problem in (
        (validate_slug, tenant.slug, BadSlug(slug=tenant.slug)),
        (validate_colour, tenant.accent, BadAccent(accent=tenant.accent)),
    ):
        try:
            validate(value)
        except ValidationError:
            raise problem from None
    if not 1 <= len(tenant.name) <= 80:
        raise BadBrandName
    if tenant.locale not in Tenant.Locale.values:
        raise BadLocale(locale=tenant.locale)


def _check_free(tenant: Tenant, host_names: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [tenant.schema_name])
        schema_exists = cursor.fetchone() is not None
    if schema_exists or Tenant.objects.filter(slug=tenant.slug).exists():
        raise SlugTaken(slug=tenant.slug)
    _check_host_names_free(host_names)


def _check_host_names_free(host_names: Sequence[str]) -> None:
    taken = set(Domain.objects.filter(domain__in=host_names).values_list("domain", flat=True))
    for host_name in host_names:
        if host_name in taken or host_name in settings.INSTALLATION_HOSTS:
            raise DomainTaken(domain=host_name)


def _take_lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PROVISIONING_LOCK])


def _make_schema(schema_name: str) -> None:
    """Make the schema with its own, empty table of migrations: else those of `public` would be taken for its own."""
    schema = sql.Identifier(schema_name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        cursor.execute(
            sql.SQL("CREATE TABLE {}.django_migrations (LIKE public.django_migrations INCLUDING ALL)").format(schema)
        )


def _make_tables() -> None:
    written = read_structure()
    if fits_installation(written):
        build(written)
    else:
        _migrate()


def migrated_structure() -> Structure:
    """What all migrations make of an empty schema; leaves nothing behind."""
    tenant = Tenant(slug="structure", name="Structure", schema_name="structure")
    with in_public(), transaction.atomic():
        _make_schema(tenant.schema_name)
        with in_tenant(tenant):
            found = write_down(_migrate)
        transaction.set_rollback(True)
    return found


def _migrate() -> None:
    """Run every migration in the brand; the router turns those of the shared apps into mere records."""
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def _set_status(tenant: Tenant, status: str) -> None:
    with in_public():
        Tenant.objects.filter(pk=tenant.pk).update(status=status)
    tenant.status = status
    forget_hosts()
