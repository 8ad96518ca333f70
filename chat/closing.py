"""Connections whose right to be there has ended are closed, on every process, within a moment."""

from chat.fanout import announce_close, brand_topic
from chat.protocol import CLOSE_AUTHENTICATION
from tenants.models import Tenant
from tenants.signals import brand_suspended


def close_brand(sender: object, tenant: Tenant, **_: object) -> None:
    """Close everything that is open at a suspended brand; its hosts answer 404 from now on."""
    announce_close(brand_topic(tenant), CLOSE_AUTHENTICATION)


brand_suspended.connect(close_brand, dispatch_uid="close-brand")
