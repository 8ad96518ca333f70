from collections.abc import Callable, Iterator

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client

from agents.models import Agent
from chat.redis_clients import redis_client
from tenants.models import Tenant

SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def forget_failures() -> Iterator[None]:
    yield
    AccessAttempt.objects.all().delete()
    AccessFailureLog.objects.all().delete()


@pytest.fixture
def signed_in(make_session: Callable[[Agent, Tenant], str]) -> SignedIn:
    """A client with a session: `signed_in(alice, acme)`; `at` sends it to another brand's host."""

    def _client(agent: Agent, tenant: Tenant, *, at: Tenant | None = None, **options: object) -> Client:
        host = (at or tenant).domains.values_list("domain", flat=True)[0]
        client = Client(HTTP_HOST=f"{host}:8000", HTTP_ORIGIN=f"http://{host}:8000", **options)
        client.cookies["kefu_session"] = make_session(agent, tenant)
        return client

    return _client


def forget_attempts() -> None:
    client = redis_client()
    for key in client.scan_iter("kf:attempts:*"):
        client.delete(key)
