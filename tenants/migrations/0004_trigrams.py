from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Into `public`, which every brand's search path ends with: searching by parts of names (docs/profile.md)."""

    dependencies = [
        ("tenants", "0003_desk_and_routing"),
    ]

    operations = [
        TrigramExtension(),
    ]
