"""Plain lines take a short way to HTML: it ends where the long one does."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

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
