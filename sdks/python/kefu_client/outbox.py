"""Messages that the server has not acknowledged. The client_id is the key that makes sending again harmless."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    client_id: str
    conversation: str | None
    type: str = "message.create"
    text: str = ""
    kind: str = "text"
    file_ids: tuple[str, ...] = ()
    created_ts: int = 0
    # Error code of a final refusal: not sent again by itself.
    failed: str | None = None
