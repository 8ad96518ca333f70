"""What visitors and agents load: committed, small enough (docs/widget.md), and what the sources say."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "static" / "kefu"
FRONTEND = ROOT / "frontend"
KILOBYTE = 1024


def gzip_size(*names: str) -> int:
    return sum(len(gzip.compress((BUILT / name).read_bytes(), 9, mtime=0)) for name in names)


@pytest.mark.parametrize(
    ("names", "kilobytes"),
    [
        (("loader.js",), 4),
        (("loader.js", "widget.en.js", "widget.css"), 30),
        (("loader.js", "widget.zh-Hans.js", "widget.css"), 30),
        (("console.js", "console.css"), 120),
        (("reports.js", "reports.css"), 90),
    ],
    ids=["loader", "whole widget", "whole widget in Chinese", "console", "reports"],
)
def test_stays_within_its_budget(names: tuple[str, ...], kilobytes: int) -> None:
    assert gzip_size(*names) <= kilobytes * KILOBYTE


@pytest.mark.parametrize(
    "name",
    [
        "loader.js",
        "widget.en.js",
        "widget.zh-Hans.js",
        "widget.css",
        "shop.js",
        "shop.css",
        "console.js",
        "console.css",
        "reports.js",
        "reports.css",
    ],
)
def test_is_committed(name: str) -> None:
    assert (BUILT / name).stat().st_size > 0


def test_nothing_is_loaded_from_elsewhere() -> None:
    for file in BUILT.glob("*.css"):
        text = file.read_text(encoding="utf-8")
        assert "@import" not in text and "url(http" not in text and "url(//" not in text, file.name


def test_the_lock_names_no_registry() -> None:
    assert '"resolved"' not in (FRONTEND / "package-lock.json").read_text(encoding="utf-8")


@pytest.mark.skipif(
    shutil.which("node") is None or not (FRONTEND / "node_modules").is_dir(),
    reason="needs Node and frontend/node_modules (npm ci)",
)
@pytest.mark.parametrize("script", ["check", "test"])
def test_sources_and_bundles_agree(script: str) -> None:
    """Types, a rebuild compared with what is committed, and the engine's own tests."""
    done = subprocess.run(["npm", "run", "--silent", script], cwd=FRONTEND, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
