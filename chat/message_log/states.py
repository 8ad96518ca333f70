"""Conversations with their visitors as PostgreSQL says them in JSON: read at a tenth of a model's price."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import models

from chat.message_log.entries import Changed, promised
from chat.models import Conversation, Visitor
from chat.reading import row_of

# For `c`, a row of conversations, and `v`, the row of its visitor.
STATE = "json_build_object('conversation', c, 'visitor', v)"


def _row_of(model: type[models.Model]) -> type[msgspec.Struct]:
    """The columns of a model as a row in JSON has them. Ids stay texts, as a list's row shows them."""
    times = [field.column for field in model._meta.concrete_fields if isinstance(field, models.DateTimeField)]
    fields = [(str(field.column), Any) for field in model._meta.concrete_fields if field.column not in times]
    return msgspec.defstruct(f"{model.__name__}Row", [*fields, *((str(name), datetime | None) for name in times)])


# Made from the models, so that no column has to be named here.
ConversationRow: Any = _row_of(Conversation)
VisitorRow: Any = _row_of(Visitor)


class State(msgspec.Struct):
    conversation: ConversationRow
    visitor: VisitorRow


def changed_of(state: State) -> Changed:
    row = state.conversation
    version = row.last_seq, row.agent_read_seq, row.visitor_read_seq
    return Changed(UUID(row.id), UUID(row.visitor_id), version, *promised(row), lambda: row_of(row, state.visitor))
