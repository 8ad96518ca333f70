"""The web process with a planted bug: what `--leak` starts instead of kefu_project.asgi."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")

from tests.storm import leaks

if os.environ.get("KF_STORM_LEAK") == "cache":
    leaks.plant()
    from kefu_project.asgi import application
else:
    from kefu_project.asgi import application

    leaks.plant()

__all__ = ["application"]
