"""Tables of a brand's conversations. The log itself is written only by chat/message_log (docs/realtime.md)."""

from chat.models.conversation import SOON, TOUCHED, Conversation
from chat.models.file import File
from chat.models.message import Message
from chat.models.rating import Rating
from chat.models.tag import Tag
from chat.models.visitor import PageView, Visitor, VisitorNote
from chat.models.widget import Widget

__all__ = [
    "SOON",
    "TOUCHED",
    "Conversation",
    "File",
    "Message",
    "PageView",
    "Rating",
    "Tag",
    "Visitor",
    "VisitorNote",
    "Widget",
]
