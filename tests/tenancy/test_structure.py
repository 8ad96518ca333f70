"""The file from which new brands are made is what migrations would make."""

from datetime import datetime
from typing import Any

import pytest

from tenants import provisioning
from tenants.models import Tenant
from tenants.provisioning import create_brand, migrated_structure
from tenants.structure import FILE, fits_installation, read_structure
from tests.tenancy.catalogue import catalogue

pytestmark = pytest.mark.usefixtures("remove_made")


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
