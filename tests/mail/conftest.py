"""A mail server that takes what it is given, and Vera's message that was left at acme."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from agents.authors import author_of
from chat.left_messages import Contact, leave_message
from chat.messages import MessageDraft, post_message
from chat.models import Conversation
from kefu_project.embedded.ports import free_port
from tenants.context import in_tenant


class Postbox:
    """What arrived. `answers` may hold what the server says instead of taking it, by address; `to_data` to the mail."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.to_data = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.to_data


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": server.port, "MAIL_URL": "smtp://…", "MAIL_FROM": "help@kefu.test"}
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", **mail):
        yield box
    server.stop()


@pytest.fixture
def left(acme, vera, now) -> Iterator[Conversation]:
    """What Vera left; the test is inside acme."""
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), text="Where is my tent?")
        leave_message(vera, contact=Contact("vera@example.test"), widget=None, draft=draft, now=now)
        yield Conversation.objects.get()


@pytest.fixture
def answer(left, alice):
    def _answer(text, at):
        draft = MessageDraft(uuid4(), text=text)
        return post_message(left.pk, author=author_of(alice), draft=draft, now=at).message

    return _answer
