"""Names of API keys, at the verb and at the command."""

import os
import subprocess
import sys
from datetime import datetime

import pytest

from tenants.keys import create_key
from tenants.models import ApiKey, Tenant

NAMED = "Give a name of 1 to 80 characters."


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_refuses_a_name_that_does_not_fit(name: str, acme: Tenant, now: datetime) -> None:
    before = ApiKey.objects.count()
    with pytest.raises(ValueError, match=NAMED):
        create_key(acme, kind=ApiKey.Kind.SECRET, name=name, now=now)
    assert ApiKey.objects.count() == before


def test_takes_the_longest_name(acme: Tenant, now: datetime) -> None:
    row, _text = create_key(acme, kind=ApiKey.Kind.SECRET, name=f" {'x' * 80} ", now=now)
    assert row.name == "x" * 80
    row.delete()


def test_the_command_says_so(acme: Tenant) -> None:
    command = [sys.executable, "-m", "kefu_project.cli", "key", "create", "acme", "--name", "x" * 81]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", NAMED)
