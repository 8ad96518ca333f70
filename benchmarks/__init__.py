"""Run from a checkout: `python -m benchmarks.<name>`."""

import sys
from pathlib import Path

# The Python client is a package of its own, not a dependency of the server.
sys.path.append(str(Path(__file__).parent.parent / "sdks" / "python"))
