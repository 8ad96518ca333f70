"""What the apps above must know when something of the installation ends. Sent by verb functions, never by save()."""

from django.dispatch import Signal

# Keyword argument: tenant. Its hosts, keys and tasks have just stopped.
brand_suspended = Signal()
