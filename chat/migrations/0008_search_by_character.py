from django.db import migrations

# Each character of a name that is not plain Latin: one or two of them find a Chinese name, which trigrams cannot.
CREATE = """
CREATE INDEX visitor_by_character ON chat_visitor USING gin (
    string_to_array(regexp_replace(upper(name), '[ -~]', '', 'g'), NULL)
)
"""


class Migration(migrations.Migration):

    dependencies = [("chat", "0007_waits_since_first")]

    operations = [migrations.RunSQL(CREATE, "DROP INDEX visitor_by_character")]
