"""A brand's schema as PostgreSQL's own tables tell it."""

from django.db import connection

from tenants.models import Tenant

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


def catalogue(tenant: Tenant) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for what, query in CATALOGUE.items():
            cursor.execute(query.format(tenant.schema_name), None if "{}" in query else [tenant.schema_name])
            found[what] = sorted(str(row).replace(tenant.schema_name, "brand") for row in cursor.fetchall())
    return found
