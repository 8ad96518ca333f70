"""A new brand's tables from one file: what all migrations do to an empty schema, written down (`make structure`).

Running them takes Django a second and a half of thinking about states in between that no new brand is ever in. The file
is used where it is what the installation's migrations would make; otherwise they run. A test compares the two.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection

FILE = Path(__file__).parent / "structure.sql"
_HEAD = """-- What the migrations below make of an empty schema: written by `make structure` (tenants/structure.py).
"""
_MIGRATION = "-- migration "
# What is asked on the way, and what stands in the list of migrations.
_ASIDE = ("SELECT", "SET search_path", "SHOW", "SAVEPOINT", "RELEASE SAVEPOINT", 'INSERT INTO "django_migrations"')


class Structure(NamedTuple):
    migrations: list[tuple[str, str]]  # (app, name) in the order in which they were applied
    statements: str

    def as_text(self) -> str:
        names = "".join(f"{_MIGRATION}{app}.{name}\n" for app, name in self.migrations)
        return f"{_HEAD}{names}\n{self.statements}"


@lru_cache(maxsize=1)
def read_structure() -> Structure:
    """The structure in the file."""
    lines = FILE.read_text().splitlines()
    names = [line.removeprefix(_MIGRATION).split(".", 1) for line in lines if line.startswith(_MIGRATION)]
    statements = "\n".join(line for line in lines if not line.startswith("-- "))
    return Structure([(app, name) for app, name in names], statements)


def fits_installation(structure: Structure) -> bool:
    """Whether the schema `public` has had exactly these migrations."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM public.django_migrations")
        return set(cursor.fetchall()) == set(structure.migrations)


def build(structure: Structure) -> None:
    """Make the tables in the schema that comes first in the search path, and note their migrations as applied."""
    apps, names = zip(*structure.migrations, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(structure.statements)
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " SELECT app, name, now() FROM unnest(%s::text[], %s::text[]) AS m(app, name)",
            [list(apps), list(names)],
        )


def write_down(migrate: Callable[[], None]) -> Structure:
    """Have `migrate` run in an empty schema, and return what it did there."""
    with _recording() as statements:
        migrate()
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        migrations = [(app, name) for app, name in cursor.fetchall()]
    return Structure(migrations, "".join(f"{statement.rstrip(';')};\n" for statement in statements))


@contextmanager
def _recording() -> Iterator[list[str]]:
    statements: list[str] = []

    def record(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        text = str(sql).strip()
        if not text.startswith(_ASIDE):
            # Django puts values into its DDL before it gets here; anything else this file could not hold.
            assert not params, f"a migration's statement has values: {text}"
            statements.append(text)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield statements
