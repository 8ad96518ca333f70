"""The message log: the only writer of a conversation's rows (docs/realtime.md).

Writers lock the conversation, then append; `seq` is handed out under that lock, so it has no holes. Reading is in
chat/pages.py.
"""

from chat.message_log.append import Draft, append, find_archived_with, find_by_client_id
from chat.message_log.lock import lock_conversation

__all__ = ["Draft", "append", "find_archived_with", "find_by_client_id", "lock_conversation"]
