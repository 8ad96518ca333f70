from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from agents.models import (
    Agent,
    AutomationRule,
    Calendar,
    CannedReply,
    Macro,
    Queue,
    SavedView,
    Skill,
    SlaPolicy,
)
from chat.models import Conversation, Message, Rating, Tag, VisitorNote, Widget
from kefu_project.demo import brands as demo
from kefu_project.demo import talks as demo_talks
from tenants.context import in_tenant
from tenants.models import ApiKey, Tenant, User
from tenants.provisioning import delete_brand


@pytest.fixture(scope="module")
def now() -> datetime:
    return timezone.now()


@pytest.fixture(scope="module")
def logins(brands: dict[str, Tenant], now: datetime) -> Iterator[list[demo.DemoLogin]]:
    """The demo beside the tests' own brands: its slugs get a prefix. Made once, since that takes seconds."""
    copies = tuple(replace(brand, slug=f"demo-{brand.slug}") for brand in demo.BRANDS)
    talks = {f"demo-{slug}": talks for slug, talks in demo_talks.TALKS.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "BRANDS", copies)
        patch.setattr(demo_talks, "TALKS", talks)
        yield demo.create_demo(now)
    for tenant in Tenant.objects.filter(slug__startswith="demo-"):
        delete_brand(tenant)
    people = [person for brand in copies for person in brand.people]
    emails = [person.email for person in (*people, demo.BOTH, demo.INSTALLATION_ADMIN)]
    User.objects.filter(email__in=emails)._raw_delete("default")


def test_makes_two_brands_that_can_be_used_at_once(logins: list[demo.DemoLogin]) -> None:
    for slug in ("demo-acme", "demo-globex"):
        with in_tenant(Tenant.objects.get(slug=slug)):
            assert Agent.objects.count() == 4
            assert Queue.objects.count() == 2
            assert Widget.objects.get().greeting_zh
            assert {"waiting", "assigned", "closed"} == set(Conversation.objects.values_list("status", flat=True))
            assert Agent.objects.filter(user__email=demo.BOTH.email).exists()
    assert len(logins) == 8
    for login in logins:
        assert User.objects.get(email=login["email"]).check_password(login["password"])


def test_its_logs_have_no_holes_and_go_forward(logins: list[demo.DemoLogin], now: datetime) -> None:
    with in_tenant(Tenant.objects.get(slug="demo-acme")):
        for conversation in Conversation.objects.all():
            log = list(Message.objects.filter(conversation=conversation).order_by("seq"))
            assert [entry.seq for entry in log] == list(range(1, conversation.last_seq + 1))
            assert [entry.created_at for entry in log] == sorted(entry.created_at for entry in log)
            assert log[-1].created_at <= now


def test_doing_it_again_changes_nothing(logins: list[demo.DemoLogin], now: datetime) -> None:
    counts = User.objects.count(), ApiKey.objects.count()
    assert demo.create_demo(now) == logins
    assert (User.objects.count(), ApiKey.objects.count()) == counts


def test_a_changed_password_is_not_shown(logins: list[demo.DemoLogin]) -> None:
    user = User.objects.get(email=demo.BOTH.email)
    before = user.password
    user.set_password("my own secret words")
    user.save()
    shown = {login["email"]: login["password"] for login in demo.demo_logins()}
    User.objects.filter(pk=user.pk).update(password=before)
    assert shown[demo.BOTH.email] == ""
    assert shown[demo.INSTALLATION_ADMIN.email] != ""


def test_keeps_its_secrets_to_the_owner(logins: list[demo.DemoLogin]) -> None:
    path = settings.DATA_DIR / "secrets" / demo.FILE
    assert path.stat().st_mode & 0o077 == 0


def test_its_desks_are_furnished(logins: list[demo.DemoLogin]) -> None:
    for slug in ("demo-acme", "demo-globex"):
        with in_tenant(Tenant.objects.get(slug=slug)):
            for model in (Tag, CannedReply, Macro, SavedView, AutomationRule, SlaPolicy, Calendar, Skill):
                assert model.objects.exists(), model
            assert all({"en", "zh-hans"} == set(reply.texts) for reply in CannedReply.objects.all())
            assert Rating.objects.count() > 5
            assert VisitorNote.objects.exists()
            loads = Conversation.objects.filter(status="assigned").values_list("assignee_id", flat=True).distinct()
            assert len(loads) >= 2
