"""Widgets: made with their publishable key, their identity secret renewed, taken away with their key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chat.fanout import announce_close, brand_topic
from chat.models import Widget
from chat.models.widget import make_identity_secret
from chat.origins import origin_allowed
from chat.protocol import CLOSE_RECONNECT
from tenants.context import current_tenant
from tenants.keys import create_key, hash_key, revoke_key
from tenants.models import ApiKey, Tenant

# Fields that say who may connect.
GATES = ("allowed_origins", "allow_apps", "enforce_identity")
GREETING_EN = "Hi! How can we help you today?"
GREETING_ZH = "您好！请问有什么可以帮您？"


def is_of_any_widget(origin: str, host: str) -> bool:
    """Tell whether a page of `origin` may read refusals: whose widget it has may not be known yet (preflight, refused
    token), so any of the current brand's will do."""
    return any(origin_allowed(origin, host, widget) for widget in Widget.objects.all())


def gates_of(widget: Widget) -> int:
    """A mark of who may connect through the widget, for the memory of this process."""
    return _mark([getattr(widget, name) for name in GATES])


def gates_of_all() -> dict[UUID, int]:
    """The marks of the current brand's widgets as they are now."""
    return {pk: _mark(gates) for pk, *gates in Widget.objects.values_list("pk", *GATES)}


def _mark(gates: list[Any]) -> int:
    return hash(str(gates))


def create_widget(*, name: str, now: datetime) -> Widget:
    """Make a widget of the current brand together with the publishable key that its embeds carry."""
    widget = Widget(name=name, greeting_en=GREETING_EN, greeting_zh=GREETING_ZH, created_at=now)
    add_widget(widget, now)
    return widget


def add_widget(widget: Widget, now: datetime) -> None:
    """Save a widget that is new, with a fresh publishable key."""
    with transaction.atomic():
        _row, widget.public_key = create_key(current_tenant(), kind=ApiKey.Kind.PUBLISHABLE, name=widget.name, now=now)
        widget.save(force_insert=True)


def change_widget(widget: Widget, fields: Sequence[str]) -> None:
    """Save these fields of the widget. Who is connected asks again where it is decided anew who may be."""
    with transaction.atomic():
        widget.save(update_fields=fields)
        if not set(GATES).isdisjoint(fields):
            _let_all_ask_again()


def remove_widget(widget: Widget, now: datetime) -> None:
    """Delete the widget and revoke its key: embeds of it stop working at once. Its conversations stay."""
    with transaction.atomic():
        key = ApiKey.objects.filter(tenant=current_tenant(), hash=hash_key(widget.public_key)).first()
        if key:
            revoke_key(key, now)
        widget.delete()
        _let_all_ask_again()


def renew_identity_secret(widget: Widget) -> str:
    """Give the widget a new identity secret and return it. Identity tokens signed with the old one are refused."""
    widget.identity_secret = make_identity_secret()
    Widget.objects.filter(pk=widget.pk).update(identity_secret=widget.identity_secret)
    return widget.identity_secret


def _let_all_ask_again() -> None:
    """Visitors' connections do not follow their widget: it changes once a month, and each of them would pay for it."""
    announce_close(brand_topic(current_tenant()), CLOSE_RECONNECT)


def furnish_brand(tenant: Tenant, now: datetime) -> None:
    """A new brand starts with one widget (see settings.BRAND_STEPS)."""
    create_widget(name=tenant.name, now=now)
