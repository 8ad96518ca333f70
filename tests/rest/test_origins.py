"""Which origins may speak for a visitor."""

import pytest

from chat.models import Widget
from chat.origins import frame_ancestors, origin_allowed

HOST = "acme.localhost:8000"


def widget(*origins: str, allow_apps: bool = False) -> Widget:
    return Widget(name="w", allowed_origins=list(origins), allow_apps=allow_apps)


@pytest.mark.parametrize("origin", ["http://acme.localhost:8000", "https://acme.localhost:8000"])
def test_own_host_is_always_allowed(origin: str) -> None:
    assert origin_allowed(origin, HOST, widget())
    assert origin_allowed(origin, HOST, widget("https://shop.example.com"))
    assert origin_allowed(origin, HOST, None)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://acme.localhost",
        "http://acme.localhost:8001",
        "https://good.com.evil.com",
        "https://evilgood.com",
        "https://evil.com#good.com",
        "https://good.com@evil.com",
        "https://good.com:8443",
        "http://good.com",
        "https://good.com/",
        "https://good.com.",
        "https://sub.good.com",
        "https://GOOD.com",
        "https://good.com\n",
        "https://good.com, https://good.com",
        "javascript://good.com",
        "file://",
        "capacitor://localhost",
        "https://g\u043eod.com",
        "https://good.com:443443",
        "https://" + "a." * 200 + "good.com",
    ],
)
def test_other_origins_are_refused(origin: str) -> None:
    assert not origin_allowed(origin, HOST, widget("https://good.com"))
    assert not origin_allowed(origin, HOST, widget("https://good.com", allow_apps=True))


def test_listed_origin_is_allowed_with_or_without_its_default_port() -> None:
    assert origin_allowed("https://good.com", HOST, widget("https://good.com"))
    assert origin_allowed("https://good.com", HOST, widget("https://good.com:443"))
    assert origin_allowed("http://[::1]:5000", HOST, widget("http://[::1]:5000"))


def test_default_port_of_the_own_host_may_be_written_or_not() -> None:
    assert origin_allowed("https://acme.example.com", "acme.example.com", None)
    assert origin_allowed("https://acme.example.com", "ACME.example.com:443", None)
    assert not origin_allowed("https://acme.example.com:444", "acme.example.com", None)


def test_star_allows_any_site_but_never_null() -> None:
    assert origin_allowed("https://anything.example", HOST, widget("*"))
    assert not origin_allowed("null", HOST, widget("*"))
    assert not origin_allowed("*", HOST, widget("*"))


def test_missing_origin_needs_allow_apps() -> None:
    assert not origin_allowed(None, HOST, widget())
    assert not origin_allowed(None, HOST, widget("*"))
    assert not origin_allowed(None, HOST, None)
    assert origin_allowed(None, HOST, widget(allow_apps=True))


def test_frame_ancestors_follow_the_list() -> None:
    assert frame_ancestors(widget()) == "'self'"
    assert frame_ancestors(widget("https://good.com")) == "'self' https://good.com"
    assert frame_ancestors(widget("*")) == "*"
    assert frame_ancestors(widget("https://x.com; script-src *")) == "'self'"
