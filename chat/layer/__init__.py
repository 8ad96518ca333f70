"""Kefu's own channel layer: Redis PUBLISH and SUBSCRIBE, batched, without a task or queue per connection.

It speaks the Channels layer interface, so that channels-redis can be configured in its place; what it has beyond that
(`subscribe`, `unsubscribe` with a callable) is used by chat/fanout when it is there. See docs/realtime.md.
"""

from chat.layer.layer import KefuChannelLayer

__all__ = ["KefuChannelLayer"]
