"""A runnable curl line for each operation of the OpenAPI document, with the examples of its fields."""

import json
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pastebin.blueprints import examples
from pastebin.blueprints.api.schema_words import Resolver
from pastebin.blueprints.description import JSON

_WIDTH = 64
_FORM = "multipart/form-data"
_FILE = "notes.txt"
_LOGIN_TOKEN = "YOUR_TOKEN"  # noqa: S105 - stands for one


def line(method: str, path: str, said: Mapping[str, Any], resolver: Resolver) -> str:
    """The command, over several lines where it is long; addresses in it begin with `examples.HOST`.

    Args:
        method: in capitals.
        path: with its variables in braces.
        said: the operation, as the document has it.
    """
    body = _body(method, said.get("requestBody", {}).get("content", {}), resolver)
    words = [
        "curl",
        *_method(method, body),
        *_credential(said),
        *_headers(said),
        *body,
        *_saving(said),
        _url(method, path, said),
    ]
    return _folded(words)


def _method(method: str, body: list[str]) -> list[str]:
    by_itself = {"--json": "POST", "-F": "POST", "--data-binary": "POST", "-T": "PUT"}
    implied = by_itself.get(body[0].partition(" ")[0], "GET") if body else "GET"
    return [] if method == implied else [f"-X {method}"]


def _credential(said: Mapping[str, Any]) -> list[str]:
    """Where somebody is needed: a key, or the token of a login where keys are refused."""
    ways = said["security"]
    if {} in ways:
        return []
    credential = examples.KEY if any("apiKey" in way for way in ways) else _LOGIN_TOKEN
    return [f"-H 'Authorization: Bearer {credential}'"]


def _headers(said: Mapping[str, Any]) -> list[str]:
    return [f"-H '{each['name']}: TOKEN'" for each in said.get("parameters", ()) if each["in"] == "header"]


def _body(method: str, content: Mapping[str, Any], resolver: Resolver) -> list[str]:
    if JSON in content:
        example = resolver.example(content[JSON]["schema"], wanted_only=True)
        return [f"--json {shlex.quote(json.dumps(example, ensure_ascii=False))}"]
    if _FORM in content and content[_FORM].get("schema"):
        return [f"-F file=@{_FILE}"]
    if content:
        return [f"-T {_FILE}"] if method == "PUT" else [f"--data-binary @{_FILE}"]
    return []


def _saving(said: Mapping[str, Any]) -> list[str]:
    """What is no text goes into a file."""
    kinds = {kind for status, answer in said["responses"].items() if status == "200" for kind in answer["content"]}
    if kinds <= {JSON, "text/plain", "text/html"}:
        return []
    return ["-OJ"] if "application/zip" in kinds else ["-o saved"]


def _url(method: str, path: str, said: Mapping[str, Any]) -> str:
    address = examples.HOST + examples.of_path(method, path)
    needed = [each for each in said.get("parameters", ()) if each["in"] == "query" and each.get("required")]
    query = urlencode({each["name"]: examples.of_field("", each["name"])[0] for each in needed})
    return shlex.quote(f"{address}?{query}") if query else address


def _folded(words: list[str]) -> str:
    """In lines that are filled as far as their width goes; the address begins one, if not the first."""
    lines = [words[0]]
    for word in words[1:]:
        fits = len(lines[-1]) + len(word) < _WIDTH and not (word is words[-1] and len(lines) > 1)
        lines[-1:] = [f"{lines[-1]} {word}"] if fits else [lines[-1], word]
    return " \\\n    ".join(lines)
