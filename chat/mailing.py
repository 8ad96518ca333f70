"""Answers to left messages go out by mail while their visitor is away (docs/mail.md).

What was mailed stands in the log, so that a crash sends at most once more, and then with the same Message-ID.
"""

import logging
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from chat.left_messages import LEFT, answers_by_mail
from chat.mail_server import MailCutOff, MailServer, MailServerAway, is_put_off, put_off
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
# A slow server holds one of the worker's few threads no longer than this and one mail; the next run goes on.
RUN_SECONDS = 20.0
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

    One run of a brand at a time. What it leaves, for want of time or of a mail server, the next one finds. Raises
    OSError or smtplib.SMTPException where the mail server cannot be used; where that is known already it does nothing.
    """
    due = due_answers(now)
    if not answers_by_mail(current_tenant()) or not due.exists():
        return 0
    with _one_run() as is_ours:
        return _mail_due(due, now, limit) if is_ours else 0


def _mail_due(due: QuerySet[Conversation], now: datetime, limit: int) -> int:
    end = time.monotonic() + RUN_SECONDS
    with MailServer(now) as server:

        def mail_one(conversation_id: UUID) -> bool:
            return _try_to_mail(conversation_id, server, now)

        def is_over() -> bool:
            return server.is_away or time.monotonic() >= end

        done = work_through(due, by="active_at", work=mail_one, limit=limit, is_over=is_over)
    if server.fault:
        raise server.fault
    return done


def _try_to_mail(conversation_id: UUID, server: MailServer, now: datetime) -> bool:
    if is_put_off(conversation_id, now):
        return False
    try:
        return mail_answer(conversation_id, server, now)
    except MailServerAway:
        return False
    except MailCutOff:
        put_off(conversation_id, now)
        raise


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


def mail_answer(conversation_id: UUID, server: MailServer, now: datetime) -> bool:
    """Mail the answers that wait in one conversation and note it there; tells whether a mail was sent. Raises what
    `MailServer.send` does, but for refusals for good.

    No lock on the conversation while the mail server is spoken to: its visitor goes on writing. Of several workers
    one does it.
    """
    with transaction.atomic():
        if not _is_ours(conversation_id):
            return False
        answer = find_answer(conversation_id, now)
        if answer is None:
            return False
        is_refused = not _send(answer, server)
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


@contextmanager
def _one_run() -> Iterator[bool]:
    """Tell whether this is the brand's only run. The lock is the session's: a worker that dies gives it back."""
    name = f"mails of {current_tenant().pk}"
    is_ours = _call_lock("pg_try_advisory_lock", name)
    try:
        yield is_ours
    finally:
        if is_ours and connection.is_usable():
            _call_lock("pg_advisory_unlock", name)


def _is_ours(conversation_id: UUID) -> bool:
    return _call_lock("pg_try_advisory_xact_lock", f"mail {conversation_id}")


def _call_lock(function: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


def _send(answer: Answer, server: MailServer) -> bool:
    """Tell whether the mail server took it; not where it never will. Raises what another try may mend."""
    try:
        server.send(make_mail(answer))
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


def make_mail(answer: Answer) -> EmailMultiAlternatives:
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
