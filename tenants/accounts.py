"""Staff accounts: one login for all brands. What an account is in a brand is said by agents/accounts.py."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.context import in_public
from tenants.models import User
from tenants.passwords import make_password
from tenants.signals import account_signed_out


class AccountRefused(Exception):
    """An account or agent cannot be made or changed like this. `field` names what to correct, `str()` says it."""

    field = ""
    sentence = _("This account cannot be used.")

    def __init__(self, sentence: str = "", **values: str) -> None:
        super().__init__(sentence or self.sentence % values)


class BadEmail(AccountRefused):
    field = "email"
    sentence = _("“%(email)s” is not an e-mail address.")


class BadName(AccountRefused):
    field = "name"
    sentence = _("Give a name of 1 to 80 characters.")


class WeakPassword(AccountRefused):
    field = "password"


class AccountExists(AccountRefused):
    field = "email"
    sentence = _("There is already an account “%(email)s”.")


class UnknownAccount(AccountRefused):
    field = "email"
    sentence = _("There is no account “%(email)s”.")


def create_account(
    *, email: str, name: str, password: str | None = None, is_installation_admin: bool = False, now: datetime
) -> tuple[User, str]:
    """Make a staff account and return it with its password, generated when none is given."""
    email, name = clean_email(email), clean_name(name)
    if User.objects.filter(email=email).exists():
        raise AccountExists(email=email)
    user = User(email=email, name=name, is_installation_admin=is_installation_admin, created_at=now)
    given = make_password() if password is None else _checked(password, user)
    user.set_password(given)
    user.save(force_insert=True)
    return user, given


def reset_password(email: str) -> str:
    """Give the account a generated password and return it. All of its sessions end, in every brand."""
    with in_public(), transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
        if user is None:
            raise UnknownAccount(email=email)
        password = make_password()
        user.set_password(password)
        user.save(update_fields=["password"])
    account_signed_out.send(User, user=user)
    return password


def change_password(user: User, password: str) -> None:
    """Give the account the password that its owner chose. All of its sessions end, in every brand."""
    user.set_password(password)
    user.save(update_fields=["password"])
    account_signed_out.send(User, user=user)


def change_account(user: User, fields: Sequence[str]) -> None:
    """Save these fields of the account. Deactivated, it is signed out everywhere."""
    user.save(update_fields=fields)
    if "is_active" in fields and not user.is_active:
        account_signed_out.send(User, user=user)


def clean_email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise BadEmail(email=text) from None
    return email


def clean_name(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= 80:
        raise BadName
    return name


def _checked(password: str, user: User) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from None
    return password
