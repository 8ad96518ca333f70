"""Which web pages may speak for a visitor: one answer for REST, the visitor's socket and the widget's frame."""

import re
from collections.abc import Collection

from chat.models import Widget

# Browsers send origins in lower case, names in punycode, without a path: anything else did not come from one.
_ORIGIN = re.compile(r"(https?)://((?:[a-z0-9_-]+\.)*[a-z0-9_-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?", re.ASCII)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def origin_allowed(origin: str | None, host: str, widget: Widget | None) -> bool:
    """Tell whether a page of `origin` may use this brand's visitor endpoints at `host` (a Host header, with its port).

    The brand's own host always may. No origin at all means a client that is not a browser: only where the widget
    allows apps. `null` (sandboxed frames, local files) never may, not even where any site may.
    """
    if origin is None:
        return widget is not None and widget.allow_apps
    if _parse(origin) is None:
        return False
    if is_own_origin(origin, host):
        return True
    allowed = widget.allowed_origins if widget else []
    return "*" in allowed or any(_parse(entry) == _parse(origin) for entry in allowed)


def is_listed_origin(origin: str, hosts: Collection[str], widget: Widget | None) -> bool:
    """Tell whether somebody of the brand said that pages of `origin` are its: on one of its hosts, at any port, or
    named by the widget. Where a widget allows any site, that names none.
    """
    parsed = _parse(origin)
    named = [_parse(entry) for entry in (widget.allowed_origins if widget else [])]
    return parsed is not None and (parsed[1] in hosts or parsed in named)


def is_own_origin(origin: str, host: str) -> bool:
    """Tell whether `origin` is a page of `host` itself. The scheme is not compared: a proxy may end TLS before us."""
    parsed = _parse(origin)
    return parsed is not None and parsed in (_parse(f"http://{host.lower()}"), _parse(f"https://{host.lower()}"))


def page_origin(host: str, *, origin: str | None, fetch_site: str | None, referrer: str | None) -> str | None:
    """The origin of the page that asks, told by these headers; None for a client that is not a browser.

    Browsers leave `Origin` out of GETs to their own host. Then `Sec-Fetch-Site` says so, and where that is left out
    too (plain HTTP), the referrer. Who can forge these could forge `Origin` as well.
    """
    if origin is not None:
        return origin
    own = f"http://{host}".lower()
    if fetch_site == "same-origin":
        return own
    return own if is_own_origin("/".join((referrer or "").split("/", 3)[:3]), host) else None


def frame_ancestors(widget: Widget) -> str:
    """Return the CSP `frame-ancestors` sources of the widget's panel: where it may be shown."""
    if "*" in widget.allowed_origins:
        return "*"
    return " ".join(["'self'", *(origin for origin in widget.allowed_origins if _parse(origin))])


def _parse(origin: str) -> tuple[str, str, str] | None:
    """Return scheme, name and port, the default port filled in; None for what is not a web origin."""
    match = _ORIGIN.fullmatch(origin) if isinstance(origin, str) and len(origin) <= 300 else None
    if match is None:
        return None
    scheme, name, port = match.groups()
    return scheme, name, port or _DEFAULT_PORTS[scheme]
