"""House rules that no linter knows: dangerous things have one door each (docs/tenancy.md, docs/realtime.md).

Run as `python checks/doors.py`; prints each breach with what to do instead and exits with 1 when there is one.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("kefu_project", "tenants", "chat", "agents", "history")


@dataclass(frozen=True)
class Door:
    names: frozenset[str]
    inside: tuple[str, ...]
    instead: str


DOORS = (
    Door(
        frozenset(
            {
                "set_tenant",
                "set_schema",
                "set_schema_to_public",
                "schema_context",
                "tenant_context",
                "database_sync_to_async",
                "sync_to_async",
                "async_to_sync",
                "run_in_executor",
            }
        ),
        ("tenants/context.py",),
        "enter a brand through tenants/context.py: run_in_tenant, in_tenant, for_each_tenant; tenants/tasks.py",
    ),
    Door(
        frozenset({"group_send", "group_add", "group_discard", "get_channel_layer"}),
        ("chat/fanout/*",),
        "announce through chat/fanout",
    ),
    Door(
        frozenset({"on_commit"}),
        ("chat/fanout/*", "chat/hot/refill.py"),
        "announce through chat/fanout",
    ),
)
# Async ORM calls run on Django's own threads, outside any brand that we entered.
ASYNC_ORM = frozenset(
    f"a{name}"
    for name in [
        "get",
        "first",
        "last",
        "create",
        "count",
        "exists",
        "update",
        "delete",
        "save",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
        "aggregate",
        "in_bulk",
        "iterator",
        "refresh_from_db",
    ]
)
LOG_WRITERS = ("chat/message_log/*",)
INSERTS = frozenset({"create", "bulk_create", "get_or_create", "update_or_create"})
ROW_READERS = ("*/participant*.py", "chat/participants/*", "chat/consumers/*", "chat/rest/*", "agents/rest/*")


@dataclass(frozen=True)
class Breach:
    path: str
    line: int
    what: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}: {self.instead}"


def find_breaches(path: str, source: str) -> Iterator[Breach]:
    """Yield what this file does outside the doors. `path` is relative to the project."""
    for node in ast.walk(ast.parse(source)):
        yield from _names(path, node)
        if isinstance(node, ast.Call):
            yield from _calls(path, node)


def _names(path: str, node: ast.AST) -> Iterator[Breach]:
    if isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
    elif isinstance(node, ast.Attribute):
        names = {node.attr}
    else:
        return
    for door in DOORS:
        for name in sorted(names & door.names):
            if not _is_in(path, door.inside):
                yield Breach(path, node.lineno, name, door.instead)


def _calls(path: str, node: ast.Call) -> Iterator[Breach]:
    called = ast.unparse(node.func)
    name = called.rsplit(".", 1)[-1]
    if name in ASYNC_ORM and "." in called and not _is_in(path, ("tenants/context.py",)):
        yield Breach(path, node.lineno, called, "call the ORM in a function given to run_in_tenant")
    if name == "select_for_update" and "no_key" not in {keyword.arg for keyword in node.keywords}:
        yield Breach(path, node.lineno, called, "state no_key=")
    adds = called == "Message" or (called.startswith("Message.objects.") and name in INSERTS)
    if adds and not _is_in(path, LOG_WRITERS):
        yield Breach(path, node.lineno, called, "add to a conversation through chat/message_log")
    if called.startswith(("Conversation.objects", "Message.objects")) and _is_in(path, ROW_READERS):
        yield Breach(path, node.lineno, called, "reach rows through */access.py")


def _is_in(path: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(path, pattern) for pattern in patterns)


def project_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.split() if name.split("/")[0] in PACKAGES and (ROOT / name).exists()]


def main() -> int:
    breaches = [breach for name in project_files() for breach in find_breaches(name, (ROOT / name).read_text())]
    for breach in breaches:
        sys.stdout.write(f"{breach}\n")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
