"""python -m tests.torture.planted DEFECT <arguments of uvicorn>: the web process with one planted defect."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")


def main() -> None:
    import uvicorn

    import kefu_project.asgi  # noqa: F401  (Django is set up and everything is loaded; now it can be spoilt)
    from tests.torture.defects import DEFECTS

    name, *arguments = sys.argv[1:]
    DEFECTS[name].plant()
    uvicorn.main(arguments)


if __name__ == "__main__":
    main()
