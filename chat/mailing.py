"""Answers to left messages go out by mail while their visitor is away (docs/mail.md).

What was mailed stands in the log, so that a crash sends at most once more, and then with the same Message-ID.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from chat.left_messages import LEFT, answers_by_mail
from chat.marks import MAILED, note_mailed
from chat.message_log import MESSAGE, lock_conversation
from chat.models import Conversation, Message
from chat.origins import is_listed_origin
from chat.presence import online_among
from chat.walk import work_through
from tenants.context import current_tenant
from tenants.models import Domain

logger = logging.getLogger(__name__)

# Several answers in a row are one mail.
SETTLED = timedelta(minutes=1)
# A message that was left longer ago than its last news is settled some other way.
LATELY = timedelta(days=7)
MOST = 50  # messages in one mail
PERMANENT = 500  # SMTP: from here on, asking again is of no use
ANSWERING = (Message.AuthorKind.AGENT, Message.AuthorKind.BOT)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one mail says: messages that the visitor has neither read nor been mailed, oldest first."""

    conversation: Conversation
    to: str
    messages: list[Message]

    @property
    def upto(self) -> int:
        return self.messages[-1].seq


def sweep_answers(now: datetime, limit: int = 500) -> int:
    """Mail what agents of the current brand answered to left messages; returns how many mails.

    Raises OSError or smtplib.SMTPException where the mail server cannot be used: the next sweep finds the same work.
    """
    due = due_answers(now)
    if not answers_by_mail(current_tenant()) or not due.exists():
        return 0
    with get_connection() as mails:

        def mail_one(conversation_id: UUID) -> bool:
            return mail_answer(conversation_id, mails, now)

        return work_through(due, by="active_at", work=mail_one, limit=limit)


def due_answers(now: datetime) -> QuerySet[Conversation]:
    """Left messages, closed or not, with an answer that waits for a mail and none that may just be added to.

    `after`: the seq up to which the visitor has read, been mailed, or had not left the message yet.
    """
    rows = Message.objects.filter(conversation=OuterRef("pk")).order_by("-seq")
    upto = Cast(KeyTextTransform("upto", "body"), BigIntegerField())
    mailed = rows.filter(event=MAILED).annotate(upto=upto).values("upto")[:1]
    left = rows.filter(event=LEFT).values("seq")[:1]
    fresh = said_to_visitor(OuterRef("pk")).filter(seq__gt=OuterRef("after"))
    return (
        Conversation.objects.filter(left_message=True, active_at__gte=now - LATELY, archived_at__isnull=True)
        .annotate(after=Greatest("visitor_read_seq", Coalesce(Subquery(mailed), 0), Subquery(left)))
        .filter(Exists(fresh), ~Exists(fresh.filter(created_at__gt=now - SETTLED)))
    )


def mail_answer(conversation_id: UUID, mails: BaseEmailBackend, now: datetime) -> bool:
    """Mail the answers that wait in one conversation and note it there; tells whether a mail was sent.

    No lock on the conversation while the mail server is spoken to: its visitor goes on writing. Of several workers
    one does it.
    """
    with transaction.atomic():
        if not _is_ours(conversation_id):
            return False
        answer = find_answer(conversation_id, now)
        if answer is None:
            return False
        is_refused = not _send(answer, mails)
        conversation = lock_conversation(conversation_id)
        note_mailed(conversation, to=answer.to, upto=answer.upto, refused=is_refused, now=now)
        return not is_refused


def find_answer(conversation_id: UUID, now: datetime) -> Answer | None:
    """What waits for a mail in this conversation; None where nothing does, or its visitor is here and sees it."""
    due = due_answers(now).select_related("visitor", "widget")
    conversation: Any = due.filter(pk=conversation_id).first()  # it has `after`, which types do not know
    if conversation is None or _is_here(conversation.visitor_id, now):
        return None
    left = Message.objects.filter(conversation=conversation, event=LEFT).order_by("-seq")[0]
    messages = said_to_visitor(conversation_id).filter(seq__gt=conversation.after).order_by("seq")
    return Answer(conversation, left.body["email"], list(messages[:MOST]))


def _is_here(visitor_id: UUID, now: datetime) -> bool:
    return bool(online_among(current_tenant(), "visitor", [visitor_id], now.timestamp()))


def said_to_visitor(conversation_id: Any) -> QuerySet[Message]:
    """What agents and programs said to the visitor and did not take back. By id, or by a reference in a query."""
    said = Message.objects.filter(conversation_id=conversation_id, event=MESSAGE, visibility=Message.Visibility.PUBLIC)
    return said.filter(author_kind__in=ANSWERING).exclude(body__has_key="recalled")


def _is_ours(conversation_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"mail {conversation_id}"])
        return bool(cursor.fetchone()[0])


def _send(answer: Answer, mails: BaseEmailBackend) -> bool:
    """Tell whether the mail server took it; not where it never will. Raises what another try may mend."""
    try:
        make_mail(answer, mails).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as refused:
        if not _is_for_good(refused):
            raise
        logger.warning("mail refused: %r", refused, extra={"conversation": str(answer.conversation.pk)})
        return False
    return True


def _is_for_good(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Whether the server will never take this mail for this address. A sender or a sign-in that it refuses is another
    matter: that is the installation's to set right."""
    if isinstance(refused, smtplib.SMTPDataError):
        return refused.smtp_code >= PERMANENT
    return all(code >= PERMANENT for code, _text in refused.recipients.values())


def make_mail(answer: Answer, mails: BaseEmailBackend) -> EmailMultiAlternatives:
    """The mail in the visitor's language. Nothing in it is the visitor's own word: whoever leaves a message may have
    given somebody else's address."""
    tenant, conversation = current_tenant(), answer.conversation
    address = tenant.mail_from or settings.MAIL_FROM
    domain = address.rpartition("@")[2]
    with override(conversation.visitor.locale or tenant.locale):
        said = [
            {"name": one.author_name, "text": one.body["text"], "files": [file["name"] for file in one.body["files"]]}
            for one in answer.messages
        ]
        facts = {"brand": tenant, "messages": said, "link": _link_of(conversation)}
        mail = EmailMultiAlternatives(
            subject=gettext("%(brand)s answers your message") % {"brand": tenant.name},
            body=render_to_string("mail/answer.txt", facts),
            from_email=formataddr((tenant.name, address)),
            to=[answer.to],
            connection=mails,
            headers={
                "Message-ID": f"<{conversation.pk}.{answer.upto}@{domain}>",
                "References": f"<{conversation.pk}@{domain}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        mail.attach_alternative(render_to_string("mail/answer.html", facts), "text/html")
    return mail


def _link_of(conversation: Conversation) -> str:
    """The page on which the visitor was last, without what comes after a question mark; empty for a page that is not
    the brand's: it is the visitor's browser that says where it is."""
    parts = urlsplit(conversation.visitor.page_url)
    hosts = set(Domain.objects.filter(tenant=current_tenant()).values_list("domain", flat=True))
    if not is_listed_origin(f"{parts.scheme}://{parts.netloc}", hosts, conversation.widget):
        return ""
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
