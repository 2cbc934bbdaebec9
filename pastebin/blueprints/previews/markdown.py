"""Markdown as HTML that may stand in a page of ours.

Raw HTML in it is text, what comes out goes through an allow-list once more,
and nothing is fetched from anywhere: an image is a link to itself.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from pastebin.blueprints.previews import job
from pastebin.blueprints.previews.highlighting import highlight

MOST_BYTES: Final = job.MOST_BYTES

# Of a stranger's addresses only those that say where they lead. A relative one was written for another place.
_ELSEWHERE: Final = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
_DEEPEST_HEADING = 6
_HEADING_SHIFT = 2  # the page's own title and the section's come before

_TAGS: Final = {
    "p", "br", "hr", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "s",
    "a", "table", "thead", "tbody", "tr", "th", "td", "span",
}  # fmt: skip
_ATTRIBUTES: Final[dict[str, set[str]]] = {"a": {"href", "title"}, "ol": {"start"}, "span": {"class", "title"}}


def render(text: str) -> str:
    """The HTML of a Markdown text (CommonMark with tables and strikethrough), clean.

    May take any time: nesting is bounded, some patterns are quadratic all the same.
    """
    return nh3.clean(
        _parser.render(text),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        link_rel="nofollow noopener noreferrer",
        url_schemes={"http", "https", "mailto"},
    )


def _tame(state: StateCore) -> None:
    """Headings below those of the page; images and links to nowhere made harmless."""
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + _HEADING_SHIFT, _DEEPEST_HEADING)}"
        elif token.children:
            _tame_inline(token.children)


def _tame_inline(tokens: list[Token]) -> None:
    open_links: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            if not _ELSEWHERE.match(href):
                token.tag, token.attrs = "span", {"class": "nowhere", "title": href}
            open_links.append(token.tag)
        elif token.type == "link_close":
            token.tag = open_links.pop()
        elif token.type == "image":
            token.meta["linked"] = "a" in open_links


def _image(_renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[index]
    source = str(token.attrs.get("src", ""))
    words = escape(token.content) or "image"
    if token.meta.get("linked") or not _ELSEWHERE.match(source):
        return f'<span class="image">{words}</span>'
    return f'<a href="{escape(source)}"><span class="image">{words}</span></a>'


def _coloured(code: str, language: str, _attributes: str) -> str:
    """A fenced block in the colours of the language that it names; empty for the default."""
    found = highlight(code, [f"code.{language}", language]) if language else None
    return "\n".join(found.lines) + "\n" if found else ""


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _coloured}).enable(["table", "strikethrough"])
    parser.core.ruler.push("tame", _tame)
    parser.add_render_rule("image", _image)
    return parser


_parser: Final = _make_parser()
