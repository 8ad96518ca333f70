"""Ids: UUIDv7, so that they sort by time and index pages fill in order."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a fresh UUIDv7 as a standard library UUID."""
    return uuid_utils.compat.uuid7()
