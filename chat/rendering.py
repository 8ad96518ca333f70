"""A message's text as HTML, made once, on the server. Markdown without raw HTML, then an allow-list."""

import nh3
from markdown_it import MarkdownIt

# No images: a remote picture would show the reader's address to whoever sent it.
_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    .enable(["linkify", "strikethrough", "replacements"], True)
    .disable(["image", "heading", "lheading", "hr", "html_block", "html_inline", "reference", "table"], True)
)

_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "a", "ul", "ol", "li", "blockquote"}
_SCHEMES = {"http", "https", "mailto", "tel"}


def render(text: str) -> str:
    """Return safe HTML for the text that somebody wrote."""
    return nh3.clean(
        _markdown.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    ).strip()
