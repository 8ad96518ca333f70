"""The accent that the server computes is the one that the browser computes: tests/vectors/accent.json holds both."""

import json
from pathlib import Path

import pytest

from tenants.accents import accent_style

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "accent.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("colour", CASES)
def test_says_what_the_browser_says(colour: str) -> None:
    assert accent_style(colour) == CASES[colour]
