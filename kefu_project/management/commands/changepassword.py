"""`manage.py changepassword EMAIL`, instead of Django's, which ends sessions and leaves their connections open.

Here and not in tenants/: it waits for chat to have published, and notes what it did in the brands' logs.
"""

from datetime import UTC, datetime
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.fanout import finish_publishing
from kefu_project.cli.noting import note_password
from tenants.accounts import change_password
from tenants.models import User

TRIES = 3


class Command(BaseCommand):
    help = "Ask for a new password of a staff account. All of its sessions and connections end, in every brand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> str:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"There is no account “{email}”.")
        password = self._ask(user)
        try:
            change_password(user, password)
            note_password(user.email, datetime.now(UTC))
        finally:
            # The order to close is published by a thread that ends with this process.
            finish_publishing()
        return f"Password changed: {user.email}. It is signed out everywhere."

    def _ask(self, user: User) -> str:
        for _ in range(TRIES):
            password = getpass(f"New password of {user.email}: ")
            if password != getpass("Again: "):
                self.stderr.write("These are two different passwords.")
                continue
            try:
                validate_password(password, user)
            except ValidationError as error:
                self.stderr.write("\n".join(error.messages))
            else:
                return password
        raise CommandError(f"Nothing was changed after {TRIES} tries.")
