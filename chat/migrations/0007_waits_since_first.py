from django.db import migrations

# As the log's writer would have kept it: since the first message that no agent answered. Migration 0005 took the last one,
# and none where a program spoke last. What the writer itself has kept since then is left as it is. The log of an open
# conversation is entered by its key. One in which something happens meanwhile is left as it is too: it is told as it was
# before, and the answer may have been given.
SINCE_FIRST = """
UPDATE chat_conversation c SET awaiting_reply_since = asked.first_at, reply_due_at = NULL
FROM (
    SELECT w.id, w.last_seq, (
        SELECT m.created_at FROM chat_message m
        WHERE m.conversation_id = w.id AND m.event = 'message.created' AND m.author_kind = 'visitor' AND m.seq > coalesce((
            SELECT max(a.seq) FROM chat_message a WHERE a.conversation_id = w.id AND (
                a.event = 'conversation.closed'
                OR a.event = 'message.created' AND a.author_kind = 'agent' AND a.visibility = 'public'
            )
        ), 0)
        ORDER BY m.seq LIMIT 1
    ) AS first_at
    FROM chat_conversation w
    WHERE w.status <> 'closed' AND w.last_author_kind <> 'agent'
        AND coalesce(w.awaiting_reply_since = w.last_message_at, true)
) asked
WHERE c.id = asked.id AND c.last_seq = asked.last_seq AND c.status <> 'closed'
    AND coalesce(c.awaiting_reply_since = c.last_message_at, true)
    AND asked.first_at < coalesce(c.awaiting_reply_since, 'infinity')
"""


class Migration(migrations.Migration):
    """Who asked three times before the upgrade waits since the first time. Deadlines follow with the next sweep."""

    dependencies = [("chat", "0006_touched")]

    operations = [migrations.RunSQL(SINCE_FIRST, migrations.RunSQL.noop)]
