"""Rows of agents' lists, told a few times a second: what one conversation says in between is never shown anyway."""

import asyncio
from typing import Any
from uuid import UUID

from chat.events import Frame, hint_frame
from chat.models import Conversation
from chat.pages import conversation_row
from tenants.models import Tenant

GATHER_SECONDS = 0.25
MAX_ROWS = 100


class Rows:
    """Gathers the rows of one process; the last state of each conversation wins. Belongs to the bus's loop."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, tuple[Tenant, dict[UUID, Conversation]]] = {}

    def add(self, tenant: Tenant, conversation: Conversation, send: Any) -> None:
        """Have `send(tenant, frame)` called soon with a frame of all rows that changed until then."""
        if tenant.pk not in self._waiting:
            self._waiting[tenant.pk] = (tenant, {})
            asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell, tenant.pk, send)
        rows = self._waiting[tenant.pk][1]
        known = rows.get(conversation.pk)
        # Threads may come in another order than they committed in.
        if known is None or version(known) <= version(conversation):
            rows[conversation.pk] = conversation

    def _tell(self, tenant_id: UUID, send: Any) -> None:
        tenant, rows = self._waiting.pop(tenant_id)
        changed = list(rows.values())
        for start in range(0, len(changed), MAX_ROWS):
            send(tenant, rows_frame(changed[start : start + MAX_ROWS]))


def rows_frame(conversations: list[Conversation]) -> Frame:
    """The frame that tells agents how these conversations look now. `visitor` must be loaded."""
    return hint_frame("conversation.updated", None, {"rows": [conversation_row(row) for row in conversations]})


def version(conversation: Conversation) -> tuple[int, int, int]:
    """Grows with every change of the row: all three are raised under its lock and never fall."""
    return conversation.last_seq, conversation.agent_read_seq, conversation.visitor_read_seq
