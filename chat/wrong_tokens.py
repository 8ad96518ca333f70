"""Wrong keys and tokens count for the address that brought them, at whichever door (tenants/attempts.py)."""

from collections.abc import Iterator
from contextlib import contextmanager

from chat.errors import RateLimited, Unauthenticated
from tenants.attempts import TOKEN, note_failure


@contextmanager
def wrong_ones_counted(address: str) -> Iterator[None]:
    """What is refused inside as Unauthenticated counts; one too many is RateLimited instead."""
    try:
        yield
    except Unauthenticated:
        count_wrong_one(address)
        raise


def count_wrong_one(address: str) -> None:
    """Raise RateLimited when it is one too many."""
    if wait := note_failure(TOKEN, address):
        raise RateLimited("Too many wrong keys or tokens from this address.", retry_after=wait) from None
