"""The console in a browser: first paint, and scrolling through ten thousand rows, frame by frame."""

import shutil
import statistics
from datetime import timedelta
from typing import Any

from benchmarks.plan import Plan, Step
from benchmarks.site import HOST, Cast, Variant, running

FRAME_MS = 1000 / 60
PIXELS_A_FRAME = 320  # five rows: faster than anybody reads, as fast as a thrown scroll
MAX_SECONDS = 240

# Moves the list by so many pixels in each frame until its end, and notes how long each frame took. A frame that took
# longer than one and a half was late: the display showed the one before it again.
SCROLL = """
([pixels, seconds]) => new Promise((done) => {
  const list = document.querySelector(".rows");
  const frames = [];
  let last = performance.now(), began = last, still = 0;
  const step = (now) => {
    frames.push(now - last);
    last = now;
    const before = list.scrollTop;
    list.scrollTop = before + pixels;
    still = list.scrollTop === before ? still + 1 : 0;
    if (still > 90 || now - began > seconds * 1000) done({frames: frames.slice(1, -90), bottom: list.scrollTop});
    else requestAnimationFrame(step);
  };
  list.scrollTop = 0;
  requestAnimationFrame(step);
})
"""
WATCH_SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifts += one.value; })
  .observe({type: "layout-shift", buffered: true});
"""
PAINT = """
() => performance.getEntriesByType("paint").find((one) => one.name === "first-contentful-paint")?.startTime ?? null
"""


def console(cast: Cast, variant: Variant, plan: Plan, step: Step) -> dict[str, Any]:
    """Median of several loads, files cached as on any but the first day; then down the whole list twice."""
    from playwright.sync_api import sync_playwright

    step(f"console: put in {plan.rows} conversations")
    _fill(plan.rows)
    with running(variant, 1) as [web], sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-browser"),
            args=["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1"],
        )
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
        address = f"http://{HOST}:{web.port}"
        context.add_cookies([{"name": "kefu_session", "value": cast.sessions[0], "url": address}])
        context.add_init_script(WATCH_SHIFTS)
        page = context.new_page()
        paints, rows = [], []
        for number in range(plan.starts + 1):
            step(f"console: load {number} of {plan.starts}")
            page.goto(f"{address}/console/?view=all")
            page.wait_for_selector(".row")
            rows.append(page.evaluate("performance.now()"))
            paints.append(page.evaluate(PAINT))
        step("console: scroll, paging ahead")
        paging = page.evaluate(SCROLL, [PIXELS_A_FRAME, MAX_SECONDS])
        step("console: scroll, all there")
        again = page.evaluate(SCROLL, [PIXELS_A_FRAME, MAX_SECONDS])
        shifts = page.evaluate("window.shifts")
        browser.close()
    return {
        "rows": plan.rows,
        "first_paint_ms": round(statistics.median(paints[1:])),
        "rows_shown_ms": round(statistics.median(rows[1:])),
        "reached": round(again["bottom"] / 64),
        "layout_shift": round(shifts, 4),
        **_frames("paging", paging["frames"]),
        **_frames("all", again["frames"]),
    }


def _frames(name: str, frames: list[float]) -> dict[str, Any]:
    late = [frame for frame in frames if frame > 1.5 * FRAME_MS]
    missed = sum(round(frame / FRAME_MS) - 1 for frame in late)
    return {
        f"{name}_frames": len(frames),
        f"{name}_dropped": missed,
        f"{name}_dropped_percent": round(100 * missed / max(1, len(frames) + missed), 2),
        f"{name}_longest_ms": round(max(frames, default=0)),
        f"{name}_p99_ms": round(sorted(frames)[int(len(frames) * 0.99)], 1) if frames else None,
    }


def _fill(count: int) -> None:
    from django.utils import timezone

    from agents.models import Queue
    from chat.models import Conversation, Visitor
    from tenants.context import in_tenant
    from tenants.models import Tenant

    now = timezone.now()
    with in_tenant(Tenant.objects.get(slug="bench")):
        queue = Queue.objects.get()
        visitors = Visitor.objects.bulk_create([Visitor(name=f"Row {n}") for n in range(count)], batch_size=2000)
        Conversation.objects.bulk_create(
            [
                Conversation(
                    visitor=visitor,
                    queue_id=queue.pk,
                    queue_name=queue.name,
                    waiting_since=now - timedelta(seconds=n),
                    queued_at=now - timedelta(seconds=n),
                    last_message_preview=f"Where is my parcel number {n}? It should have come on Monday.",
                    last_message_at=now - timedelta(seconds=n),
                    last_author_kind="visitor",
                    unread_count=n % 4,
                    priority=1 + n % 4,
                    active_at=now - timedelta(seconds=n),
                )
                for n, visitor in enumerate(visitors)
            ],
            batch_size=2000,
        )
