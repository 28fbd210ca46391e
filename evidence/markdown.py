"""Markdown as HTML that is safe to show, for texts that people write at length."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

# Headings begin below those of the page that the text stands on.
HEADING_SHIFT = 2
BLOCKS = {"p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "hr"}
WORDS = {"a", "br", "code", "em", "strong"}

_parser = MarkdownIt("commonmark", {"html": False}).disable("image")


def html_of(text: str) -> Markup:
    """The text as HTML. Raw HTML in it is shown as it was typed; links lead to web and mail addresses."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + HEADING_SHIFT, 6)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    safe = nh3.clean(
        html,
        tags=BLOCKS | WORDS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(safe)  # noqa: S704 (cleaned on the line above, whatever the parser let through)
