"""Which preview a content gets, and all that its template needs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from markupsafe import Markup

from pastebin import filetypes
from pastebin.blueprints.previews import hexdump, job, rendering, text
from pastebin.images.formats import is_image

LARGEST_SHOWN_IMAGE: Final = 32 << 20
"""Bytes: more than that is fetched only by somebody who asks for it; on a page a smaller one stands for it."""

LARGEST_SHOWN_TEXT: Final = 32 << 20
"""Bytes: more than that a browser is not asked to lay out, line by line."""

# Of what is too large to be sent whole, and of what browsers show in no size.
_SMALLER: Final = "scale=25"
_SAME_SIZE: Final = "scale=100"

_IMAGES: Final = frozenset(
    "image/png image/apng image/jpeg image/gif image/webp image/avif image/bmp image/x-ms-bmp image/svg+xml "
    "image/vnd.microsoft.icon image/x-icon".split()
)
_SOUNDS: Final = frozenset(
    "audio/mpeg audio/ogg audio/opus audio/flac audio/x-flac audio/wav audio/x-wav audio/aac audio/mp4 audio/x-m4a "
    "audio/webm".split()
)
_FILMS: Final = frozenset("video/mp4 video/webm video/ogg video/quicktime video/x-m4v".split())


class Medium(StrEnum):
    """What a browser shows by itself, from the content's own address."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True)
class Content:
    """Bytes to be previewed; `names` may tell the language of a text, the best first.

    What is rendered is kept under `kept_as`. `content_type` is what the content
    says itself that it is: by that it is made into other images. `chosen` is
    the extension of the language in which somebody wants to see a text.
    """

    kept_as: str
    size: int
    media_type: str
    charset: str | None
    names: tuple[str, ...]
    content_type: str | None = None
    chosen: str = ""


@dataclass(frozen=True)
class Source:
    """Text as numbered lines of HTML.

    `digits` is the width of the largest number, `is_whole` whether all of the
    text is there, `in_colour` false where the renderer gave up on it,
    `is_too_large` where it was not asked, `marks` whether it has characters
    that are shown by their number, `charset` what it was read as, `is_guessed`
    whether that is a guess. `beginning` are its first words, as plain text.
    """

    html: Markup
    lines: int
    digits: int
    language: str | None
    is_whole: bool
    in_colour: bool
    is_too_large: bool
    marks: bool
    charset: str
    is_guessed: bool
    beginning: str


@dataclass(frozen=True)
class Preview:
    """What is shown of a content: any of these parts, or none for an empty one.

    `made_by` is the query of the image that stands for one that browsers do
    not show, or not in that size; empty where the content shows itself.
    """

    medium: Medium | None = None
    made_by: str = ""
    article: Markup | None = None
    source: Source | None = None
    dump: tuple[hexdump.Row, ...] = ()
    is_empty: bool = False


def preview(content: Content, open_bytes: Callable[[], BinaryIO]) -> Preview:
    """Look at a content and choose.

    Reads at most `text.MOST_BYTES` and one byte of it, whatever its size.

    Args:
        open_bytes: opens the content; called at most once.
    """
    if not content.size:
        return Preview(is_empty=True)
    medium = _medium_of(content)
    is_text = _is_text(content)
    if medium and not is_text:
        return Preview(medium)
    if not is_text and (query := _made_by(content)):
        return Preview(Medium.IMAGE, query)
    with open_bytes() as file:
        head = file.read(text.MOST_BYTES + 1 if is_text else hexdump.MOST_BYTES)
    if not is_text or text.looks_binary(head[:_PROBED_BYTES], content.charset):
        return Preview(medium, dump=tuple(hexdump.rows(head[: hexdump.MOST_BYTES])))
    return _of_text(content, medium, head)


_PROBED_BYTES: Final = 8192


def _medium_of(content: Content) -> Medium | None:
    if content.media_type in _IMAGES:
        return Medium.IMAGE if content.size <= LARGEST_SHOWN_IMAGE else None
    if content.media_type in _SOUNDS:
        return Medium.AUDIO
    return Medium.VIDEO if content.media_type in _FILMS else None


def _made_by(content: Content) -> str:
    """What asks for an image in place of one that is not shown itself; empty where there is none."""
    if not is_image(content.content_type) or not content.media_type.startswith("image/"):
        return ""
    return _SAME_SIZE if content.size <= LARGEST_SHOWN_IMAGE else _SMALLER


def _is_text(content: Content) -> bool:
    """Whether it leaves the server as text; a text of unknown kind is one too."""
    serving = filetypes.serving(content.media_type, content.charset)
    unknown = serving.content_type == filetypes.OCTET_STREAM and content.media_type == filetypes.OCTET_STREAM
    return serving.content_type.startswith("text/plain") or (unknown and content.charset is not None)


def _of_text(content: Content, medium: Medium | None, head: bytes) -> Preview:
    is_whole = len(head) <= text.MOST_BYTES
    charset = content.charset or text.FALLBACK_CHARSET
    decoded = text.decode(head[: text.MOST_BYTES], charset, is_whole=is_whole)
    lines = text.split_lines(decoded)
    if len(lines) > text.MOST_LINES:
        lines, is_whole = lines[: text.MOST_LINES], False
    small = is_whole and len(head) <= job.MOST_BYTES
    coloured = _coloured(content, decoded) if small else {}
    article = _article(content, decoded) if small else None
    source = _source(content, lines, coloured, is_whole=is_whole, is_too_large=not small)
    return Preview(medium, article=article, source=source)


def _coloured(content: Content, decoded: str) -> rendering.Answer:
    """In the language that its names or its words tell; in none where that was chosen."""
    if content.chosen == "txt":
        return {}
    return rendering.highlight(content.kept_as, decoded, list(content.names))


def _source(
    content: Content, lines: list[str], coloured: rendering.Answer, *, is_whole: bool, is_too_large: bool
) -> Source:
    html = coloured["html"].split("\n") if "html" in coloured else text.to_html("\n".join(lines)).split("\n")
    numbered = text.numbered(html)
    return Source(
        html=Markup(numbered),  # noqa: S704  # every line came through text.to_html
        lines=len(html),
        digits=len(str(len(html))),
        language=coloured.get("language"),
        is_whole=is_whole,
        in_colour="failed" not in coloured,
        is_too_large=is_too_large,
        marks="<bdi data-code" in numbered,
        charset=content.charset or text.FALLBACK_CHARSET,
        is_guessed=content.charset is None,
        beginning=text.beginning(lines),
    )


def _article(content: Content, decoded: str) -> Markup | None:
    if (filetypes.media_type_of(content.chosen) or content.media_type) != "text/markdown":
        return None
    html = rendering.markdown(content.kept_as, decoded).get("html")
    return Markup(html) if html else None  # noqa: S704  # cleaned by nh3
