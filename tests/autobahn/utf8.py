"""Octets that are UTF-8 and octets that are not, after Markus Kuhn's decoder test: one list per case 6.5 to 6.23."""

Sequences = list[tuple[bool, bytes]]


def _all(is_valid: bool, *given: str) -> Sequences:
    return [(is_valid, bytes.fromhex(one)) for one in given]


_KOSME = bytes.fromhex("cebae1bdb9cf83cebcceb5")
# Ends of whole characters in _KOSME.
_WHOLE = (2, 5, 7, 9, 11)
_MISSING_LAST = ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]
_SURROGATES = ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]


def _lonely_starts() -> Sequences:
    ranges = ((0xC0, 0xDF), (0xE0, 0xEF), (0xF0, 0xF7), (0xF8, 0xFB), (0xFC, 0xFD))
    return [(False, b"".join(bytes([one, 0x20]) for one in range(*ends))) for ends in ranges]


def _non_characters() -> Sequences:
    found = _all(True, "efbfbe", "efbfbf")
    for first in (0xF0, 0xF1, 0xF2, 0xF3, 0xF4):
        for second in (0x8F, 0x9F, 0xAF, 0xBF):
            is_overlong, is_too_high = (first, second) == (0xF0, 0x8F), first == 0xF4 and second != 0x8F
            if not is_overlong and not is_too_high:
                found += [(True, bytes([first, second, 0xBF, third])) for third in (0xBE, 0xBF)]
    return found


SEQUENCES: list[Sequences] = [
    [
        *((True, b"hello" + one + b"world") for one in (b"$", b"\xc2\xa2", b"\xe2\x82\xac", b"\xf0\xa4\xad\xa2")),
        (True, _KOSME),
    ],
    [(end in _WHOLE, _KOSME[:end]) for end in range(1, len(_KOSME) + 1)],
    _all(True, "00", "c280", "e0a080", "f0908080"),
    _all(False, "f888808080", "fc8480808080"),
    _all(True, "7f", "dfbf", "efbfbf", "f48fbfbf"),
    _all(False, "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"),
    [*_all(True, "ed9fbf", "ee8080", "efbfbd", "f48fbfbf"), *_all(False, "f4908080")],
    [
        *_all(False, "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf"),
        (False, bytes(range(0x80, 0xBF))),
    ],
    _lonely_starts(),
    _all(False, *_MISSING_LAST),
    _all(False, "".join(_MISSING_LAST)),
    _all(False, "fe", "ff", "fefeffff"),
    _all(False, "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"),
    _all(False, "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"),
    _all(False, "c080", "e08080", "f0808080", "f880808080", "fc8080808080"),
    _all(False, *_SURROGATES),
    _all(False, *(high + low for high in ("eda080", "edadbf", "edae80", "edafbf") for low in ("edb080", "edbfbf"))),
    _non_characters(),
    _all(True, "efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"),
]
