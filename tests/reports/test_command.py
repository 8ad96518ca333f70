"""`kefu reports`: what programs read is JSON and nothing else; progress is for people and goes elsewhere."""

import json
import os
import subprocess
import sys

import pytest

from tenants.models import Tenant


@pytest.mark.parametrize("part", ["rebuild", "catch-up"])
def test_says_how_many_it_counted_as_json(acme: Tenant, part: str) -> None:
    command = [sys.executable, "-m", "kefu_project.cli", "reports", part, "--brand", "acme", "--json"]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("{"), done.stdout
    told = json.loads(done.stdout)
    assert told["brand"] == "acme" and told["counted"] >= 0
