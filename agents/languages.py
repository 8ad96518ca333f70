"""Codes of languages, as agents, canned replies and what is tried have them: lower case, with hyphens. Pure."""

import re

# Like en, zh-hans, pt-br.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?")
MAX_CHARS = 8


def clean_language(text: str) -> str:
    """What somebody wrote, the way codes are kept: zh_Hans becomes zh-hans."""
    return text.lower().replace("_", "-")


def is_language(code: str) -> bool:
    """Tell whether a clean code may be kept."""
    return len(code) <= MAX_CHARS and LANGUAGE.fullmatch(code) is not None
