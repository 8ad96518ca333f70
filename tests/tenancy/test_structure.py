"""The file from which new brands are made is what migrations would make."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tenants import provisioning
from tenants.models import Tenant
from tenants.provisioning import create_brand, migrated_structure
from tenants.structure import FILE, fits_installation, read_structure

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity, character_maximum_length
        FROM information_schema.columns WHERE table_schema = %s""",
    "indexes": "SELECT indexname, replace(indexdef, schemaname, '') FROM pg_indexes WHERE schemaname = %s",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = %s::regnamespace""",
    "migrations": "SELECT app, name FROM {}.django_migrations",
}

pytestmark = pytest.mark.usefixtures("remove_made")


def catalogue(tenant: Tenant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for what, query in CATALOGUE.items():
            cursor.execute(query.format(tenant.schema_name), None if "{}" in query else [tenant.schema_name])
            found[what] = sorted(str(row).replace(tenant.schema_name, "brand") for row in cursor.fetchall())
    return found


def brand(slug: str, now: datetime) -> Tenant:
    return create_brand(slug=slug, name="Initech", domains=[f"{slug}.localhost"], now=now)


def test_the_file_is_what_the_migrations_make() -> None:
    assert FILE.read_text() == migrated_structure().as_text(), "a migration has changed: run `make structure`"
    assert fits_installation(read_structure())


def test_a_brand_is_the_same_either_way(now: datetime, monkeypatch: Any) -> None:
    written = catalogue(brand("written", now))
    monkeypatch.setattr(provisioning, "fits_installation", lambda structure: False)
    migrated = catalogue(brand("migrated", now))
    assert all(written.values())
    for what, rows in migrated.items():
        assert written[what] == rows, what


def test_another_state_of_the_installation_is_seen() -> None:
    structure = read_structure()
    assert not fits_installation(structure._replace(migrations=structure.migrations[:-1]))
    assert not fits_installation(structure._replace(migrations=[*structure.migrations, ("chat", "9999_later")]))
