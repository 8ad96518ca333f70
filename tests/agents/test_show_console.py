"""The console's page over HTTP. What is done in it: tests/browser/test_console.py."""

import pytest

ADDRESSES = ["/console/", "/console/c/0193c0de-0000-7000-8000-000000000001", "/console/c/anything"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_wants_a_sign_in(browser_as, address):
    answer = browser_as().get(address)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/account/sign-in?next={address}")


@pytest.mark.parametrize("address", ADDRESSES)
def test_shows_the_same_page_at_every_address(browser_as, address):
    answer = browser_as("alice@acme.test").get(address)
    assert answer.status_code == 200
    assert 'name="kefu-accent" content="#2563eb"' in answer.text
    assert "no-store" in answer.headers["Cache-Control"]


def test_its_policy_allows_nothing_from_elsewhere_and_nothing_inline(browser_as):
    answer = browser_as("alice@acme.test").get("/console/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in answer.text
    assert "<script>" not in answer.text


def test_a_session_of_another_brand_is_nobody_here(browser_as, make_session, mallory, globex):
    browser = browser_as()
    cookie = {"Cookie": f"kefu_session={make_session(mallory, globex)}"}
    assert browser.get("/console/", headers=cookie).status_code == 302


def test_the_language_of_the_page_is_the_browsers(browser_as):
    answer = browser_as("alice@acme.test").get("/console/", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert '<html lang="zh-Hans">' in answer.text
