"""What a visitor is writing leaves the server only where the brand has said so, as it is now."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from chat import fanout, typing_preview
from chat.conversations import open_conversation
from chat.participants.visitor import VisitorParticipant
from chat.protocol import Command, Typing
from chat.tokens import VisitorIdentity
from tenants.context import in_tenant
from tenants.models import Tenant


@dataclass
class Told:
    """What left for agents."""

    texts: list[str] = field(default_factory=list)

    def note(self, _topic: str, frame: dict[str, Any]) -> None:
        self.texts.append(frame["data"]["text"])


@pytest.fixture
def told(monkeypatch):
    """Nothing is remembered, and what is published is kept here."""
    told = Told()
    monkeypatch.setattr(typing_preview, "REMEMBERED_SECONDS", 0.0)
    monkeypatch.setattr(fanout, "hint", told.note)
    typing_preview._known.clear()
    return told


def test_it_follows_the_setting_also_on_connections_that_are_open(acme, vera, acme_widget, told, now):
    with in_tenant(acme):
        conversation = open_conversation(vera, now=now)
    who = VisitorParticipant(acme, VisitorIdentity(vera, acme_widget))
    command = Command("typing.start", None, conversation.pk, Typing("I would li"))
    for shows in (False, True, False):
        Tenant.objects.filter(pk=acme.pk).update(shows_typing_preview=shows)
        asyncio.run(who.start_typing(command))
    assert told.texts == ["", "I would li", ""]


def test_it_is_remembered_for_a_few_seconds_only(acme, monkeypatch):
    monkeypatch.setattr(typing_preview, "REMEMBERED_SECONDS", 600.0)
    typing_preview._known.clear()
    assert asyncio.run(typing_preview.shows_typing_preview(acme)) is False
    Tenant.objects.filter(pk=acme.pk).update(shows_typing_preview=True)
    try:
        assert asyncio.run(typing_preview.shows_typing_preview(acme)) is False
        typing_preview._known.clear()
        assert asyncio.run(typing_preview.shows_typing_preview(acme)) is True
    finally:
        Tenant.objects.filter(pk=acme.pk).update(shows_typing_preview=False)
        typing_preview._known.clear()
