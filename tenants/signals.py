"""What apps above must know when something of the installation ends. Sent by verb functions, never by save()."""

from django.dispatch import Signal

# Keyword argument: tenant. Its hosts, keys and tasks have just stopped.
brand_suspended = Signal()
# Keyword argument: tenant, with another epoch. Its history is not the one any more that clients know.
history_replaced = Signal()
# Keyword argument: user. None of the account's sign-ins is good any more, in any brand.
account_signed_out = Signal()
# Keyword arguments: tenant (None: the installation), session_key. This sign-in is over; others of the account go on.
session_ended = Signal()
# Keyword argument: key, with its tenant.
key_revoked = Signal()
# Keyword arguments: request, obj, verb ("added", "changed", "deleted"), changes ({"field": [before, after]}).
admin_acted = Signal()
# Keyword argument: request. Somebody who is signed in asked for an admin page that is not theirs.
admin_refused = Signal()
