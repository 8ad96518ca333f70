"""Queues: where waiting conversations stand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from agents.canned_files import forget_files
from agents.models import CannedReply, Queue
from chat.fanout import announce_row
from chat.message_log import lock_ids
from chat.models import Conversation
from tenants.models import Tenant


def furnish_brand(tenant: Tenant, now: datetime) -> None:
    """A new brand starts with one queue that takes every new conversation (see settings.BRAND_STEPS).

    It gives them to whoever has the most room: nobody has to watch a list for visitors to be answered. Queues that were
    there before routing was, and those made later, stay with what they say.
    """
    with override(tenant.locale):
        name = gettext("General")
    Queue.objects.create(name=name, is_default=True, strategy=Queue.Strategy.LEAST_LOADED, created_at=now)


def make_default(queue: Queue) -> None:
    """New conversations stand in `queue` from now on."""
    with transaction.atomic():
        Queue.objects.filter(is_default=True).exclude(pk=queue.pk).update(is_default=False)
        Queue.objects.filter(pk=queue.pk).update(is_default=True)


def place_in(conversation: Conversation, queue: Queue) -> list[str]:
    """Let the conversation stand in the queue; returns the fields that changed, for the caller to save.

    What the former queue's policy promised is not this one's: a nudge makes the deadlines anew, and where none is
    heard, as in workers, sweep_sla finds it without any.
    """
    conversation.queue_id, conversation.queue_name = queue.pk, queue.name
    conversation.reply_due_at = conversation.resolve_due_at = None
    return ["queue_id", "queue_name", "reply_due_at", "resolve_due_at"]


class DefaultQueueStays(Exception):
    """The default queue cannot be deleted: make another one the default first."""


def delete_queue(queue: Queue, now: datetime) -> list[str]:
    """Delete the queue; the open conversations that stand in it go to the default queue, and lists are told.

    Its canned replies go with it; returns the paths of their files, for delete_files after commit. Raises
    DefaultQueueStays.
    """
    with transaction.atomic():
        default = Queue.objects.select_for_update(no_key=True).filter(is_default=True).first()
        if default is None or default.pk == queue.pk:
            raise DefaultQueueStays
        standing = Conversation.objects.filter(queue_id=queue.pk).exclude(status=Conversation.Status.CLOSED)
        moving = Conversation.objects.filter(pk__in=lock_ids(standing))
        # As place_in: nobody is nudged by a queue that goes.
        moving.update(
            queue_id=default.pk, queue_name=default.name, reply_due_at=None, resolve_due_at=None, touched_at=now
        )
        paths = forget_files(CannedReply.objects.filter(queue=queue))
        queue.delete()
        for conversation in moving.select_related("visitor"):
            announce_row(conversation)
    return paths


def rename_queue(queue: Queue, name: str) -> None:
    """Conversations carry their queue's name, so that lists need no join across apps: it changes there too."""
    Queue.objects.filter(pk=queue.pk).update(name=name)
    Conversation.objects.filter(queue_id=queue.pk).update(queue_name=name)
