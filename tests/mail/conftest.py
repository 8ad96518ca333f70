"""A mail server that takes what it is given, and messages that were left."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.test import override_settings

from agents.authors import author_of
from chat.left_messages import Contact, leave_message
from chat.mailing import sweep_answers
from chat.messages import MessageDraft, post_message
from chat.models import Conversation, Visitor
from kefu_project.embedded.ports import free_port
from tenants.context import in_tenant


class Postbox:
    """What arrived. `answers` may hold what the server says instead of taking it, by address; `to_data` to the mail.

    `before` and `after` may hold what happens to the next mails before and after they are taken: "cut", "silence".
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.to_data = "250 OK"
        self.tried = 0
        self.before: list[str] = []
        self.after: list[str] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get(address, "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.tried += 1
        await self.suffer(self.before, server)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        await self.suffer(self.after, server)
        return self.to_data

    async def suffer(self, plan: list[str], server: SMTP) -> None:
        what = plan.pop(0) if plan else ""
        if what == "cut":
            server.transport.abort()
        if what:
            await asyncio.sleep(3600)  # until the connection ends


@pytest.fixture
def mail_port() -> Iterator[int]:
    """Where the mail server is to be; nobody listens yet."""
    mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": free_port(), "MAIL_URL": "smtp://…", "MAIL_FROM": "help@kefu.test"}
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", **mail):
        yield mail["EMAIL_PORT"]


@pytest.fixture
def open_postbox(mail_port) -> Iterator[Callable[[], Postbox]]:
    servers = []

    def _open() -> Postbox:
        box = Postbox()
        servers.append(Controller(box, hostname="127.0.0.1", port=mail_port))
        servers[-1].start()
        return box

    yield _open
    for server in servers:
        server.stop()


@pytest.fixture
def postbox(open_postbox) -> Postbox:
    return open_postbox()


@pytest.fixture
def left(acme, vera, now) -> Iterator[Conversation]:
    """What Vera left; the test is inside acme."""
    with in_tenant(acme):
        draft = MessageDraft(uuid4(), text="Where is my tent?")
        leave_message(vera, contact=Contact("vera@example.test"), widget=None, draft=draft, now=now)
        yield Conversation.objects.get()


@pytest.fixture
def leave(acme, globex, alice, mallory, now):
    """Messages of new visitors, left and answered in a brand at `now`."""

    def _leave(tenant, count=1):
        agent = alice if tenant == acme else mallory
        with in_tenant(tenant):
            for number in range(count):
                visitor = Visitor.objects.create(name=f"Visitor {number}")
                draft = MessageDraft(uuid4(), text="Where is my tent?")
                contact = Contact(f"visitor{number}@example.test")
                left = leave_message(visitor, contact=contact, widget=None, draft=draft, now=now).message
                draft = MessageDraft(uuid4(), text="It left today.")
                post_message(left.conversation_id, author=author_of(agent), draft=draft, now=now)

    return _leave


@pytest.fixture
def sweep(now):
    """Run a brand's sweep so many minutes after `now`."""

    def _sweep(tenant, minutes):
        with in_tenant(tenant):
            return sweep_answers(now + timedelta(minutes=minutes))

    return _sweep


@pytest.fixture
def answer(left, alice):
    def _answer(text, at):
        draft = MessageDraft(uuid4(), text=text)
        return post_message(left.pk, author=author_of(alice), draft=draft, now=at).message

    return _answer
