"""How the admin sites look: shades of the brand's accent, computed so that text on them can be read."""

import re
import unicodedata

from tenants.accents import Triple, luminance, to_linear_rgb, to_oklch
from tenants.account_views import DEFAULT_ACCENT
from tenants.requests import BrandRequest

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
_WORDS = re.compile(r"[^\W_]\S*")  # each from its first letter or digit


def accent_shades(request: BrandRequest) -> dict[str, str]:
    """The shades for the brand of this request, as unfold wants them."""
    return shades(request.tenant.accent if request.tenant else DEFAULT_ACCENT)


def site_header(request: BrandRequest) -> str:
    return request.tenant.name if request.tenant else "Kefu"


def shades(accent: str) -> dict[str, str]:
    """Return eleven shades of `#rrggbb`. Step 600 stands under white text: it is darkened until that is 4.5:1."""
    lightness, chroma, hue = to_oklch(accent)
    result = {}
    for step, (target, share) in _STEPS.items():
        light = target
        if step == "600":
            light = min(target, max(lightness, 0.40))
            while _contrast_with_white((light, chroma * share, hue)) < _READABLE and light > 0.1:
                light -= 0.005
        result[step] = f"oklch({light * 100:.1f}% {chroma * share:.4f} {hue:.2f})"
    return result


def _contrast_with_white(oklch: Triple) -> float:
    red, green, blue = (min(max(part, 0.0), 1.0) for part in to_linear_rgb(oklch))
    return 1.05 / (luminance((red, green, blue)) + 0.05)


def initials_of(name: str) -> str:
    """What an avatar says, the same as in widget and console (frontend/src/design/avatar.ts)."""
    first, *others = [word[0] for word in _WORDS.findall(name)] or ["?"]
    if unicodedata.name(first, "").startswith("CJK"):
        return first
    return (first + (others[-1] if others else "")).upper()
