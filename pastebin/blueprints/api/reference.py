"""The reference for people, made of the OpenAPI document: operations, who may call them, curl lines, answers.

It says what the document says and nothing of its own but the headings, so it cannot go stale.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from flask import current_app

from pastebin.blueprints.api import curl
from pastebin.blueprints.api.schema_words import Resolver
from pastebin.blueprints.description import JSON
from pastebin.errors import EndpointNotFound, PastebinError

_KEPT = "pastebin.reference"
_ERROR_LINE = re.compile(r"- (?:`(\w+)`: )?(.+)")


@dataclass(frozen=True)
class Field:
    """Something that may be sent: where it stands, what it is, and whether it has to be there."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Reply:
    """A way in which it answers when all goes well; the example is JSON, or None where the body is none."""

    status: int
    about: str
    media_type: str
    example: str | None
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Refusal:
    """A way in which it refuses; `code` is None in the hushfile protocol, which has none."""

    status: int
    code: str | None
    message: str


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    who: str
    fields: tuple[Field, ...]
    any_of: tuple[str, ...]
    curl: str
    replies: tuple[Reply, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True)
class Section:
    """The operations of one protocol."""

    name: str
    title: str
    about: str
    operations: tuple[Operation, ...]


class Part(NamedTuple):
    """A section before it is made; *tags* are the document's."""

    name: str
    title: str
    about: str
    tags: tuple[str, ...]


PARTS = (
    Part(
        "pastebin", "Upload, read, delete", "Files by their address, from a shell or a program.", ("upload", "pastebin")
    ),
    Part("files", "Your files", "List, search, change, delete and export what you have uploaded.", ("management",)),
    Part("images", "Images", "For galleries and screenshot tools: your images, hidden and shown.", ("images",)),
    Part(
        "store", "Image store", "For applications that keep their images here; they upload to / with a key.", ("store",)
    ),
    Part("encrypted", "Encrypted files", "The hushfile protocol: chunks that this server cannot read.", ("hushfile",)),
    Part("keys", "API keys", "Make and invalidate keys, with the token of a login.", ("keys",)),
    Part("sessions", "Logins and accounts", "Log in and out; what is known of an account.", ("session",)),
    Part("staff", "For staff", "Everybody’s files, takedowns and kill switches.", ("operation",)),
    Part("server", "About the server", "Documentation and ready files.", ("documentation",)),
)


def sections() -> tuple[Section, ...]:
    """All sections, made once; addresses in them begin with `examples.HOST`."""
    if _KEPT not in current_app.extensions:
        from pastebin.blueprints.api import openapi

        current_app.extensions[_KEPT] = tuple(_sections(openapi.document_for_people(current_app)))
    found: tuple[Section, ...] = current_app.extensions[_KEPT]
    return found


def section(name: str) -> Section:
    """One section.

    Raises:
        EndpointNotFound: there is none of this name.
    """
    for each in sections():
        if each.name == name:
            return each
    raise EndpointNotFound("There is no such part of the reference. All of them are listed at /api/reference.")


def error_codes() -> list[type[PastebinError]]:
    """One error for each code and status, in the order of their statuses."""
    found = {(error.status, error.code): error for error in reversed([*_kinds(PastebinError)])}
    return [found[each] for each in sorted(found)]


