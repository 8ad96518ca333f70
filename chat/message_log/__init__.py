"""The message log: the only writer of a conversation's rows (docs/realtime.md).

Writers lock the conversation, then append; `seq` is handed out under that lock, so it has no holes. What is in the log
stays, but for messages that their author corrects (change.py). Reading is in chat/reading.py.
"""

from chat.message_log.append import MESSAGE, Draft, append, find_archived_with, find_by_client_id
from chat.message_log.change import EDITED, RECALLED, change_body, find_correction, find_message, note_last_message
from chat.message_log.lock import lock_conversation, lock_conversations_of, lock_ids
from chat.message_log.many import append_many

__all__ = [
    "EDITED",
    "MESSAGE",
    "RECALLED",
    "Draft",
    "append",
    "append_many",
    "change_body",
    "find_archived_with",
    "find_by_client_id",
    "find_correction",
    "find_message",
    "lock_conversation",
    "lock_conversations_of",
    "lock_ids",
    "note_last_message",
]
