"""Leaving a message where nobody can answer now: outside hours, or the queue is too long (docs/hours.md)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chat.authors import Author
from chat.conversations import record
from chat.errors import Invalid
from chat.message_log import lock_conversation
from chat.messages import MessageDraft, Posted, once, post_to, target_of_visitor
from chat.models import Message, Visitor, Widget
from chat.text import clean_line
from chat.visitors import note_contact
from tenants.models import Tenant

LEFT = "conversation.left_message"


@dataclass(frozen=True, slots=True)
class Contact:
    """How the visitor wants to be answered. Their own word."""

    email: str
    name: str = ""


def answers_by_mail(tenant: Tenant) -> bool:
    """Tell whether visitors of the brand who leave a message are answered by mail."""
    return bool(settings.MAIL_URL) and tenant.mails_answers


def leave_message(
    visitor: Visitor, *, contact: Contact, widget: Widget | None, draft: MessageDraft, now: datetime
) -> Posted:
    """Add the message to the visitor's open conversation, or to one that is opened for it, and mark that as left.

    The same `client_id` again changes nothing. Locks conversation, then visitor; announces after commit.
    """
    contact = _checked(contact)
    author = Author.of_visitor(visitor)

    def post() -> Posted:
        target = target_of_visitor(visitor, None, widget, now)
        note_contact(visitor, name=contact.name, email=contact.email)
        posted = post_to(target, author, draft, now, Message.Visibility.PUBLIC)
        if not posted.duplicate:
            _mark_as_left(posted, author, contact, now)
        return posted

    return once(author, draft, post)


def _mark_as_left(posted: Posted, author: Author, contact: Contact, now: datetime) -> None:
    conversation = lock_conversation(posted.message.conversation_id)
    conversation.left_message = True
    conversation.save(update_fields=["left_message"])
    # After the message: whatever the visitor writes later than this row was written by one who came back.
    body = {"name": contact.name, "email": contact.email}
    record(conversation, LEFT, author, body, now)


def _checked(contact: Contact) -> Contact:
    email = clean_line(contact.email, 254)
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("Give an e-mail address for the answer.") from None
    return Contact(email, clean_line(contact.name, 80))
