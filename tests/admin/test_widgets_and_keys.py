from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from chat.models import Widget
from tenants.context import in_tenant
from tenants.keys import find_key
from tenants.models import ApiKey, Tenant

WIDGET = {"name": "Shop", "allowed_origins": "https://shop.example.com\n", "greeting_en": "Hi"}


@pytest.fixture(autouse=True)
def put_back(acme: Tenant, acme_widget: Widget) -> Iterator[None]:
    yield
    with in_tenant(acme):
        LogEntry.objects.all().delete()
        Widget.objects.exclude(pk=acme_widget.pk).delete()
        acme_widget.save()
    ApiKey.objects.filter(tenant=acme, name__in=["Shop", "Shop system"]).delete()


def add_widget(client: Client, acme: Tenant, **values: Any) -> Widget:
    client.post("/admin/chat/widget/add/", WIDGET | values)
    with in_tenant(acme):
        return Widget.objects.get(name="Shop")


def test_a_widget_comes_with_a_live_key_and_its_tag(alice_admin: Client, acme: Tenant) -> None:
    widget = add_widget(alice_admin, acme)
    key = find_key(widget.public_key, kind=ApiKey.Kind.PUBLISHABLE)
    assert key is not None
    assert key.tenant == acme
    page = alice_admin.get(f"/admin/chat/widget/{widget.pk}/change/").content.decode()
    assert "http://acme.localhost:8000/kefu.js" in page
    assert widget.public_key in page
    assert widget.identity_secret not in page


@pytest.mark.parametrize("origin", ["shop.example.com", "https://shop.example.com/path", "javascript:alert(1)", "null"])
def test_refuses_what_is_no_origin(origin: str, alice_admin: Client, acme: Tenant) -> None:
    answer = alice_admin.post("/admin/chat/widget/add/", WIDGET | {"allowed_origins": origin})
    assert answer.status_code == 200
    assert "is not an origin" in answer.content.decode()


def test_origins_are_one_per_line(alice_admin: Client, acme: Tenant) -> None:
    text = "https://Shop.example.com/\r\n\r\nhttp://localhost:3000\r\nhttps://shop.example.com"
    widget = add_widget(alice_admin, acme, allowed_origins=text)
    assert widget.allowed_origins == ["https://shop.example.com", "http://localhost:3000"]


def test_the_widget_is_told_what_to_ask_before_the_chat(alice_admin: Client, acme: Tenant) -> None:
    widget = add_widget(alice_admin, acme, ask=["name", "email"])
    assert widget.theme == {"ask": ["name", "email"]}
    change = f"/admin/chat/widget/{widget.pk}/change/"
    assert alice_admin.post(change, WIDGET | {"ask": ["email"]}).status_code == 302
    assert "checked" in alice_admin.get(change).content.decode()
    with in_tenant(acme):
        assert Widget.objects.get(pk=widget.pk).theme == {"ask": ["email"]}
    answer = alice_admin.post(change, WIDGET | {"ask": ["password"]})
    assert answer.status_code == 200
    with in_tenant(acme):
        assert Widget.objects.get(pk=widget.pk).theme == {"ask": ["email"]}


def test_keys_and_secrets_cannot_be_set_by_hand(alice_admin: Client, acme: Tenant, acme_widget: Widget) -> None:
    extra = {"public_key": "kf_pk_mine", "identity_secret": "mine", "id": "01a206ef-0000-7000-8000-000000000000"}
    answer = alice_admin.post(f"/admin/chat/widget/{acme_widget.pk}/change/", WIDGET | extra)
    assert answer.status_code == 302
    with in_tenant(acme):
        after = Widget.objects.get(pk=acme_widget.pk)
    assert after.name == "Shop"
    assert (after.public_key, after.identity_secret) == (acme_widget.public_key, acme_widget.identity_secret)


def test_the_identity_secret_is_shown_and_renewed_only_on_post(
    alice_admin: Client, acme: Tenant, acme_widget: Widget
) -> None:
    show, renew = (f"/admin/chat/widget/{acme_widget.pk}/{name}/" for name in ("show_identity_secret", "renew_secret"))
    assert acme_widget.identity_secret not in alice_admin.get(show).content.decode()
    assert acme_widget.identity_secret in alice_admin.post(show).content.decode()
    alice_admin.get(renew)
    with in_tenant(acme):
        assert Widget.objects.get(pk=acme_widget.pk).identity_secret == acme_widget.identity_secret
    page = alice_admin.post(renew).content.decode()
    with in_tenant(acme):
        renewed = Widget.objects.get(pk=acme_widget.pk).identity_secret
        assert LogEntry.objects.count() == 2, "both are in the brand's history"
    assert renewed != acme_widget.identity_secret
    assert renewed in page


def test_deleting_a_widget_revokes_its_key(alice_admin: Client, acme: Tenant) -> None:
    widget = add_widget(alice_admin, acme)
    alice_admin.post(f"/admin/chat/widget/{widget.pk}/delete/", {"post": "yes"})
    assert find_key(widget.public_key, kind=ApiKey.Kind.PUBLISHABLE) is None


def test_a_secret_key_is_shown_once_and_can_be_revoked(alice_admin: Client, acme: Tenant) -> None:
    form = {"name": "Shop system", "visitors:read": "on", "tenant": "x", "kind": "publishable", "hash": "x"}
    page = alice_admin.post("/admin/tenants/apikey/add/", form).content.decode()
    text = next(word for word in page.replace("<", " ").replace(">", " ").split() if word.startswith("kf_sk_"))
    key = find_key(text, kind=ApiKey.Kind.SECRET)
    assert key is not None
    assert (key.tenant, key.scopes) == (acme, ["visitors:read"])
    assert text not in alice_admin.get(f"/admin/tenants/apikey/{key.pk}/change/").content.decode()
    alice_admin.get(f"/admin/tenants/apikey/{key.pk}/revoke/")
    assert find_key(text, kind=ApiKey.Kind.SECRET) is not None
    alice_admin.post(f"/admin/tenants/apikey/{key.pk}/revoke/")
    assert find_key(text, kind=ApiKey.Kind.SECRET) is None


def test_a_key_that_may_nothing_is_refused(alice_admin: Client, acme: Tenant) -> None:
    """A key without scopes may do everything: that never comes from leaving all boxes empty."""
    assert alice_admin.post("/admin/tenants/apikey/add/", {"name": "Shop system"}).status_code == 200
    assert not ApiKey.objects.filter(tenant=acme, name="Shop system").exists()


def test_brand_settings_change_only_what_they_show(alice_admin: Client, acme: Tenant) -> None:
    form = {"name": "Acme", "accent": "#2563eb", "locale": "en", "idle_close_minutes": 60}
    form |= {
        "reopen_hours": 12,
        "edit_minutes": 5,
        "archive_after_days": 9,
        "slug": "evil",
        "schema_name": "public",
        "status": "suspended",
    }
    assert alice_admin.post(f"/admin/tenants/tenant/{acme.pk}/change/", form).status_code == 302
    after = Tenant.objects.get(pk=acme.pk)
    assert (after.idle_close_minutes, after.reopen_hours, after.archive_after_days) == (60, 12, 9)
    assert after.edit_minutes == 5
    assert (after.slug, after.schema_name, after.status) == (acme.slug, acme.schema_name, "active")
    acme.save()
