"""The installation's one mail server, as a run of a sweep uses it, and what all brands know of one that is away
(docs/mail.md)."""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import redis
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from chat.keys import mail_away_key, mail_put_off_key
from chat.redis_clients import redis_client
from tenants.context import current_tenant

logger = logging.getLogger(__name__)

# A server that cannot be used is left alone by all brands; then one worker asks again.
AWAY_SECONDS = 60
AWAY_REMEMBERED_SECONDS = 600
# So many mails in a row that ended in a cut: it is the server, and not the mails.
CUTS = 2
# A mail that ended in a cut waits for longer than a server that is away, so that the next one has its turn; twice as
# long each time, since it may have arrived.
PUT_OFF_SECONDS = 120
PUT_OFF_AT_MOST_SECONDS = 86_400


class MailServerAway(Exception):
    """The mail server cannot be used now, or could not a moment ago."""


class MailCutOff(Exception):
    """The connection ended, or no answer came, with the mail on its way: whether it was taken is not known."""


class MailServer:
    """A connection that is opened for the first mail, and again after a cut. Closed at the end of the `with`."""

    def __init__(self, now: datetime) -> None:
        self._now = now.timestamp()
        self._mails = get_connection()
        self._is_open = self._has_asked = False
        self._cuts = 0
        self.is_away = False
        # Why it could not be opened.
        self.fault: OSError | None = None

    def __enter__(self) -> "MailServer":
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def send(self, mail: EmailMessage) -> None:
        """Raises MailServerAway, MailCutOff, or what the server answered in place of taking it (SMTPException)."""
        self._open()
        mail.connection = self._mails
        try:
            mail.send()
        except OSError as error:  # SMTPException is one
            self._hang_up()  # also where it answered: 421 ends the connection, and the next mail must not find it so
            if not _is_cut(error):
                self._note_answer()
                raise
            self._note_cut()
            raise MailCutOff(repr(error)) from error
        self._note_answer()

    def _open(self) -> None:
        if self._is_open:
            return
        if not self._may_ask():
            self.is_away = True
            raise MailServerAway
        try:
            self._mails.open()
        except OSError as error:
            self.fault = error
            self._hang_up()
            self._note_away()
            raise MailServerAway from error
        self._is_open = True

    def _hang_up(self) -> None:
        self._is_open = False
        with suppress(OSError):
            self._mails.close()

    def _may_ask(self) -> bool:
        """Tell whether no brand found the server away, or that is a while ago and we are the one who looks again."""
        if self._has_asked:
            return True
        self._has_asked = True
        with _remembering():
            until = _redis().get(_away_key())
            if until is None:
                return True
            if float(until) > self._now:
                return False
            self._cuts = CUTS - 1  # whoever looks again need not see it twice
            return bool(self._set_away() == until)
        return True

    def _note_cut(self) -> None:
        self._cuts += 1
        if self._cuts >= CUTS:
            self._note_away()

    def _note_away(self) -> None:
        self.is_away = True
        with _remembering():
            self._set_away()

    def _set_away(self) -> Any:
        """Return what stood there before."""
        return _redis().set(_away_key(), self._now + AWAY_SECONDS, ex=AWAY_REMEMBERED_SECONDS, get=True)

    def _note_answer(self) -> None:
        if self._cuts:
            with _remembering():
                _redis().delete(_away_key())
        self._cuts = 0


def is_put_off(conversation_id: UUID, now: datetime) -> bool:
    """Tell whether the last mail of this conversation ended in a cut a short while ago."""
    with _remembering():
        return _put_off(conversation_id)[1] > now.timestamp()
    return False


def put_off(conversation_id: UUID, now: datetime) -> None:
    with _remembering():
        times, _until = _put_off(conversation_id)
        rest = min(PUT_OFF_SECONDS * 2**times, PUT_OFF_AT_MOST_SECONDS)
        key = mail_put_off_key(current_tenant(), conversation_id)
        _redis().set(key, f"{times + 1} {now.timestamp() + rest}", ex=4 * rest)


def _put_off(conversation_id: UUID) -> tuple[int, float]:
    """How often in a row, and until when."""
    found = _redis().get(mail_put_off_key(current_tenant(), conversation_id))
    if found is None:
        return 0, 0.0
    times, until = found.split()
    return int(times), float(until)


@contextmanager
def _remembering() -> Iterator[None]:
    """What is remembered spares a server that is away. Without Redis mails go out all the same."""
    try:
        yield
    except (redis.RedisError, OSError):
        logger.warning("mail: nothing is known of the server, Redis does not answer", exc_info=True)


def _is_cut(error: OSError) -> bool:
    return isinstance(error, smtplib.SMTPServerDisconnected) or not isinstance(error, smtplib.SMTPException)


def _away_key() -> str:
    return mail_away_key(f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}")


def _redis() -> Any:  # redis-py types each answer for both of its flavours at once
    return redis_client()
