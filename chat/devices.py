"""What a user agent says of the device: browser, system, kind. Pure, a guess: browsers may call themselves anything.

Written for what agents ask ("which browser do you use?"), not for statistics: a dozen patterns, the first that fits.
"""

import re
from dataclasses import dataclass

MAX_CHARS = 400

# In order: most browsers also name the ones that they come from.
_BROWSERS = (
    ("WeChat", r"MicroMessenger/([\d.]+)"),
    ("Alipay", r"AlipayClient/([\d.]+)"),
    ("DingTalk", r"DingTalk/([\d.]+)"),
    ("QQ", r"(?:MQQBrowser|QQBrowser)/([\d.]+)"),
    ("UC Browser", r"UCBrowser/([\d.]+)"),
    ("Huawei Browser", r"HuaweiBrowser/([\d.]+)"),
    ("Mi Browser", r"MiuiBrowser/([\d.]+)"),
    ("Edge", r"Edg(?:e|A|iOS)?/([\d.]+)"),
    ("Opera", r"(?:OPR|OPiOS|Opera)[/ ]([\d.]+)"),
    ("Samsung Internet", r"SamsungBrowser/([\d.]+)"),
    ("Vivaldi", r"Vivaldi/([\d.]+)"),
    ("Yandex", r"YaBrowser/([\d.]+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/([\d.]+)"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/([\d.]+)"),
    ("Safari", r"Version/([\d.]+).*Safari/"),
)
_SYSTEMS = (
    ("HarmonyOS", r"(?:HarmonyOS|OpenHarmony)[ /]?([\d.]*)"),
    ("Android", r"Android ?([\d.]*)"),
    ("iPadOS", r"iPad;.*?OS ([\d_]+)"),
    ("iOS", r"(?:iPhone|iPod).*?OS ([\d_]+)"),
    ("Windows", r"Windows NT ([\d.]+)"),
    ("ChromeOS", r"CrOS \S+ ([\d.]+)"),
    ("macOS", r"Mac OS X ([\d_.]+)"),
    ("Linux", r"Linux()"),
)
# What Windows calls itself inside; 10 and 11 are one and the same there.
_WINDOWS = {"10.0": "10 / 11", "6.3": "8.1", "6.2": "8", "6.1": "7"}
# Frozen by the browsers, so it would only mislead.
_FROZEN = {("macOS", "10.15"), ("Android", "10")}
_BOT = re.compile(r"bot\b|spider|crawl|slurp|curl/|python-|wget/|okhttp/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Device:
    """`kind` is desktop, phone, tablet, bot or '' for unknown; names are '' where they are not known."""

    browser: str
    os: str
    kind: str


def describe_device(user_agent: str) -> Device | None:
    """Read a User-Agent header; None where it says nothing."""
    text = user_agent[:MAX_CHARS]
    if not text.strip():
        return None
    browser, system = _name(_BROWSERS, text), _name(_SYSTEMS, text)
    return Device(browser, system, _kind(text, system))


def _name(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    for name, pattern in patterns:
        if found := re.search(pattern, text):
            return f"{name} {_version(name, found[1])}".strip()
    return ""


def _version(name: str, text: str) -> str:
    """As much of a version as people say: 131, 17.4."""
    if name == "Windows":
        return _WINDOWS.get(text, "")
    parts = [part for part in text.replace("_", ".").split(".") if part]
    major = ".".join(parts[:2]) if name in ("iOS", "iPadOS", "macOS", "Safari") else ".".join(parts[:1])
    return "" if (name, major) in _FROZEN else major


def _kind(text: str, system: str) -> str:
    if _BOT.search(text):
        return "bot"
    if system.startswith("iPadOS") or "Tablet" in text:
        return "tablet"
    if system.startswith(("Android", "HarmonyOS")):
        return "phone" if "Mobile" in text else "tablet"
    if system.startswith("iOS"):
        return "phone"
    return "desktop" if system else ""
