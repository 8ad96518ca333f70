"""Request bodies as JSON that can be stored as it is. Whatever cannot is refused before any code looks at it."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from chat.errors import TooLarge

MAX_JSON_BYTES = 256 * 1024
MAX_DEPTH = 16
MAX_INTEGER = 2**63 - 1
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no repeated names, no lone surrogates, no NUL, no number beyond 64 bits."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        raw = stream.read(MAX_JSON_BYTES + 1)
        if len(raw) > MAX_JSON_BYTES:
            raise TooLarge(f"A JSON body has at most {MAX_JSON_BYTES // 1024} KB.")
        return parse_json(raw)


def parse_json(raw: bytes) -> Any:
    """Return the value, or raise ParseError saying what cannot be taken."""
    try:
        value = json.loads(
            raw.decode(),
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_int,
            object_pairs_hook=_unique_names,
        )
    except RecursionError:
        raise ParseError("The JSON is nested too deeply.") from None
    except ValueError:  # UnicodeDecodeError and JSONDecodeError too
        raise ParseError("The body is not valid JSON.") from None
    _check(value)
    return value


def check_storable(text: str) -> None:
    if _NOT_STORABLE.search(text):
        raise ParseError("A text holds NUL or half of a character.")


def _check(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ParseError("The JSON is nested too deeply.")
    if isinstance(value, str):
        check_storable(value)
    elif isinstance(value, dict):
        for name, item in value.items():
            check_storable(name)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def _refuse_constant(text: str) -> Any:
    raise ParseError(f"{text} is not JSON.")


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ParseError("A number is too large.")
    return number


def _parse_int(text: str) -> int:
    # Length first: turning a million digits into a number takes quadratic time.
    if len(text) > 20 or abs(int(text)) > MAX_INTEGER:
        raise ParseError("A number is too large.")
    return int(text)


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ParseError("An object names a member twice.")
    return value
