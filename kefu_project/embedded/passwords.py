"""Secrets that Kefu makes for itself on first start: one file each, readable by its owner only."""

import os
import secrets
from pathlib import Path


def stored_secret(data_dir: Path, name: str, *, size: int = 32) -> str:
    """The secret called `name`, made on first use."""
    folder = data_dir / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(size) + "\n")
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all; of two writers the first one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
