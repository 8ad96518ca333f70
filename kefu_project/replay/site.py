"""One brand as its clients find it: where it answers, the widget's key, a secret key, people who can sign in."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from kefu_project.embedded.problems import StartProblem

if TYPE_CHECKING:
    from tenants.models import Tenant


@dataclass(frozen=True)
class Login:
    email: str
    password: str


@dataclass(frozen=True)
class Site:
    slug: str
    name: str
    host: str
    address: str  # where to connect to: names like acme.localhost are known to browsers only
    port: int
    public_key: str
    secret_key: str
    logins: tuple[Login, ...]

    @property
    def authority(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.authority}"


@contextmanager
def demo_sites(slugs: Sequence[str], address: str, port: int) -> Iterator[list[Site]]:
    """The demo's brands, each with a secret key of its own that is revoked at the end. Needs Django."""
    from kefu_project.cli.noting import note_key, note_revoked
    from tenants.context import in_tenant
    from tenants.keys import create_key, revoke_key
    from tenants.models import ApiKey

    made = []
    sites = []
    try:
        for slug in slugs:
            tenant = _tenant(slug)
            now = datetime.now(UTC)
            scopes = ("conversations:read", "messages:read")
            row, secret = create_key(tenant, kind=ApiKey.Kind.SECRET, name="Demo replay", scopes=scopes, now=now)
            made.append(row)
            with in_tenant(tenant):
                note_key(row, now)
            sites.append(_site(tenant, secret, address, port))
        yield sites
    finally:
        for row in made:
            now = datetime.now(UTC)
            revoke_key(row, now)
            with in_tenant(row.tenant):
                note_revoked(row, now)


def _site(tenant: "Tenant", secret_key: str, address: str, port: int) -> Site:
    from chat.models import Widget
    from tenants.context import in_tenant

    with in_tenant(tenant):
        widget = Widget.objects.first()
    host = tenant.domains.order_by("-is_primary", "domain").values_list("domain", flat=True).first()
    logins = _logins(tenant.name)
    if widget is None or host is None or not logins:
        raise StartProblem(
            f"{tenant.name} has no widget, no domain or no demo login that still works.",
            "Start with an empty data folder: kefu up --data-dir ANOTHER.",
        )
    return Site(tenant.slug, tenant.name, host, address, port, widget.public_key, secret_key, logins)


def _logins(brand: str) -> tuple[Login, ...]:
    from kefu_project.demo.brands import demo_logins

    found = [login for login in demo_logins() if brand in login["works_for"].split(" + ") and login["password"]]
    return tuple(Login(login["email"], login["password"]) for login in found)


def _tenant(slug: str) -> "Tenant":
    from tenants.models import Tenant

    tenant = Tenant.objects.filter(slug=slug, status=Tenant.Status.ACTIVE).first()
    if tenant is None:
        raise StartProblem(f"There is no active brand {slug}.", "`kefu brand list` names them.")
    return tenant
