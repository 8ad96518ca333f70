"""axe-core in a page or frame: what it finds, in words that tell where."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

# Rules of WCAG 2.2 A and AA, and axe's own of what is good practice.
OPTIONS = {"resultTypes": ["violations"]}


def violations(place: Page | Frame) -> list[str]:
    """Return one line for each element that axe has something against.

    Open the context with `reduced_motion="reduce"`: a colour that fades in is none that somebody reads.
    """
    found = Axe().run(place, options=OPTIONS).response["violations"]  # type: ignore[arg-type]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']} {node['html'][:160]} {node.get('failureSummary', '')}"
        for rule in found
        for node in rule["nodes"]
    ]
