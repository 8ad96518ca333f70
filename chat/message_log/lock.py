from uuid import UUID

from chat.errors import NotFound
from chat.models import Conversation


def lock_conversation(conversation_id: UUID) -> Conversation:
    """Lock the conversation's row until the transaction ends and return it fresh; NotFound when it is missing.

    FOR NO KEY UPDATE: rows that point to the conversation can still be inserted by others. Where an agent is locked
    too, the conversation comes first.
    """
    conversation = (
        Conversation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("visitor")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is None:
        raise NotFound
    return conversation
