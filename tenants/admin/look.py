"""How the admin sites look: shades of the brand's accent, computed so that text on them can be read."""

import math

from tenants.account_views import DEFAULT_ACCENT
from tenants.requests import BrandRequest

Rgb = tuple[float, float, float]

# Lightness of each step and how much of the accent's chroma it keeps.
_STEPS = {
    "50": (0.972, 0.10),
    "100": (0.945, 0.20),
    "200": (0.900, 0.38),
    "300": (0.830, 0.62),
    "400": (0.735, 0.88),
    "500": (0.640, 1.00),
    "600": (0.560, 1.00),
    "700": (0.490, 0.92),
    "800": (0.420, 0.80),
    "900": (0.365, 0.66),
    "950": (0.275, 0.50),
}
_READABLE = 4.5


def accent_shades(request: BrandRequest) -> dict[str, str]:
    """The shades for the brand of this request, as unfold wants them."""
    return shades(request.tenant.accent if request.tenant else DEFAULT_ACCENT)


def site_header(request: BrandRequest) -> str:
    return request.tenant.name if request.tenant else "Kefu"


def shades(accent: str) -> dict[str, str]:
    """Return eleven shades of `#rrggbb`. Step 600 stands under white text: it is darkened until that is 4.5:1."""
    lightness, chroma, hue = _to_oklch(accent)
    result = {}
    for step, (target, share) in _STEPS.items():
        light = target
        if step == "600":
            light = min(target, max(lightness, 0.40))
            while _contrast_with_white((light, chroma * share, hue)) < _READABLE and light > 0.1:
                light -= 0.005
        result[step] = f"oklch({light * 100:.1f}% {chroma * share:.4f} {hue:.2f})"
    return result


def _to_oklch(accent: str) -> Rgb:
    # After Björn Ottosson, "A perceptual color space" (2020); the same as frontend/src/design/accent.ts.
    red, green, blue = (_to_linear(int(accent[index : index + 2], 16) / 255) for index in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short
    lightness = 0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a))


def _to_linear_rgb(oklch: Rgb) -> Rgb:
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


def _contrast_with_white(oklch: Rgb) -> float:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in _to_linear_rgb(oklch))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _to_linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
