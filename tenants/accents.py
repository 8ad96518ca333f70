"""A brand gives one colour; from it come fill, hover, tint and text colours for both themes.

Lightness moves along OKLCH until the measured WCAG contrast holds, so no colour can make text unreadable. The twin of
frontend/src/design/accent.ts, which serves pages that set the accent in the browser: tests/vectors/accent.json.
Conversion after Björn Ottosson, "A perceptual color space" (2020).
"""

import math
import re
from functools import lru_cache

Triple = tuple[float, float, float]

_READABLE = 4.5
_WHITE = "#ffffff"
_NEAR_BLACK = "#0e1116"
_FALLBACK = "#2f6bd8"
# The grounds on which accent-coloured text stands, per theme, after tokens.css.
_LIGHT_GROUND = (0.976, 0.004, 258.0)
_DARK_GROUND = (0.265, 0.012, 262.0)
_NAMES = ("accent", "accent-hover", "accent-pressed", "on-accent", "accent-ink", "accent-tint", "accent-tint-strong")


@lru_cache(maxsize=512)
def accent_style(accent: str) -> str:
    """The declarations that set the accent on a page's root: `--kf-accent: light-dark(#…, #…); …`."""
    lightness, chroma, hue = to_oklch(accent)
    colour = (min(lightness, 0.92), chroma, hue)  # never white on white
    pairs = zip(_NAMES, _light_shades(colour), _dark_shades(colour), strict=True)
    return "; ".join(f"--kf-{name}: light-dark({light}, {dark})" for name, light, dark in pairs)


def to_oklch(accent: str) -> Triple:
    """Lightness from 0 to 1, chroma, hue in degrees."""
    red, green, blue = _linear_parts(accent)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a))


def to_linear_rgb(oklch: Triple) -> Triple:
    """Parts outside of 0 to 1 where no screen shows the colour."""
    lightness, chroma, hue = oklch
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
    )


def luminance(rgb: Triple) -> float:
    red, green, blue = rgb
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _light_shades(colour: Triple) -> list[str]:
    _, chroma, hue = colour
    fill, text = _fill_with_text(colour)
    tint = _to_hex((0.962, min(chroma * 0.12, 0.022), hue))
    strong = _to_hex((0.925, min(chroma * 0.25, 0.045), hue))
    ink = _to_hex(_readable_against(colour, [_WHITE, tint, strong, _to_hex(_LIGHT_GROUND)], -0.005))
    return [*_fill_states(fill, text), ink, tint, strong]


def _dark_shades(colour: Triple) -> list[str]:
    lightness, chroma, hue = colour
    ground = _to_hex(_DARK_GROUND)
    # On dark surfaces a deep brand colour is lifted until it stands out from them.
    lifted = (max(lightness, 0.56), min(chroma, 0.19), hue)
    fill, text = _fill_with_text(_readable_against(lifted, [ground], 0.005, ratio=3))
    tint = _to_hex((0.285, min(chroma * 0.22, 0.035), hue))
    strong = _to_hex((0.345, min(chroma * 0.35, 0.06), hue))
    soft = (max(lightness, 0.7), min(chroma, 0.14), hue)
    ink = _to_hex(_readable_against(soft, [ground, tint, strong], 0.005))
    return [*_fill_states(fill, text), ink, tint, strong]


def _fill_with_text(colour: Triple) -> tuple[Triple, str]:
    """White where the colour bears it or needs only little darkening for it, else near black."""
    darkened = _readable_against(colour, [_WHITE], -0.005)
    if colour[0] - darkened[0] <= 0.13:
        return darkened, _WHITE
    return _readable_against(colour, [_NEAR_BLACK], 0.005), _NEAR_BLACK


def _fill_states(fill: Triple, text: str) -> list[str]:
    """Hover and pressed move away from the text on them, so contrast only grows."""
    away = -1 if text == _WHITE else 1
    return [_to_hex(fill), _to_hex(_shift(fill, away * 0.035)), _to_hex(_shift(fill, away * 0.07)), text]


def _shift(colour: Triple, by: float) -> Triple:
    return min(max(colour[0] + by, 0.0), 1.0), colour[1], colour[2]


def _readable_against(colour: Triple, grounds: list[str], step: float, ratio: float = _READABLE) -> Triple:
    """Move lightness by `step` until the colour is readable against every ground."""
    lightness, chroma, hue = colour
    others = [luminance(_linear_parts(ground)) for ground in grounds]
    while lightness > 0.05 if step < 0 else lightness < 0.99:
        own = luminance(_linear_parts(_to_hex((lightness, chroma, hue))))
        if all(_contrast(own, other) >= ratio for other in others):
            break
        lightness += step
    return lightness, chroma, hue


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _to_hex(colour: Triple) -> str:
    """Give up chroma, never hue or lightness, to fit sRGB."""
    lightness, chroma, hue = colour
    while chroma > 0.001 and not all(-0.0005 <= part <= 1.0005 for part in to_linear_rgb((lightness, chroma, hue))):
        chroma -= 0.004
    parts = to_linear_rgb((lightness, max(chroma, 0.0), hue))
    # Halves go up, as JavaScript rounds.
    channels = (math.floor(_to_gamma(min(max(part, 0.0), 1.0)) * 255 + 0.5) for part in parts)
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _linear_parts(text: str) -> Triple:
    match = re.fullmatch(r"#?([0-9a-fA-F]{6})", text.strip())
    digits = match[1] if match else _FALLBACK[1:]
    red, green, blue = (_to_linear(int(digits[index : index + 2], 16) / 255) for index in (0, 2, 4))
    return red, green, blue


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _to_gamma(part: float) -> float:
    return part * 12.92 if part <= 0.0031308 else float(1.055 * part ** (1 / 2.4) - 0.055)
