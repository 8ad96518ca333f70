"""Text that people and programs send, made fit to be stored. Pure."""

import re

from chat.errors import Invalid

# Control characters but tab and line feed; PostgreSQL cannot store NUL at all.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return the text with unified line ends and without outer white space; Invalid for what cannot be stored."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text or _SURROGATE.search(text):
        raise Invalid("The text holds characters that cannot be stored.")
    return _CONTROL.sub("", text).strip()


def clean_line(text: str, limit: int) -> str:
    """Return the text as one line of at most `limit` characters."""
    return " ".join(clean_text(text).split())[:limit]
