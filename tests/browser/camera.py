"""Pictures for the docs. Which are kept is said by the docs themselves: a name there is a picture wanted.

A picture of a page has few colours: the 256 commonest make a file of a third of the size that nobody can tell from the
whole. Counting pixels is the browser's work; Python only writes the file.
"""

import base64
import os
import re
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.png import png_of

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "images" / "day"
WANTED = re.compile(r"images/day/([\w-]+)\.png")

# What stays: one of each sort of colour, so that a small green dot stays green, then the commonest. Each other becomes
# the nearest of them.
REDUCE = """async ([picture, most]) => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + picture)).blob());
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const bytes = context.getImageData(0, 0, width, height).data;
  const pixels = new Uint32Array(bytes.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const commonest = [...counts].sort((a, b) => b[1] - a[1]).map(([pixel]) => pixel);
  const sorts = new Map();
  for (const pixel of commonest) {
    const sort = parts(pixel).map((part) => part >> 4).join();
    const found = sorts.get(sort) ?? { pixel, count: 0 };
    found.count += counts.get(pixel);
    sorts.set(sort, found);
  }
  const firsts = [...sorts.values()].sort((a, b) => b.count - a.count).slice(0, most * 0.7).map(({ pixel }) => pixel);
  const kept = [...new Set([...firsts, ...commonest])].slice(0, most);
  const palette = kept.map(parts);
  const places = new Map(kept.map((pixel, place) => [pixel, place]));
  const nearest = (pixel) => {
    const [r, g, b] = parts(pixel);
    let best = 0, least = Infinity;
    palette.forEach(([r2, g2, b2], place) => {
      const far = 2 * (r - r2) ** 2 + 4 * (g - g2) ** 2 + 3 * (b - b2) ** 2;
      if (far < least) [best, least] = [place, far];
    });
    places.set(pixel, best);
    return best;
  };
  let text = "";
  for (const pixel of pixels) text += String.fromCharCode(places.get(pixel) ?? nearest(pixel));
  return { width, height, palette: palette.flat(), places: btoa(text) };
}"""


def wanted() -> set[str]:
    """The names of the pictures that README and docs show."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    return {name for page in pages for name in WANTED.findall(page.read_text())}


def reduce(browser: Browser, picture: bytes) -> bytes:
    """A PNG with a palette instead of three bytes a pixel."""
    page = browser.new_page()
    try:
        found = page.evaluate(REDUCE, [base64.b64encode(picture).decode(), 256])
    finally:
        page.close()
    width, height, places = found["width"], found["height"], base64.b64decode(found["places"])
    lines = b"".join(b"\0" + places[row * width : (row + 1) * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return png_of((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(lines, 9)))


class Camera:
    """Takes the pictures of one day: all into KF_SCREENS; with KF_PICTURES, those that docs show into their folder."""

    def __init__(self, browser: Browser, suffix: str) -> None:
        self.browser, self.suffix = browser, suffix
        self.all = os.environ.get("KF_SCREENS")
        self.wanted = wanted() if os.environ.get("KF_PICTURES") else set()

    def take(self, page: Page, name: str) -> None:
        whole = f"{name}-{self.suffix}"
        if not self.all and whole not in self.wanted:
            return
        page.mouse.move(1, 1)  # nothing looks pointed at
        page.wait_for_timeout(400)  # what moves has come to rest
        picture = page.screenshot()
        if self.all:
            (Path(self.all) / f"day-{whole}.png").write_bytes(picture)
        if whole in self.wanted:
            FOLDER.mkdir(parents=True, exist_ok=True)
            (FOLDER / f"{whole}.png").write_bytes(reduce(self.browser, picture))
