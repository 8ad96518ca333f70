"""Checks the `KF_…` variables before anything starts, so that a wrong one is named instead of failing later.

The settings read them; a test compares this list with what they read.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from kefu_project.embedded.problems import StartProblem

Check = Callable[[str], str | None]  # what is wrong with a value, or None


def _number(low: int, high: int) -> Check:
    def check(value: str) -> str | None:
        fine = re.fullmatch(r"\d{1,9}", value) and low <= int(value) <= high
        return None if fine else f"a whole number from {low} to {high}"

    return check


def _one_of(*allowed: str) -> Check:
    return lambda value: None if value.lower() in allowed else "one of " + ", ".join(allowed)


def _url(*schemes: str) -> Check:
    def check(value: str) -> str | None:
        return None if value.partition("://")[0] in schemes and "://" in value else f"an address like {schemes[0]}://…"

    return check


def _anything(_value: str) -> None:
    return None


def _address(value: str) -> str | None:
    return None if re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", value) else "a mail address like help@example.com"


def _proxies(value: str) -> str | None:
    """Everybody is refused: then the first address in the header counts, and that one the client may have written."""
    try:
        networks = [ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip()]
    except ValueError:
        networks = []
    if networks and all(network.prefixlen for network in networks):
        return None
    return (
        "the addresses or networks of your proxies, comma-separated, like 127.0.0.1 or 10.0.0.0/8; "
        "what they hand on is believed, so never everybody (*)"
    )


def _endings(value: str) -> str | None:
    fine = re.fullmatch(r"(\s*\.?[\w-]{1,20}\s*(,|$))*", value)
    return None if fine else "endings of file names separated by commas, like exe,bat"


def _secret(value: str) -> str | None:
    return None if len(value) >= 32 else "at least 32 random characters"


YES = ("true", "on", "yes", "1")
YES_NO = _one_of(*YES, "false", "off", "no", "0")
VARIABLES: dict[str, Check] = {
    "KF_DATA_DIR": _anything,
    "KF_DATABASE_URL": _url("postgres", "postgresql"),
    "KF_REDIS_URL": _url("redis", "rediss", "unix"),
    "KF_SECRET_KEY": _secret,
    "KF_DEBUG": YES_NO,
    "KF_INSTALLATION_HOSTS": _anything,
    "KF_BEHIND_TLS_PROXY": YES_NO,
    "KF_TRUSTED_PROXIES": _proxies,
    "KF_DATABASE_POOL": _number(2, 1000),
    "KF_DB_THREADS": _number(1, 64),
    "KF_MAX_CONNECTIONS_PER_ADDRESS": _number(1, 1_000_000),
    "KF_MAX_CONNECTIONS_PER_BRAND": _number(1, 1_000_000),
    "KF_FAILED_ATTEMPTS_PER_ADDRESS": _number(1, 1_000_000),
    "KF_REFUSED_FILE_ENDINGS": _endings,
    "KF_WORKER_THREADS": _number(1, 64),
    "KF_STATIC_ROOT": _anything,
    "KF_MEDIA_ROOT": _anything,
    "KF_METRICS_TOKEN": _anything,
    "KF_MAIL_URL": _url("smtp", "smtp+tls", "smtp+ssl"),
    "KF_MAIL_FROM": _address,
    "KF_CHANNEL_LAYER": _one_of("kefu", "channels-redis"),
    "KF_REDIS_TOPIC_URLS": _anything,
    "KF_LOG_LEVEL": _one_of("debug", "info", "warning", "error"),
    "KF_LOG_JSON": YES_NO,
}


def check_variables(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Raise StartProblem for a wrong value; return a warning for each thing that looks like a slip."""
    warnings = []
    for name in sorted(name for name in environment if name.startswith("KF_")):
        plain = name.removesuffix("_FILE")
        if plain in VARIABLES:
            _check(name, plain, environment[name])
        elif close := difflib.get_close_matches(plain, VARIABLES, n=1, cutoff=0.8):
            warnings.append(f"{name} is not a setting and does nothing; did you mean {close[0]}?")
    if _is_set(environment, "KF_MAIL_URL") and not _is_set(environment, "KF_MAIL_FROM"):
        next_step = "Set it to the address that mail comes from."
        raise StartProblem("KF_MAIL_URL is set without KF_MAIL_FROM.", next_step)
    return warnings + _warn_of_one_address(environment)


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return any(environment.get(f"{name}{end}") for end in ("", "_FILE"))


def _warn_of_one_address(environment: Mapping[str, str]) -> list[str]:
    is_behind = environment.get("KF_BEHIND_TLS_PROXY", "").lower() in YES
    if not is_behind or _is_set(environment, "KF_TRUSTED_PROXIES"):
        return []
    return [
        "KF_BEHIND_TLS_PROXY without KF_TRUSTED_PROXIES: everybody has the proxy's address. Limits of one address hold "
        "for all together, and a stranger's wrong passwords keep everyone from signing in; with a proxy on this "
        "machine there are no such limits at all."
    ]


def _check(name: str, plain: str, value: str) -> None:
    if name != plain:
        try:
            value = Path(value).read_text().strip()
        except OSError as error:
            what = f"{name} names {value}, which cannot be read: {error.strerror}."
            raise StartProblem(what, "Correct it, then start again.") from error
    if value and (expected := VARIABLES[plain](value)):
        shown = "" if plain.endswith(("_KEY", "_URL")) else f" ({value!r})"
        raise StartProblem(f"{name}{shown} must be {expected}.", "Correct or unset it, then start again.")