def _kinds(kind: type[PastebinError]) -> Iterator[type[PastebinError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _kinds(each)


def _sections(document: Mapping[str, Any]) -> Iterator[Section]:
    resolver = Resolver(document["components"]["schemas"])
    found = [
        (operation, _operation(path, method, operation, resolver))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    for name, title, about, tags in PARTS:
        for_staff = name == "staff"
        those = [(said, made) for said, made in found if _belongs(said, tags, for_staff=for_staff)]
        those.sort(key=lambda each: tags.index(each[0]["tags"][0]) if each[0]["tags"][0] in tags else 0)
        yield Section(name, title, about, tuple(made for _said, made in those))


def _belongs(said: Mapping[str, Any], tags: Sequence[str], *, for_staff: bool) -> bool:
    if said.get("x-for-staff", False) or "operation" in said["tags"]:
        return for_staff
    return said["tags"][0] in tags


def _operation(path: str, method: str, said: Mapping[str, Any], resolver: Resolver) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    fields = (*_parameters(said, resolver), *_body_fields(body, resolver))
    schema = resolver.whole(_schema_of(body))
    any_of = tuple(each["required"][0] for each in schema.get("anyOf", ()))
    line = curl.line(method.upper(), path, said, resolver)
    return Operation(
        said["operationId"].replace("_", "-"), method.upper(), path, said["summary"], said.get("description", ""),
        _who(said), fields, any_of, line, tuple(_replies(said, resolver)), tuple(_refusals(said)),
    )  # fmt: skip


def _who(said: Mapping[str, Any]) -> str:
    """In words, who may call it: read off `security`."""
    ways = said["security"]
    scopes = [scope for way in ways for scope in way.get("apiKey", ())]
    by_key = any("apiKey" in way for way in ways)
    a_key = f"a key with `{scopes[0]}`" if scopes else "any API key"
    if ways == [{}]:
        return "Anyone. Keys and logins are not looked at."
    if {} in ways:
        return f"Anyone. A key needs `{scopes[0]}`." if scopes else "Anyone."
    whose = "Staff" if said.get("x-for-staff") else "You"
    return f"{whose}, logged in or with {a_key}." if by_key else f"{whose}, logged in. API keys are refused."


def _parameters(said: Mapping[str, Any], resolver: Resolver) -> Iterator[Field]:
    for each in said.get("parameters", ()):
        schema = each["schema"]
        about = each.get("description") or schema.get("description", "")
        yield Field(each["name"], each["in"], resolver.kind(schema), each.get("required", False), about)


def _schema_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of JSON, else of the form."""
    for media_type in (JSON, "multipart/form-data"):
        if media_type in body:
            found: Mapping[str, Any] = body[media_type].get("schema", {})
            return found
    return {}


def _body_fields(body: Mapping[str, Any], resolver: Resolver) -> Iterator[Field]:
    place = "JSON" if JSON in body else "form"
    yield from _fields(_schema_of(body), place, resolver)
    if not _schema_of(body) and body:
        yield Field("(the body)", "body", "the bytes", True, "The file itself.")


def _fields(schema: Mapping[str, Any], place: str, resolver: Resolver) -> Iterator[Field]:
    whole = resolver.whole(schema)
    for name, each in whole.get("properties", {}).items():
        about = resolver.whole(each).get("description", "")
        yield Field(name, place, resolver.kind(each), name in whole.get("required", ()), about)


def _replies(said: Mapping[str, Any], resolver: Resolver) -> Iterator[Reply]:
    for status, answer in said["responses"].items():
        if int(status) < 400:
            ((media_type, content),) = answer["content"].items()
            schema = content["schema"]
            is_known = media_type == JSON and "$ref" in schema
            example = json.dumps(resolver.example(schema), indent=2, ensure_ascii=False) if is_known else None
            fields = tuple(_fields(schema, "answer", resolver)) if is_known else ()
            yield Reply(int(status), answer["description"], media_type, example, fields)


@cache
def _common() -> frozenset[str]:
    """What any request may be refused with, and any that changes something."""
    from pastebin.blueprints.api import openapi

    return frozenset(error.message for error in (*openapi.BY_ANYTHING, *openapi.BY_CHANGES))


def _refusals(said: Mapping[str, Any]) -> Iterator[Refusal]:
    """What is its own: what any request may meet is said once, elsewhere."""
    for status, answer in said["responses"].items():
        if int(status) >= 400:
            for code, message in _ERROR_LINE.findall(answer["description"]):
                if message not in _common():
                    yield Refusal(int(status), code or None, message)
