"""Comparing texts as people mean it: without case, without width, by whole words. Pure, and linear in the text.

There are no regular expressions of users: what somebody writes into a rule is compared, never run.
"""

import re
import unicodedata

_WORD = re.compile(r"\w+")
# Scripts that put no space between words: there a word is found wherever it stands.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SEPARATORS = re.compile("[,;\n\uff0c\uff1b\u3001]")
MAX_COMPARED = 20_000


def fold(text: str) -> str:
    """One form for what people take for the same: `ＶＩＰ `, `vip`, `Vip`."""
    return " ".join(unicodedata.normalize("NFKC", text[:MAX_COMPARED]).casefold().split())


def split_words(value: str) -> list[str]:
    """The words or phrases of a list like `refund, money back` (also with Chinese commas)."""
    return [folded for part in _SEPARATORS.split(value) if (folded := fold(part))]


def has_any_word(text: str, value: str) -> bool:
    """Tell whether any of the words or phrases stands in the text as a whole: `art` is not in `start`."""
    folded = fold(text)
    words = f" {' '.join(_WORD.findall(folded))} "
    return any(_stands_in(phrase, folded, words) for phrase in split_words(value))


def _stands_in(phrase: str, folded: str, words: str) -> bool:
    if _UNSPACED.search(phrase):
        return phrase in folded
    parts = _WORD.findall(phrase)
    # `C++` or `:-)` have no whole words of their own: found as they are.
    return f" {' '.join(parts)} " in words if parts and "".join(parts) == phrase.replace(" ", "") else phrase in folded
