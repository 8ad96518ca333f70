"""Where the servers keep their data and from where their programs run.

Normally the data folder and the virtual environment themselves. Where the servers' account cannot reach those
(root with a project in a closed folder), data goes to a place of the system and the data folder remembers which.
"""

import importlib.util
import os
import secrets
import shutil
from pathlib import Path

from .account import OPEN_PLACES, Account, server_account
from .problems import StartProblem

POINTER = "servers-location"


def find_home(data_dir: Path) -> tuple[Path, Account]:
    """The folder that holds `postgres/` and `valkey/`, and the account that may write there."""
    pointer = data_dir / POINTER
    home = Path(pointer.read_text().strip()) if pointer.exists() else data_dir
    if pointer.exists() and not home.is_dir():
        raise StartProblem(
            f"The database's folder {home}, named in {pointer}, is gone.",
            f"Put it back, or delete {pointer} to start with an empty database.",
        )
    account = server_account(home / "postgres")
    if home != data_dir or not account.switch or _can_host(data_dir, account):
        return home, account
    home = _open_home(account)
    pointer.write_text(f"{home}\n")
    return home, account


def _can_host(folder: Path, account: Account) -> bool:
    trial = folder / "postgres"
    made_here = not trial.exists()
    account.own_folder(trial)
    if account.can_reach(trial, write=True):
        return True
    if made_here:
        trial.rmdir()
        return False
    raise StartProblem(
        f"The user {account.uid}, who runs the servers, cannot reach {trial} any more.",
        "Let that user pass through the folders above it (chmod o+x), or move the data folder (KF_DATA_DIR).",
    )


def _open_home(account: Account) -> Path:
    for place in OPEN_PLACES:
        try:
            home = place / secrets.token_hex(6)
            home.mkdir(parents=True)
            for folder in (place, home):
                folder.chmod(0o711)
        except OSError:
            continue
        if _can_host(home, account):
            return home
    tried = " or ".join(map(str, OPEN_PLACES))
    raise StartProblem(
        f"Found no folder the unprivileged servers can use (tried {tried}).",
        "Set KF_DATA_DIR to a folder every user may pass through.",
    )


def wheel_folder(package: str) -> Path | None:
    """Where a package is installed, found without importing it."""
    found = importlib.util.find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def reachable_programs(source: Path, home: Path, account: Account, *, name: str) -> Path:
    """`source`, or a copy of it inside `home` where the account cannot read the original."""
    if not account.switch or account.can_reach(source):
        return source
    programs = home / "programs"
    copy = programs / name
    if not copy.exists():
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(source, draft)
        for folder in (programs, *(path for path in programs.rglob("*") if path.is_dir())):
            folder.chmod(0o755)  # whatever our umask is
        draft.rename(copy)
    return copy
