"""Passwords that Kefu makes: shown once, strong, and easy to read out on the phone."""

import secrets

# Without letters and digits that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def make_password() -> str:
    """Return a fresh password like `hq7d-x3mp-tk9v-w2ra` (79 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
