from datetime import datetime, timedelta

from agents.admin.dashboard import _cards
from chat.models import Conversation, Visitor
from tenants.context import in_tenant
from tenants.models import Tenant


def test_the_median_says_how_many_were_answered(acme: Tenant, now: datetime) -> None:
    with in_tenant(acme):
        for minutes in (1, 2, 9, None, None):
            row = Conversation.objects.create(visitor=Visitor.objects.create(name="Vera"))
            replied = None if minutes is None else now + timedelta(minutes=minutes)
            Conversation.objects.filter(pk=row.pk).update(created_at=now, first_reply_at=replied)
        card = _cards(now)[-1]
    assert (card["value"], card["note"]) == ("2 min", "median of 3 conversations, 7 days")
