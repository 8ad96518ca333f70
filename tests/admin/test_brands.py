"""The installation's admin site: brands are made, suspended and deleted whole."""

import html
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from agents.models import Agent
from tenants.context import in_tenant
from tenants.leftovers import files_of
from tenants.models import Domain, Tenant, User
from tenants.provisioning import delete_brand
from tests.admin.pages import remove_accounts, shown_password
from tests.conftest import PASSWORD

FORM = {
    "name": "Initech",
    "slug": "initech",
    "domains": "initech.localhost",
    "accent": "#7c3aed",
    "locale": "zh-hans",
    "admin_name": "Bill",
    "admin_email": "bill@initech.test",
}


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    yield
    for tenant in Tenant.objects.exclude(slug__in=["acme", "globex"]):
        delete_brand(tenant)
    for name in ("bill", "gone", "ann"):
        remove_accounts(f"{name}@initech.test")


def add_brand(client: Client, **values: Any) -> Any:
    return client.post("/admin/tenants/tenant/add/", FORM | values)


def test_adding_a_brand_makes_all_of_it(kim_admin: Client) -> None:
    page = add_brand(kim_admin).content.decode()
    tenant = Tenant.objects.get(slug="initech")
    with in_tenant(tenant):
        admin = Agent.objects.select_related("user").get()
    password = shown_password(page)
    assert (admin.role, admin.user.check_password(password)) == ("admin", True)
    assert "http://initech.localhost:8000/console/" in page
    client = Client(HTTP_HOST="initech.localhost:8000")
    answer = client.post("/account/sign-in?next=/admin/", {"email": "bill@initech.test", "password": password})
    assert answer["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"slug": "acme"}, "already a brand"),
        ({"slug": "Not A Slug"}, "is not a slug"),
        ({"domains": "acme.localhost"}, "already belongs"),
        ({"domains": "http://x"}, "is not a host name"),
        ({"accent": "blue"}, "is not a colour"),
    ],
)
def test_refusals_stand_beside_their_field(values: dict[str, str], sentence: str, kim_admin: Client) -> None:
    answer = add_brand(kim_admin, **values)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert Tenant.objects.count() == 2


def test_a_brand_without_its_first_admin_is_not_made(kim_admin: Client) -> None:
    User.objects.create_user("gone@initech.test", PASSWORD, name="Gone", is_active=False)
    answer = add_brand(kim_admin, admin_email="gone@initech.test")
    assert "is deactivated" in answer.content.decode()
    assert not Tenant.objects.filter(slug="initech").exists()


def test_only_the_shown_fields_can_be_set(kim_admin: Client) -> None:
    add_brand(kim_admin, schema_name="public", status="suspended", epoch="x")
    tenant = Tenant.objects.get(slug="initech")
    assert (tenant.schema_name, tenant.status) == ("brand_initech", "active")


def test_suspending_and_activating(kim_admin: Client) -> None:
    add_brand(kim_admin)
    tenant = Tenant.objects.get(slug="initech")
    brand = Client(HTTP_HOST="initech.localhost:8000")
    kim_admin.get(f"/admin/tenants/tenant/{tenant.pk}/suspend/")
    assert brand.get("/account/sign-in").status_code == 200
    kim_admin.post(f"/admin/tenants/tenant/{tenant.pk}/suspend/")
    assert brand.get("/account/sign-in").status_code == 404
    kim_admin.post(f"/admin/tenants/tenant/{tenant.pk}/activate/")
    assert brand.get("/account/sign-in").status_code == 200


def test_deleting_says_what_is_left(kim_admin: Client, settings: Any) -> None:
    add_brand(kim_admin)
    tenant = Tenant.objects.get(slug="initech")
    files_of(tenant.pk).parent.mkdir(parents=True, exist_ok=True)
    files_of(tenant.pk).touch()  # no folder, so that it resists
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = kim_admin.post(f"/admin/tenants/tenant/{tenant.pk}/remove/", {"typed": "initech"}, follow=True)
    assert answer.redirect_chain == [("/admin/tenants/tenant/", 302)]
    page = html.unescape(answer.content.decode())
    assert str(files_of(tenant.pk)) in page and tenant.pk.hex in page
    assert not Tenant.objects.filter(pk=tenant.pk).exists()
    files_of(tenant.pk).unlink()


def test_deleting_asks_for_the_slug(kim_admin: Client) -> None:
    add_brand(kim_admin)
    tenant = Tenant.objects.get(slug="initech")
    remove = f"/admin/tenants/tenant/{tenant.pk}/remove/"
    assert kim_admin.post(remove, {"typed": "acme"}).status_code == 422
    assert kim_admin.post(f"/admin/tenants/tenant/{tenant.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Tenant.objects.filter(pk=tenant.pk).exists()
    assert kim_admin.post(remove, {"typed": "initech"}).status_code == 302
    assert not Tenant.objects.filter(pk=tenant.pk).exists()


def test_host_names_come_and_go_but_one_stays(kim_admin: Client, acme: Tenant) -> None:
    kim_admin.post("/admin/tenants/domain/add/", {"tenant": acme.pk, "domains": "Second.Acme.example"})
    second = Domain.objects.get(domain="second.acme.example")
    assert Client(HTTP_HOST="second.acme.example").get("/account/sign-in").status_code == 200
    kim_admin.post(f"/admin/tenants/domain/{second.pk}/delete/", {"post": "yes"})
    assert Client(HTTP_HOST="second.acme.example").get("/account/sign-in").status_code == 404
    last = Domain.objects.get(tenant=acme)
    assert kim_admin.post(f"/admin/tenants/domain/{last.pk}/delete/", {"post": "yes"}).status_code == 403


def test_accounts_are_made_and_get_new_passwords(kim_admin: Client, bob: Agent) -> None:
    page = kim_admin.post("/admin/tenants/user/add/", {"name": "Ann", "email": "ann@initech.test"}).content.decode()
    ann = User.objects.get(email="ann@initech.test")
    assert not ann.is_installation_admin
    word = shown_password(page)
    assert ann.check_password(word)
    kim_admin.get(f"/admin/tenants/user/{ann.pk}/reset_password/")
    assert User.objects.get(pk=ann.pk).check_password(word)
    kim_admin.post(f"/admin/tenants/user/{ann.pk}/reset_password/")
    assert not User.objects.get(pk=ann.pk).check_password(word)


def test_nobody_sets_password_hashes_or_locks_oneself_out(kim_admin: Client, kim: User) -> None:
    form = {"name": "Kim", "locale": "", "password": "x", "email": "evil@initech.test"}
    assert kim_admin.post(f"/admin/tenants/user/{kim.pk}/change/", form).status_code == 302
    after = User.objects.get(pk=kim.pk)
    assert (after.password, after.email) == (kim.password, kim.email)
    assert (after.is_active, after.is_installation_admin) == (True, True)
