"""What the docs name is there, and what there is to name is in the docs: files, links, commands, frames, codes.

Names only: whether a sentence is true nobody but a reader can tell.
"""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

import click
import pytest
from prometheus_client import REGISTRY

import kefu_project.asgi  # noqa: F401  (loads whatever counts something)
from agents.rest.urls import agent_urls
from chat import protocol
from chat.errors import Refusal
from chat.protocol import COMMANDS
from chat.rest.schema import openapi_document
from chat.wire.kefu_pb2 import Frame
from history.rest.urls import history_urls
from kefu_project.celery import app
from kefu_project.cli import COMMANDS as CLI
from kefu_project.cli import kefu

ROOT = Path(__file__).resolve().parents[2]
LIST = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
FILES = subprocess.run(LIST, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
FOLDERS = {str(folder) for name in FILES for folder in Path(name).parents}
# Without the runs of a day, which are reports of that day: what they name may be gone.
PAGES = [name for name in FILES if re.fullmatch(r"(README|CHANGELOG|docs/(?!reliability/20).*)\.md", name)]
TEXTS = {name: (ROOT / name).read_text() for name in PAGES}
REALTIME, API = TEXTS["docs/realtime.md"], TEXTS["docs/api.md"]

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}\S.*$", re.DOTALL | re.MULTILINE)
# A path of the repository: from one of its folders on, or something that ends like a source file.
TOP = "|".join(sorted({re.escape(name.split("/")[0]) for name in FILES if "/" in name}))
PATH = re.compile(rf"(?:{TOP})/[\w./*{{}},-]*|[\w.*{{}}-][\w./*{{}},-]*\.(?:py|tsx?|css|html|sql|yaml|toml)")
NAMED_IN_CODE = re.compile(rf"(?<![\w./-])(?:{TOP})/[\w./-]+\.(?:py|tsx?|css|html|sql|md)\b")
# Where paths begin that are not written in full: a page says it in its first lines.
BELOW = ("", "agents/", "agents/routing/", "chat/", "frontend/src/", "frontend/src/console/", "history/")


def code_of(page: str) -> Iterator[str]:
    return (found.strip("`") for found in CODE.findall(TEXTS[page]))


# ---- links and files ----


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target, anchor in LINK.findall(TEXTS[page]):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        assert not anchor or anchor in anchors_of(path.read_text()), f"{target}#{anchor}"


def test_the_readme_leads_to_every_page() -> None:
    linked = {target for target, _anchor in LINK.findall(TEXTS["README.md"])}
    assert set(PAGES) - linked == {"README.md"}


def test_every_picture_is_shown() -> None:
    """That each shown one is there, the links' test tells."""
    pictures = {name for name in FILES if name.startswith("docs/images/")}
    shown = {os.path.normpath(Path(page).parent / target) for page in PAGES for target, _ in LINK.findall(TEXTS[page])}
    assert pictures - shown == set()


def test_files_that_the_code_names_are_there() -> None:
    sources = {name for name in FILES if name.endswith((".py", ".ts", ".tsx", ".mjs", ".css", ".proto", ".yaml"))}
    sources.remove("tests/house/test_doors_check.py")  # its cases are files that nobody has
    named = {(name, path) for name in sources for path in NAMED_IN_CODE.findall((ROOT / name).read_text())}
    assert {(name, path) for name, path in named if not is_there(path)} == set()


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_are_there(page: str) -> None:
    named = sorted({code for code in code_of(page) if PATH.fullmatch(code)})
    assert [path for path in named if not all(is_there(one) for one in spelt_out(path))] == []


