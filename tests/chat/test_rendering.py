"""Plain lines take a short way to HTML: it ends where the long one does. No text takes long, none fails."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat import rendering
from chat.protocol import MAX_TEXT_CHARS
from chat.rendering import _PLAIN, _render, render

# Pieces that mean something to Markdown, HTML or the finder of links, between words that do not.
WORDS = ["a", "Hello", "12", "你好", "é", "Ω", "c", "tm", "www", "com", "http", "mailto", "tel", "1.", "2)", "- "]
SIGNS = [*".,!?:;-+=()'*_`~<>&#[]|/@%$€“…。，？ \n\t", "\\", "--", "//", "  ", "\u00a0", "\u200b"]
PIECES = WORDS + SIGNS


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map("".join))
@example("1. first")
@example("2) second")
@example("see example.com")
@example("(c) (tm) +- ...")
@example("a -- b")
@example("x: y. z")
def test_both_ways_give_the_same(text):
    text = text.strip()
    assert render(text) == _render(text)


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_both_ways_give_the_same_for_any_text(text):
    text = text.replace("\x00", "").strip()
    assert render(text) == _render(text)


def test_common_sentences_take_the_short_way():
    for text in (
        "Hello, is it in stock?",
        "你好，请问有货吗？",
        "Yes: two pieces (blue), 15% off!",
        "It's 12.5 kg."[:8],
    ):
        assert _PLAIN.fullmatch(text)


@pytest.mark.parametrize("piece", ["://", "[://", ".://", "ahttp://"])
def test_the_finder_of_links_is_asked_only_where_one_may_be(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time it looks through all of the text before, between the frames of all others."""
    asked = []
    monkeypatch.setattr(rendering, "linkify", lambda state, silent: asked.append(state.pos))
    render((piece * MAX_TEXT_CHARS)[:MAX_TEXT_CHARS])
    assert asked == []
    render(f"{piece} http://shop.example")
    assert len(asked) == 1


def test_links_in_brackets_after_a_host_name_are_links():
    html = render("shops.examples[http://a.x, http://b.x]")
    assert [f'href="{link}"' in html for link in ("http://a.x", "http://b.x")] == [True, True]
    assert "http://b.x" in render("shops.examples[http://a, http://b.x]")


@pytest.mark.parametrize("before", ["", "x", "(", "中", "  "])
@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_addresses_keep_their_signs(scheme, before):
    """An address is found before `_` and `*` in it could mean anything."""
    html = render(f"{before}{scheme}://shop.example/_a_/*b*")
    found = f'href="{scheme}://shop.example/_a_/*b"' in html
    assert found is (before != "x")
