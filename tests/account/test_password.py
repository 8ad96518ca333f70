from collections.abc import Iterator

import pytest

from agents.models import Agent
from tenants.models import Tenant, User
from tests.account.conftest import SignedIn
from tests.conftest import PASSWORD

NEW = "a better horse battery"


@pytest.fixture(autouse=True)
def put_back(bob: Agent) -> Iterator[None]:
    before = User.objects.get(pk=bob.user_id).password
    yield
    User.objects.filter(pk=bob.user_id).update(password=before)


def change(client: object, old: str = PASSWORD, new: str = NEW) -> int:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return int(client.post("/account/password", form).status_code)  # type: ignore[attr-defined]


def test_keeps_this_session_and_ends_the_others(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    here, elsewhere = signed_in(bob, acme), signed_in(bob, acme)
    assert change(here) == 302
    assert here.get("/account/password").status_code == 200
    assert elsewhere.get("/account/password").status_code == 302


def test_asks_for_the_old_password(signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    assert change(signed_in(bob, acme), old="wrong") == 422
    assert User.objects.get(pk=bob.user_id).check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "password123", "bob@acme.test"])
def test_refuses_weak_passwords(weak: str, signed_in: SignedIn, bob: Agent, acme: Tenant) -> None:
    assert change(signed_in(bob, acme), new=weak) == 422
