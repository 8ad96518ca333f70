from django.db import migrations


class Migration(migrations.Migration):
    """Conversations that were open before these columns were: since when they wait, as well as their rows tell."""

    dependencies = [("chat", "0004_visitor_search")]

    operations = [
        migrations.RunSQL(
            "UPDATE chat_conversation SET queued_at = waiting_since WHERE status = 'waiting' AND queued_at IS NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "UPDATE chat_conversation SET awaiting_reply_since = last_message_at"
            " WHERE status <> 'closed' AND awaiting_reply_since IS NULL AND last_author_kind = 'visitor'",
            migrations.RunSQL.noop,
        ),
    ]
