"""A web process loads nothing that only workers, command lines or tests need: each costs its start and its memory."""

import subprocess
import sys

UNWANTED = ["celery", "kombu", "rich", "twisted", "daphne", "pytest"]


def test_a_web_process_starts_without_what_it_does_not_need():
    code = f"import sys, kefu_project.asgi, kefu_project.urls; print([n for n in {UNWANTED} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
