"""axe-core in a page or frame: what it finds, in words that tell where."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

# Rules of WCAG 2.2 A and AA, and axe's own of what is good practice.
OPTIONS = {"resultTypes": ["violations"]}

# A colour that still fades in is none that somebody reads. What turns for ever, like a spinner, is not waited for.
SETTLED = """() => Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => {})))"""


def violations(place: Page | Frame) -> list[str]:
    """Return one line for each element that axe has something against."""
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in _found(place)
        for node in rule["nodes"]
    ]


def serious(place: Page | Frame, within: str | None = None) -> list[str]:
    """Return one line for each element with a serious or critical fault, of the whole place or `within` a selector."""
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in _found(place, within)
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def _found(place: Page | Frame, within: str | None = None) -> list[dict[str, Any]]:
    place.evaluate(SETTLED)
    found = Axe().run(place, context=within, options=OPTIONS)  # type: ignore[arg-type]
    return list(found.response["violations"])
