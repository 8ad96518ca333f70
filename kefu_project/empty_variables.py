"""A `KF_…` variable that is set and empty is unset: so `KF_X=` in a file of variables takes a setting back."""

import os
from pathlib import Path

LOOKED_AT = 4096


def forget_empty_variables() -> None:
    """Take out of the environment each `KF_…` without a value, and each `KF_…_FILE` whose file has none."""
    for name, value in list(os.environ.items()):
        if name.startswith("KF_") and (not value.strip() or (name.endswith("_FILE") and _is_empty(value))):
            del os.environ[name]


def _is_empty(path: str) -> bool:
    """A file that cannot be read is none of this: whoever wants its value says so by name. Nor is a pipe, which can be
    read only once; and of a large file the beginning says enough."""
    try:
        if not Path(path).is_file():
            return False
        with Path(path).open("rb") as file:
            return not file.read(LOOKED_AT).strip()
    except OSError:
        return False
