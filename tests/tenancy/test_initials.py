"""The admin pages write the initials that widget and console write: tests/vectors/initials.json."""

import json
from pathlib import Path

import pytest

from tenants.admin.look import initials_of

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "initials.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_says_what_the_browser_says(name: str) -> None:
    assert initials_of(name) == CASES[name]
