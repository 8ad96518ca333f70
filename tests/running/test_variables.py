"""Settings: wrong values are named, slips of the keyboard are noticed, the list is complete."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kefu_project.cli import kefu
from kefu_project.cli.supervisor import restart_pause
from kefu_project.cli.variables import VARIABLES, check_variables
from kefu_project.embedded.problems import StartProblem
from tests.running.conftest import PROJECT

READ = re.compile(r"""(?:env(?:\.\w+)?\(|environ(?:\.get\(|\[)|_from_settings\()\s*f?["'](KF_[A-Z_]+)["']""")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KF_DB_THREADS", "0"),
        ("KF_DB_THREADS", "1e3"),
        ("KF_DEBUG", "maybe"),
        ("KF_DATABASE_URL", "localhost/kefu"),
        ("KF_SECRET_KEY", "short"),
        ("KF_SECRET_KEY_FILE", "/nowhere"),
        ("KF_LOG_LEVEL", "loud"),
        ("KF_MAIL_URL", "mail.example.com"),
        ("KF_MAIL_FROM", "Acme"),
        ("KF_TRUSTED_PROXIES", "proxy.example.com"),
        ("KF_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("KF_TRUSTED_PROXIES", ","),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(StartProblem, match=name):
        check_variables({name: value})


@pytest.mark.parametrize("everybody", ["*", "10.0.0.1,*", "0.0.0.0/0", "::/0"])
def test_nobody_is_believed_without_being_named(everybody: str) -> None:
    with pytest.raises(
        StartProblem, match=r"KF_TRUSTED_PROXIES .*addresses or networks of your proxies.*10\.0\.0\.0/8"
    ):
        check_variables({"KF_TRUSTED_PROXIES": everybody})


def test_proxies_are_addresses_and_networks() -> None:
    assert check_variables({"KF_TRUSTED_PROXIES": "127.0.0.1, 172.16.0.0/12,fd00::/8 ,::1"}) == []


def test_a_mail_server_needs_a_sender(tmp_path: Path) -> None:
    mail = {"KF_MAIL_URL": "smtp://mail.example.com"}
    with pytest.raises(StartProblem, match="KF_MAIL_FROM"):
        check_variables(mail)
    assert check_variables({**mail, "KF_MAIL_FROM": "help@example.com"}) == []


@pytest.mark.parametrize(
    ("role", "name", "value", "expected"),
    [
        ("worker", "KF_WORKER_THREADS", "7", ["--concurrency", "7"]),
        ("web", "KF_TRUSTED_PROXIES", "10.0.0.1", ["--forwarded-allow-ips", "10.0.0.1"]),
    ],
)
def test_a_role_takes_its_values_from_files_too(
    role: str, name: str, value: str, expected: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "value"
    file.write_text(f"{value}\n")
    become: list[list[str]] = []
    monkeypatch.setattr(os, "environ", {**os.environ, f"{name}_FILE": str(file)})
    monkeypatch.setattr(os, "execv", lambda _program, command: become.append(command))
    CliRunner().invoke(kefu, [role], catch_exceptions=False)
    (command,) = become
    assert " ".join(expected) in " ".join(command)


# What the variables decide, of the settings.
DECIDED = """DATA_DIR DEBUG INSTALLATION_HOSTS SESSION_COOKIE_SECURE DATABASES REDIS_TOPIC_URLS CHANNEL_LAYERS CACHES
STATIC_ROOT WHITENOISE_USE_FINDERS MEDIA_ROOT MAIL_URL MAIL_FROM DB_THREADS MAX_CONNECTIONS_PER_ADDRESS
MAX_CONNECTIONS_PER_BRAND FAILED_ATTEMPTS_PER_ADDRESS REFUSED_FILE_ENDINGS METRICS_TOKEN LOGGING"""
SHOW = """
import json, sys, kefu_project.settings as s
values = {name: getattr(s, name, None) for name in sys.argv[1:]}
print(json.dumps(values | {"REFUSED_FILE_ENDINGS": sorted(s.REFUSED_FILE_ENDINGS)}, default=str))
"""
GIVEN = ("KF_DATABASE_URL", "KF_REDIS_URL", "KF_SECRET_KEY")


def settings_with(values: dict[str, str]) -> dict[str, Any]:
    """The settings of a process of its own, which no `kefu` command started."""
    given = {name: os.environ[name] for name in GIVEN}
    others = {name: value for name, value in os.environ.items() if not name.startswith("KF_")}
    command = [sys.executable, "-c", SHOW, *DECIDED.split()]
    done = subprocess.run(command, env=others | given | values, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def test_an_empty_variable_is_unset(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text(" \n")
    names = [name for name in VARIABLES if name not in GIVEN]
    unset = settings_with({})
    assert settings_with(dict.fromkeys(names, "")) == unset
    assert settings_with(dict.fromkeys((f"{name}_FILE" for name in VARIABLES), "")) == unset
    assert settings_with(dict.fromkeys((f"{name}_FILE" for name in VARIABLES), str(tmp_path / "empty"))) == unset


@pytest.mark.parametrize(
    ("role", "name", "expected", "unexpected"),
    [
        ("worker", "KF_WORKER_THREADS", "--concurrency 4", "/empty"),
        ("web", "KF_TRUSTED_PROXIES", "--no-proxy-headers", "--forwarded-allow-ips"),
    ],
)
@pytest.mark.parametrize("given", ["empty", "file without a name", "empty file"])
def test_an_empty_variable_is_unset_for_a_role(
    role: str, name: str, expected: str, unexpected: str, given: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty").touch()
    values = {"empty": (name, ""), "file without a name": (f"{name}_FILE", "")}
    variable, value = values.get(given, (f"{name}_FILE", str(tmp_path / "empty")))
    become: list[list[str]] = []
    monkeypatch.setattr(os, "environ", {**os.environ, variable: value})
    monkeypatch.setattr(os, "execv", lambda _program, command: become.append(command))
    CliRunner().invoke(kefu, [role], catch_exceptions=False)
    (command,) = become
    assert expected in " ".join(command) and unexpected not in " ".join(command)
    assert variable not in os.environ, "what the process turns into does not see it either"


def test_the_end_of_a_files_line_is_none_of_the_value(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("let-me-in\n")
    code = "import kefu_project.settings as s; print(repr(s.METRICS_TOKEN))"
    environment = {**os.environ, "KF_METRICS_TOKEN_FILE": str(tmp_path / "token")}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "'let-me-in'\n"


def test_secrets_are_not_repeated() -> None:
    with pytest.raises(StartProblem) as problem:
        check_variables({"KF_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(problem.value)


def test_a_slip_is_noticed_and_strangers_are_left_alone() -> None:
    (warning,) = check_variables({"KF_DATABSE_URL": "x", "KF_TEST_NUMBER": "1", "HOME": "/"})
    assert "did you mean KF_DATABASE_URL" in warning


def test_a_proxy_whose_address_everybody_would_have_is_noticed() -> None:
    behind = {"KF_BEHIND_TLS_PROXY": "true"}
    (warning,) = check_variables(behind | {"KF_TRUSTED_PROXIES": ""})
    assert "KF_TRUSTED_PROXIES" in warning
    assert check_variables(behind | {"KF_TRUSTED_PROXIES": "10.0.0.1"}) == []
    assert check_variables({"KF_BEHIND_TLS_PROXY": "false"}) == []


def test_the_list_is_complete() -> None:
    sources = [
        path
        for app in ("kefu_project", "tenants", "chat", "agents", "history")
        for path in (PROJECT / app).rglob("*.py")
    ]
    read = {name.removesuffix("_FILE") for path in sources for name in READ.findall(path.read_text())}
    assert read <= set(VARIABLES), f"read but not checked: {read - set(VARIABLES)}"
    assert "KF_SECRET_KEY" in read


def test_every_variable_is_documented() -> None:
    text = Path(PROJECT / "docs" / "running.md").read_text()
    assert [name for name in VARIABLES if f"`{name}`" not in text] == []


def test_restart_pauses_grow_up_to_a_bound() -> None:
    assert [restart_pause(crashes) for crashes in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 30.0]
