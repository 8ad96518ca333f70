"""From what was typed to the row that was meant; what is not there is answered with what is."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .output import fail

if TYPE_CHECKING:
    from tenants.models import Tenant


def find_brand(slug: str) -> "Tenant":
    """The brand with this slug; ends the command when there is none."""
    from tenants.models import Tenant

    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        slugs = list(Tenant.objects.order_by("slug").values_list("slug", flat=True))
        fail(f"There is no brand {slug!r}.", did_you_mean(slug, slugs) or "See `kefu brand list`.")
    return tenant


def did_you_mean(typed: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(typed, known, n=1)
    return f"Did you mean {close[0]}?" if close else ""
