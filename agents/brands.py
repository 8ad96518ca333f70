"""The brands that a staff account works for: what the brand switcher offers."""

from typing import Any

from django.core.cache import cache

from agents.models import Agent
from tenants.context import for_each_tenant, in_public
from tenants.models import Domain, Tenant, User

CACHE_SECONDS = 30


def brands_of(user: User, *, scheme: str, host: str) -> list[dict[str, Any]]:
    """Brands with an active Agent row of this account, each with its address as seen from `host` (the port is kept)."""
    # Asks every brand; the switcher may be half a minute late, entering a brand is checked there and then.
    key = f"brands-of:{user.pk.hex}"
    facts: list[dict[str, Any]] = cache.get_or_set(key, lambda: _find(user), CACHE_SECONDS) or []
    _, colon, port = host.rpartition(":") if not host.endswith("]") else ("", "", "")
    suffix = f"{colon}{port}/" if colon else "/"
    return [{**fact, "url": f"{scheme}://{fact['url']}{suffix}"} for fact in facts]


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
