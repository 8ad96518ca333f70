"""What the apps above may need to know in the same transaction. Sent by the verb functions, never by save()."""

from django.dispatch import Signal

# Keyword arguments: conversation (locked), now. Receivers run inside the transaction that closes.
conversation_closed = Signal()
