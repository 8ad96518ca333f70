from django.db import migrations, models


class Migration(migrations.Migration):
    """Processes of older versions keep the sums by hour and not the broad ones, and may run on beside newer ones during an
    upgrade. From here on whatever they count is refused, and new processes count it; what they counted before is made
    good by filling the broad sums anew."""

    dependencies = [("history", "0004_broad_sums")]

    operations = [
        # Whoever counts has this table's row: waits for a batch that is being counted, and lets none begin.
        migrations.RunSQL("LOCK TABLE history_reportposition IN EXCLUSIVE MODE", migrations.RunSQL.noop),
        # Without a default in the database: a process that does not know the column cannot add rows.
        migrations.AddField("countedconversation", "form", models.PositiveSmallIntegerField(default=1)),
        migrations.RunSQL("DELETE FROM history_broadcount", migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM history_broadspread", migrations.RunSQL.noop),
        migrations.RunSQL(
            "UPDATE history_reportposition SET broad_until = '2000-01-01 00:00:00+00'", migrations.RunSQL.noop
        ),
    ]
