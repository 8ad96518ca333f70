"""Writes tenants/structure.sql anew: what all migrations make of a new brand's schema (`make structure`).

Starts a database of its own, which takes some seconds.
"""

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    sys.path.insert(0, str(ROOT))
    from kefu_project.embedded.services import Services

    with tempfile.TemporaryDirectory(prefix="kefu-structure-") as folder, Services.running(Path(folder)) as urls:
        Path(folder).chmod(0o711)
        os.environ |= {**urls.as_environment(), "KF_DATA_DIR": folder, "KF_SECRET_KEY": "structure" * 5}
        os.environ["DJANGO_SETTINGS_MODULE"] = "kefu_project.settings"
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from tenants.provisioning import migrated_structure
        from tenants.structure import FILE

        call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
        text = migrated_structure().as_text()
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
    if not FILE.exists() or FILE.read_text() != text:
        FILE.write_text(text)
        print(f"written: {FILE.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
