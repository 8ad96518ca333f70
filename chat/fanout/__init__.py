"""DOOR 2: what changed goes from here to all processes with a subscriber, after commit. Only here are topics named.

A push is a hint: losing one costs a client a question, never a message. `announce…` may be called in any thread or
process; publishing itself happens on one event loop per process, in order.
"""

from chat.fanout.announce import (
    announce_close,
    announce_entries,
    announce_entry,
    announce_read,
    announce_row,
    announce_stir,
    announce_to_agent,
    announce_to_desk,
    announce_to_watchers,
    announce_visitor,
    encode_frame,
    hint,
    publish_entry,
)
from chat.fanout.bus import adopt_running_loop, finish_publishing, finish_publishing_here
from chat.fanout.following import Follower, delivers_directly, listening, subscribe, unsubscribe
from chat.fanout.rows import rows_frame
from chat.fanout.topics import (
    agent_topic,
    brand_topic,
    desk_topic,
    key_topic,
    session_topic,
    visitor_topic,
    watch_topic,
)

__all__ = [
    "Follower",
    "adopt_running_loop",
    "agent_topic",
    "announce_close",
    "announce_entries",
    "announce_entry",
    "announce_read",
    "announce_row",
    "announce_stir",
    "announce_to_agent",
    "announce_to_desk",
    "announce_to_watchers",
    "announce_visitor",
    "brand_topic",
    "delivers_directly",
    "desk_topic",
    "encode_frame",
    "finish_publishing",
    "finish_publishing_here",
    "hint",
    "key_topic",
    "listening",
    "publish_entry",
    "rows_frame",
    "session_topic",
    "subscribe",
    "unsubscribe",
    "visitor_topic",
    "watch_topic",
]
