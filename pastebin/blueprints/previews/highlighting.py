"""Text with the colours of its language, line by line."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_by_name, find_lexer_class_for_filename
from pygments.lexers.special import TextLexer
from pygments.modeline import get_filetype_from_buffer
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from pastebin.blueprints.previews import job
from pastebin.blueprints.previews.text import split_lines, to_html

MOST_BYTES: Final = job.MOST_BYTES

# Fewer classes than Pygments has: what looks alike is one, what looks like plain text is none.
_CLASSES: Final = {
    Token.Comment: "c",
    Token.Comment.Preproc: "p",
    Token.Keyword: "k",
    Token.Keyword.Type: "t",
    Token.Operator.Word: "k",
    Token.Literal.String: "s",
    Token.Literal.String.Escape: "e",
    Token.Literal.String.Interpol: "e",
    Token.Literal.String.Doc: "c",
    Token.Literal.Number: "n",
    Token.Literal.Date: "n",
    Token.Keyword.Constant: "n",
    Token.Name.Constant: "n",
    Token.Name.Function: "f",
    Token.Name.Class: "t",
    Token.Name.Exception: "t",
    Token.Name.Namespace: "t",
    Token.Name.Decorator: "d",
    Token.Name.Attribute: "a",
    Token.Name.Tag: "g",
    Token.Name.Builtin: "b",
    Token.Name.Variable: "v",
    Token.Name.Entity: "e",
    Token.Name.Label: "d",
    Token.Generic.Deleted: "gd",
    Token.Generic.Inserted: "gi",
    Token.Generic.Heading: "gh",
    Token.Generic.Subheading: "gh",
    Token.Generic.Strong: "gs",
    Token.Generic.Emph: "ge",
    Token.Generic.EmphStrong: "gs",
    Token.Generic.Prompt: "d",
    Token.Generic.Output: "c",
    Token.Generic.Traceback: "gd",
    Token.Generic.Error: "gd",
}

# What a text without a telling name begins with, and what it then is. Pygments' own guess is
# not asked: it loads all 600 lexers, and takes a letter home for a program.
_SIGNATURES: Final = tuple(
    (re.compile(pattern, re.MULTILINE), alias)
    for pattern, alias in (
        (r"\A\s*<\?xml\b", "xml"),
        (r"\A\s*<\?php\b", "php"),
        (r"\A\s*(?i:<!doctype html|<html)\b", "html"),
        (r"\A(?:diff |Index: |--- [^\n]+\n\+\+\+ |From [0-9a-f]{40} |commit [0-9a-f]{40}\n)", "diff"),
        (r"^Traceback \(most recent call last\):$", "pytb"),
        (r"^#include [<\"][\w./+-]+[>\"]$", "cpp"),
        (r"\A(?://[^\n]*\n|\s)*package \w+\n", "go"),
        (r"^(?:pub )?fn \w+[(<][^\n]*\{$", "rust"),
        (r"^(?:from [\w.]+ import [\w(*]|def \w+\([^\n]*\)(?: -> [^\n:]+)?:$|class \w+(?:\([^\n]*\))?:$)", "python"),
        (r"^(?:public |abstract |final )+class \w+", "java"),
        (r"^(?:const|let|var) \w+ = |^(?:export |async )*function \w*\(|^import [^\n]+ from ['\"]", "javascript"),
        (r"\A\s*(?i:select\b[^;]*?\bfrom|insert into|create (?:table|index|view)|update \S+ set|delete from)\b", "sql"),
        (r"\\documentclass\b", "latex"),
        (r"^FROM \S+[^\n]*\n(?:[^\n]*\n)*?(?:RUN|COPY|CMD|ENTRYPOINT) ", "docker"),
        (r"\A\[[\w.: -]+\]\n(?:[#;][^\n]*\n|\s)*[\w.-]+ *=", "ini"),
    )
)
_SHEBANG: Final = re.compile(r"#![ \t]*(?:[^\s/]*/)*([^\s/]+)(?:[ \t]+(?:-S[ \t]+)?([^\s/]+))?")
_INTERPRETERS: Final = {
    "node": "javascript",
    "deno": "typescript",
    "bun": "javascript",
    "rscript": "r",
    "gmake": "make",
}
_GUESSED_CHARACTERS: Final = 8192


@dataclass(frozen=True)
class Highlighted:
    """The name of a language, and lines of HTML in its colours."""

    language: str
    lines: list[str]


def highlight(text: str, names: list[str]) -> Highlighted | None:
    """Colour a text, or None where it is in no language that is known.

    Args:
        text: with `\\n` as its only line end. What the lines say is exactly this.
        names: file names that may tell the language, the best first.

    May take any time: some lexers' expressions are quadratic, or worse, on what somebody wrote for that.
    """
    lexer = _lexer_by_name(text, names) or _lexer_by_content(text)
    if lexer is None:
        return None
    runs = list(_runs(lexer, text))
    if "".join(run for _, run in runs) != text:
        return None  # a lexer that loses or invents something: the text itself matters more than its colours
    return Highlighted(lexer.name, split_lines("".join(_wrapped(css, run) for css, run in runs)))


def _runs(lexer: Lexer, text: str) -> Iterator[tuple[str, str]]:
    """The text in pieces of one class each, neighbours joined. Without the lexer's usual changes to its input."""
    last, pieces = "", list[str]()
    for _, kind, piece in lexer.get_tokens_unprocessed(text):
        css = _class_of(kind)
        if css != last:
            if pieces:
                yield last, "".join(pieces)
            last, pieces = css, []
        pieces.append(piece)
    yield last, "".join(pieces)


def _wrapped(css: str, run: str) -> str:
    html = to_html(run)
    if not css or run.isspace():
        return html
    return "\n".join(f'<span class="{css}">{line}</span>' if line else "" for line in html.split("\n"))


@cache
def _class_of(kind: _TokenType) -> str:
    while kind is not Token and kind.parent is not None:
        if kind in _CLASSES:
            return _CLASSES[kind]
        kind = kind.parent
    return ""


def _lexer_by_name(text: str, names: list[str]) -> Lexer | None:
    for name in names:
        found = find_lexer_class_for_filename(name, text[:_GUESSED_CHARACTERS])
        if found is not None and found is not TextLexer:
            return found()
    return None


def _lexer_by_content(text: str) -> Lexer | None:
    start = text[:_GUESSED_CHARACTERS]
    alias = _shebang(start) or get_filetype_from_buffer(start) or _signature(start)
    if alias is None and _is_json(text):
        alias = "json"
    return _lexer_of(alias) if alias else None


def _lexer_of(alias: str) -> Lexer | None:
    try:
        found = find_lexer_class_by_name(alias)
    except ClassNotFound:
        return None
    return None if found is TextLexer else found()


def _shebang(start: str) -> str | None:
    found = _SHEBANG.match(start)
    if found is None:
        return None
    program = found[2] if found[1] == "env" and found[2] else found[1]
    program = program.lower().rstrip("0123456789.")
    return _INTERPRETERS.get(program, program) or None


def _signature(start: str) -> str | None:
    return next((alias for pattern, alias in _SIGNATURES if pattern.search(start)), None)


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
