"""The watcher: knows whose canary is whose, looks at every byte that a brand gets, and remembers what is wrong."""

import re
from collections import Counter
from dataclasses import dataclass, field

CANARY = re.compile(rb"canary[0-9a-f]{12}")
KEPT = 200


@dataclass(frozen=True)
class Finding:
    kind: str  # foreign: another brand's canary; differs: a foreign id is not like a missing one; wrong: anything else
    brand: str
    door: str
    detail: str


@dataclass
class Watch:
    owners: dict[bytes, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    bytes_seen: int = 0
    caught_at: int | None = None  # operations before the first foreign canary

    def own(self, brand: str, canary: str) -> None:
        self.owners[canary.encode()] = brand

    def scan(self, brand: str, door: str, content: bytes) -> None:
        """Find foreign canaries in what this brand's client, row, file or log line holds."""
        self.bytes_seen += len(content)
        for canary in set(CANARY.findall(content)):
            owner = self.owners.get(canary, "nobody")
            if owner != brand:
                self.note("foreign", brand, door, f"{owner}: …{_around(content, canary)}…")

    def has_own(self, brand: str, door: str, content: bytes) -> None:
        """Where a brand's own texts must be, their absence says that this is not the brand."""
        if not any(self.owners.get(canary) == brand for canary in CANARY.findall(content)):
            self.note("wrong", brand, door, f"none of its own texts: {content[:120]!r}")

    def note(self, kind: str, brand: str, door: str, detail: str) -> None:
        self.counts[kind] += 1
        if kind == "foreign" and self.caught_at is None:
            self.caught_at = self.operations.total()
        if len(self.findings) < KEPT:
            self.findings.append(Finding(kind, brand, door, detail[:400]))


def _around(content: bytes, canary: bytes) -> str:
    at = content.find(canary)
    return content[max(0, at - 60) : at + 40].decode("utf-8", "replace")
