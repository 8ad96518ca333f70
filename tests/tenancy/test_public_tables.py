"""`public` holds the installation, brand schemas hold the brand's work: a table in the wrong place is a leak."""

from django.db import connection

from tenants.models import Tenant

PUBLIC = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "tenants_apikey",
    "tenants_domain",
    "tenants_tenant",
    "tenants_user",
}
# In both: migrations are counted per schema, and a brand's admin history belongs to the brand.
IN_BOTH = {"django_migrations", "django_admin_log"}
BRAND_APPS = ("agents_", "chat_", "history_")


def tables(schema: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", [schema])
        return {name for (name,) in cursor.fetchall()}


def test_public_holds_only_the_listed_tables() -> None:
    assert tables("public") == PUBLIC


def test_brands_hold_only_tables_of_brand_apps(acme: Tenant, globex: Tenant) -> None:
    for tenant in (acme, globex):
        others = {name for name in tables(tenant.schema_name) if not name.startswith(BRAND_APPS)}
        assert others == IN_BOTH
