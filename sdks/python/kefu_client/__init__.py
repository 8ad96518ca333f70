"""Talk to a Kefu server from Python: as a visitor, an app or an agent. See docs/sdk-python.md."""

from .client import Client
from .connection import Refused, State
from .frames import Frame, FrameError, LogEvent
from .ladder import Rung
from .outbox import Entry, FileOutbox, MemoryOutbox, Outbox
from .sending import Ack

__all__ = [
    "Ack",
    "Client",
    "Entry",
    "FileOutbox",
    "Frame",
    "FrameError",
    "LogEvent",
    "MemoryOutbox",
    "Outbox",
    "Refused",
    "Rung",
    "State",
]