def anchors_of(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def spelt_out(path: str) -> Iterator[str]:
    """`a/{b,c}.py` as a/b.py and a/c.py."""
    parts = re.split(r"(\{[^}]*\})", path.rstrip("/"))
    return map("".join, product(*(part[1:-1].split(",") if part.startswith("{") else [part] for part in parts)))


def is_there(path: str) -> bool:
    if "/" not in path:
        return path in FOLDERS or any(fnmatch(Path(name).name, path) for name in FILES)
    whole = [below + path for below in BELOW]
    return any(one in FOLDERS or any(fnmatch(name, one) for name in FILES) for one in whole)


# ---- commands, targets, variables ----


def command_of(name: str) -> click.Command:
    command = kefu.get_command(click.Context(kefu), name)
    assert command is not None, name
    return command


def parts_of(command: click.Command) -> dict[str, click.Command]:
    return command.commands if isinstance(command, click.Group) else {}


def options_of(*commands: click.Command) -> set[str]:
    every = {option for command in commands for parameter in command.params for option in parameter.opts}
    return {option for option in every if option.startswith("--")}


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_a_page_names_exist(page: str) -> None:
    for code in code_of(page):
        for name, rest in re.findall(r"(?:^|\s|\()kefu ([a-z]+)\b(?! =)(?: (.*))?$", code, re.MULTILINE):
            parts = parts_of(command_of(name))
            said = rest.split("#")[0] if parts else rest.split(" | ")[0]
            part = re.match(r"[a-z][a-z-]*(?= |$)", said)
            assert not parts or part is None or part[0] in parts, f"kefu {name} {rest}"
            known = options_of(command_of(name), *parts.values())
            assert set(re.findall(r"--[a-z][a-z-]*", said)) - known == set(), f"kefu {name} {rest}"


@pytest.mark.parametrize("name", CLI)
def test_every_command_and_option_is_told(name: str) -> None:
    told = re.search(r"## Commands\n\n```\n(.*?)```", TEXTS["docs/running.md"], re.DOTALL)
    assert told is not None
    command, parts = command_of(name), parts_of(command_of(name))
    words = {name, *parts, *options_of(command, *parts.values())} - {"--json"}
    assert {word for word in words if not re.search(rf"(?<![\w-]){word}(?![\w-])", told[1])} == set()


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_and_variables_that_a_page_names_exist(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = {target for code in code_of(page) for target in re.findall(r"^\s*make ([a-z][a-z-]*)", code, re.MULTILINE)}
    assert named - set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) == set()
    sources = (ROOT / name for name in FILES if name.endswith(".py") and name != "tests/house/test_docs.py")
    known = makefile + "\n".join(path.read_text() for path in sources)
    assert {name for name in re.findall(r"\bKF_[A-Z_]+[A-Z]\b", TEXTS[page]) if name not in known} == set()


# ---- what goes over the wire ----


def test_every_frame_is_told() -> None:
    fields = {field.name for field in Frame.DESCRIPTOR.oneofs_by_name["data"].fields} - {"other"}
    frames = {name.replace("_", ".", 1) for name in fields if not name.startswith("ack_")} | set(COMMANDS)
    # The second of two may stand shortened: `conversation.take`, `.release`.
    told = set(re.findall(r"`(\.?[a-z]+[a-z_.]*)", REALTIME))
    assert {name for name in frames if name not in told and "." + name.partition(".")[2] not in told} == set()


def test_every_refusal_is_told() -> None:
    def codes_of(kind: type[Refusal]) -> set[str]:
        return {kind.code}.union(*map(codes_of, kind.__subclasses__()))

    assert codes_of(Refusal) - set(re.findall(r"`([a-z_]+)`", REALTIME + API)) == set()


def test_every_sweep_is_told() -> None:
    started = {name for entry in app.conf.beat_schedule.values() for name in entry.get("args", [entry["task"]])}
    told = set(re.findall(r"`(\w+)`", TEXTS["docs/history.md"].partition("## What runs when")[2]))
    assert {name.rpartition(".")[2] for name in started} - told == set()


def test_every_metric_is_told_and_no_other() -> None:
    counted = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("kefu_")}
    assert set(re.findall(r"`(kefu_\w+)`", REALTIME.partition("## Metrics")[2])) == counted


def test_every_close_code_is_told() -> None:
    codes = {str(value) for name, value in vars(protocol).items() if name.startswith("CLOSE_")}
    assert codes - set(re.findall(r"^\| (\d{4}) \|", REALTIME, re.MULTILINE)) == set()


def test_every_endpoint_of_visitors_and_programs_is_told() -> None:
    """Their shapes are in the OpenAPI document, which tests/rest holds against the answers."""
    section = API.partition("## Addresses")[2].partition("\n## ")[0]
    rows = [row.split(" | ")[0] for row in section.splitlines() if row.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    documented = {path.removeprefix("/api/v1/") for path in openapi_document()["paths"]}
    assert told == {re.sub(r"{[^}]+}", "{id}", path) for path in documented}


def test_every_endpoint_of_the_console_is_told() -> None:
    section = API.partition("## The console's endpoints")[2].partition("\n## ")[0]
    named = [name for row in section.splitlines() if row.startswith("| `") for name in re.findall(r"`([^`]+)`", row)]
    told = {"agent/visitors/{id}" + name if name.startswith("/") else name for name in named}
    assert told == {re.sub(r"<[^>]+>", "{id}", str(url.pattern)) for url in [*agent_urls, *history_urls]}


# ---- packages ----


def test_every_package_is_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[\[<>=~ ]", entry)[0].lower() for entry in project["dependencies"]}
    assert needed - set(re.findall(r"[\w-]+", TEXTS["docs/dependencies.md"].lower())) == set()
