"""The brands that a staff account works for: what the brand switcher offers, and asking each of them the same."""

import logging
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.cache import cache

from agents.models import Agent
from chat.errors import Invalid, NotFound
from tenants.context import for_each_tenant, in_public, in_tenant
from tenants.models import Domain, Tenant, User

logger = logging.getLogger(__name__)

CACHE_SECONDS = 300
# More are not asked for one answer: whoever works for so many does not read them in one list.
MAX_BRANDS = 30

T = TypeVar("T")


def brands_of(user: User, *, scheme: str, host: str) -> list[dict[str, Any]]:
    """Brands with an active Agent row of this account, each with its address as seen from `host` (the port is kept)."""
    # Asks every brand of the installation; the switcher may be minutes late, entering is checked there and then.
    key = f"brands-of:{user.pk.hex}"
    facts: list[dict[str, Any]] = cache.get_or_set(key, lambda: _find(user), CACHE_SECONDS) or []
    _, colon, port = host.rpartition(":") if not host.endswith("]") else ("", "", "")
    suffix = f"{colon}{port}/" if colon else "/"
    return [{**fact, "url": f"{scheme}://{fact['url']}{suffix}"} for fact in facts]


def ask_brands(brands: Sequence[dict[str, Any]], ask: Callable[[Tenant], T]) -> tuple[dict[str, T], list[str]]:
    """Ask each of these brands (as `brands_of` names them) inside it, one after the other: the answers, and who failed.

    A brand that fails hides no other; one that has let the account go since (NotFound) is left out.
    """
    answers: dict[str, T] = {}
    failed: list[str] = []
    for tenant in _tenants([brand["slug"] for brand in brands]):
        try:
            with in_tenant(tenant):
                answers[tenant.slug] = ask(tenant)
        except NotFound:
            continue
        except Invalid:
            raise  # the question is wrong, not the brand
        except Exception:
            logger.exception("over all brands: one failed", extra={"brand": tenant.slug})
            failed.append(tenant.slug)
    return answers, failed


def _tenants(slugs: list[str]) -> list[Tenant]:
    with in_public():
        return list(Tenant.objects.filter(slug__in=slugs, status=Tenant.Status.ACTIVE).order_by("slug"))


def _find(user: User) -> list[dict[str, Any]]:
    here = for_each_tenant(lambda tenant: tenant if _works_here(user) else None)
    mine = [tenant for tenant in here.values() if isinstance(tenant, Tenant)]
    names = _primary_names(mine)
    return [
        {"slug": tenant.slug, "name": tenant.name, "accent": tenant.accent, "url": names[tenant.pk]}
        for tenant in mine
        if tenant.pk in names
    ]


def _works_here(user: User) -> bool:
    return Agent.objects.filter(user_id=user.pk, is_active=True).exists()


def _primary_names(tenants: list[Tenant]) -> dict[Any, str]:
    with in_public():
        domains = Domain.objects.filter(tenant__in=tenants).order_by("is_primary", "-pk")
        return {domain.tenant_id: str(domain.domain) for domain in domains}
