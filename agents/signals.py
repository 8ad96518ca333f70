"""What apps and parts above may need to know. Sent by the verb functions, never by save()."""

from django.dispatch import Signal

# Keyword arguments: target (agents.SlaTarget, with its conversation), now. Sent once per broken promise, after it was
# written; receivers that fail are logged and keep nothing from going on.
sla_breached = Signal()
