"""Which operating system user the servers run as, and which folders that user can reach.

PostgreSQL refuses to run as root. We neither create an account nor open the modes of folders that are not ours:
as root the servers run as `nobody`, and what `nobody` cannot reach is put where it can.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

# Tried in this order as root, when the project lies in a closed folder such as a home folder with mode 0700.
OPEN_PLACES = (Path("/var/lib/kefu"), Path("/var/tmp/kefu"))
PROBE = 'cd -- "$1" && if [ "$2" = write ]; then : > .probe && rm -f .probe; else ls . >/dev/null; fi'


@dataclass(frozen=True)
class Account:
    """A user to run a server as; `switch` is false when that is who we are already."""

    uid: int
    gid: int
    switch: bool

    def popen_options(self) -> dict[str, object]:
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_reach(self, folder: Path, *, write: bool = False) -> bool:
        """Ask the kernel by trying: computing it from modes would miss access lists and mounts."""
        if not folder.is_dir():
            return False
        command = ["/bin/sh", "-c", PROBE, "sh", str(folder), "write" if write else "read"]
        done = subprocess.run(command, check=False, capture_output=True, **self.popen_options())  # type: ignore[call-overload]
        return bool(done.returncode == 0)

    def own_folder(self, folder: Path) -> None:
        """Make a private folder of this account's own."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.switch:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def server_account(existing_data: Path) -> Account:
    """The owner of data that is already there, else ourselves, else (as root) `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if existing_data.is_dir():
        owner = existing_data.stat()
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid, switch=True)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)
