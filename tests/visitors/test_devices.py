import pytest

from chat.devices import Device, describe_device

SEEN = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36": (
        Device("Chrome 131", "Windows 10 / 11", "desktop")
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 "
    "Edg/130.0.2849.68": Device("Edge 130", "Windows 10 / 11", "desktop"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4.1 "
    "Safari/605.1.15": Device("Safari 17.4", "macOS", "desktop"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1": Device("Safari 17.5", "iOS 17.5", "phone"),
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN": Device("WeChat 8", "iOS 16.6", "phone"),
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Mobile "
    "Safari/537.36": Device("Chrome 129", "Android 14", "phone"),
    "Mozilla/5.0 (Linux; Android 13; SM-X700) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/23.0 "
    "Chrome/115.0.0.0 Safari/537.36": Device("Samsung Internet 23", "Android 13", "tablet"),
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0": Device("Firefox 132", "Linux", "desktop"),
    "Mozilla/5.0 (iPad; CPU OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0.1 "
    "Mobile/15E148 Safari/604.1": Device("Chrome 120", "iPadOS 15.8", "tablet"),
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)": Device("", "", "bot"),
    "kefu-python/1.0": Device("", "", ""),
}


@pytest.mark.parametrize("user_agent", SEEN)
def test_says_what_people_say(user_agent: str) -> None:
    assert describe_device(user_agent) == SEEN[user_agent]


@pytest.mark.parametrize("user_agent", ["", "   "])
def test_nothing_is_no_device(user_agent: str) -> None:
    assert describe_device(user_agent) is None


@pytest.mark.timeout(10)  # they take milliseconds
@pytest.mark.parametrize(
    "text",
    ["Version/1" * 1_000, "iPhone" * 10_000, "(" * 64_000, "Mac OS X " + "1_" * 30_000],
    ids=["version", "phones", "brackets", "numbers"],
)
def test_hostile_texts_are_read_at_once(text: str) -> None:
    device = describe_device(text)
    assert device is not None
    assert (device.browser, device.os) in {("", ""), ("", "macOS 1.1")}
