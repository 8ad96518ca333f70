from django.db import migrations

# In SQL: classes of operators in expressions would need django.contrib.postgres as an app, which asks each new
# connection for types that nobody here has. Upper case is how Django's `icontains` compares.
CREATE = """
CREATE INDEX visitor_by_part ON chat_visitor USING gin (
    upper(name) gin_trgm_ops, upper(email) gin_trgm_ops, upper(phone) gin_trgm_ops, upper(external_id) gin_trgm_ops,
    upper(attributes::text) gin_trgm_ops
)
"""


class Migration(migrations.Migration):

    dependencies = [
        ("chat", "0003_profile"),
        ("tenants", "0004_trigrams"),
    ]

    operations = [
        migrations.RunSQL(CREATE, "DROP INDEX visitor_by_part"),
    ]
