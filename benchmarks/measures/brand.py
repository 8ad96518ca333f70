"""P13: a new brand, from the call of `create_brand` until it can be used: its schema, its first queue and widget."""

import statistics
import time
from typing import Any

from benchmarks.plan import Plan, Step
from benchmarks.site import Cast, Variant


def p13(_cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """Median of several; the first, which reads all migrations, is told apart."""
    from django.utils import timezone

    from tenants.provisioning import create_brand

    took = []
    for number in range(plan.starts + 1):
        step(f"P13 {variant.name}: brand {number} of {plan.starts}")
        began = time.perf_counter()
        name = f"new{number}"
        create_brand(slug=name, name=name, domains=[f"{name}.localhost"], now=timezone.now())
        took.append(round(time.perf_counter() - began, 3))
    return {"first_s": took[0], "brand_s": statistics.median(took[1:]), "brands": took[1:]}
