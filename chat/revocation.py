"""Connections whose right to be there, or whose history, has ended are closed, on every process, within a moment."""

from chat.fanout import announce_close, brand_topic, key_topic
from chat.protocol import CLOSE_AUTHENTICATION, CLOSE_EPOCH
from tenants.models import ApiKey, Tenant
from tenants.signals import brand_suspended, history_replaced, key_revoked


def close_brand(sender: object, tenant: Tenant, **_: object) -> None:
    """Close everything that is open at a suspended brand; its hosts answer 404 from now on."""
    announce_close(brand_topic(tenant), CLOSE_AUTHENTICATION)


def reload_brand(sender: object, tenant: Tenant, **_: object) -> None:
    """Let everything that is open at the brand load its history anew."""
    announce_close(brand_topic(tenant), CLOSE_EPOCH)


def close_key(sender: object, key: ApiKey, **_: object) -> None:
    """Close what the key's programs have open."""
    announce_close(key_topic(key.tenant, key.pk), CLOSE_AUTHENTICATION)


brand_suspended.connect(close_brand, dispatch_uid="close-brand")
history_replaced.connect(reload_brand, dispatch_uid="reload-brand")
key_revoked.connect(close_key, dispatch_uid="close-key")
