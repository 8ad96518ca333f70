"""A message's text as HTML, made once, on the server. Markdown without raw HTML, then an allow-list."""

import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, linkify

# No images: a remote picture would show the reader's address to whoever sent it.
_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    .enable(["linkify", "strikethrough", "replacements"], True)
    .disable(["image", "heading", "lheading", "hr", "html_block", "html_inline", "reference", "table"], True)
)

# What stands before the "://" of what it takes for a link, and the character before that.
_SCHEME = re.compile(r"(?:^|[^a-z0-9.+-])(?:https?|ftp)$", re.IGNORECASE)


def _linkify(state: StateInline, silent: bool) -> bool:
    """The library's own rule, asked only where it could find something: at each "://" it looks through all of the text
    before, which is a tenth of a second for a message of nothing else, while everybody waits."""
    return _SCHEME.search(state.pending[-6:]) is not None and linkify(state, silent)


_markdown.inline.ruler.at("linkify", _linkify)

_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote"}
_SCHEMES = {"http", "https", "mailto", "tel"}

# One line of words and harmless punctuation: nothing in it means anything to Markdown, HTML or the finder of links.
# It may not start as a list does ("1. ", "2) "), and a dot inside a word could be a host name.
_WORDS = r"[^\W_]"
_PLAIN = re.compile(
    rf"(?!\d+[.)]){_WORDS}(?:{_WORDS}|[ ,!?;'%$€£¥()+=，。！？；：、（）“”‘’…《》-]|[.:](?= |$))*",
)


def render(text: str) -> str:
    """Return safe HTML for the text that somebody wrote."""
    # Most messages are like that, and cost a hundredth so.
    return f"<p>{text}</p>" if _PLAIN.fullmatch(text) else _render(text)


def _render(text: str) -> str:
    return nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    ).strip()
