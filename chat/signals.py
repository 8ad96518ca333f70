"""What the apps above may need to know in the same transaction. Sent by the verb functions, never by save()."""

from django.dispatch import Signal

# Keyword arguments: conversation (locked), now. Receivers run inside the transaction that closes.
conversation_closed = Signal()

# A note that names agents came into the log, or one of these was edited or recalled (then its text is empty). Keyword
# arguments: conversation (locked), note (the row as it is now). Receivers run inside the transaction.
agents_mentioned = Signal()
