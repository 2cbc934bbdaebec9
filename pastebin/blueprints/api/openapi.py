"""The API as an OpenAPI 3.1 document, read off the running application.

Nothing is listed by hand: the routes are those of the URL map under `/api`,
who may call each is what its gate asks, its words are its docstring and what
it `describes`; which errors it may answer with follows from all three.

Loaded when somebody wants it, since it takes marshmallow and apispec, which nothing else does.
"""

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Any, cast

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from marshmallow import Schema
from werkzeug.routing import Rule as Route

from pastebin import errors
from pastebin.access.csrf import HEADER, SAFE_METHODS
from pastebin.access.current import is_under_api, is_under_hushfile
from pastebin.access.gate import Needs, Rule, Token, rule_of
from pastebin.blueprints import examples, schemas
from pastebin.blueprints.description import JSON, Answer, Description, SchemaName, description_of
from pastebin.blueprints.schemas import ErrorSchema, HushfileErrorSchema
from pastebin.errors import PastebinError
from pastebin.services.switches import Switch

_KEPT = "pastebin.openapi"
_COOKIE = "pastebin_session"  # see pastebin/access/session_cookie.py
_VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_KINDS: dict[str, dict[str, str]] = {"int": {"type": "integer"}, "uuid": {"type": "string", "format": "uuid"}}

_ABOUT = """\
Upload files, manage API keys. The page `/api` says the same with examples for people.

Every error is the schema `Error`; go by its `code`. GET routes answer HEAD as well, and all routes OPTIONS.
But what is under `/api/file` has errors of its own, `HushfileError`, and answers whatever it does not know with 400."""

_SECURITY_SCHEMES = {
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, from the page `/keys`. `Authorization: KEY` without `Bearer` does as well.",
    },
    "sessionToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The `token` of `POST /api/login`; without `Bearer` too.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": _COOKIE,
        "description": f"The login cookie; over https its name is `__Host-{_COOKIE}`.",
    },
    "csrfToken": {
        "type": "apiKey",
        "in": "header",
        "name": HEADER,
        "description": "Beside the login cookie, with every request that changes something.",
    },
}

BY_ANYTHING = (
    errors.UntrustedHost, errors.KeyInvalid, errors.InternalError, errors.ServiceUnavailable,
    errors.SwitchedOff, errors.RateLimited,
)  # fmt: skip
BY_CHANGES = (errors.CsrfMissing, errors.CsrfInvalid, errors.CrossSite)
_BY_BODY = (errors.BodyMalformed, errors.FieldsInvalid)
_BY_BYTES = (
    errors.BodyTooSlow, errors.BodyTooLarge, errors.StorageLimit, errors.ContentRemoved, errors.StorageFull,
)  # fmt: skip
_BY_UPLOAD = (
    errors.SessionInvalid, errors.EmailNotVerified, errors.FieldsMissing, errors.TypeNotAllowed, *_BY_BYTES,
)  # fmt: skip

_HEADERS_OF_LIMITS = {
    "RateLimit-Limit": "How often this may be asked within a time.",
    "RateLimit-Remaining": "How often it still may.",
    "RateLimit-Reset": "Seconds until the time begins anew.",
}
_HEADERS_BY_STATUS: dict[int, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "`Bearer`."},
    HTTPStatus.TOO_MANY_REQUESTS: {"Retry-After": "Seconds to wait.", **_HEADERS_OF_LIMITS},
}


def document(app: Flask, base_url: str) -> dict[str, Any]:
    """The document of all under `/api`, for a server that is called by *base_url* (without a slash at its end)."""
    if _KEPT not in app.extensions:
        app.extensions[_KEPT] = _spec_of(app, routes(app), _Schemas).to_dict()
    return {**app.extensions[_KEPT], "servers": [{"url": base_url}]}


def document_for_people(app: Flask) -> dict[str, Any]:
    """The same with examples, and with the addresses outside of `/api`, which speak to shells and browsers too."""
    return _spec_of(app, [*routes(app), *routes_of_addresses(app)], _SchemasForPeople).to_dict()


def routes(app: Flask) -> Iterator[tuple[Route, Description]]:
    """Every documented route under `/api`.

    Raises:
        AttributeError: one that says nothing of itself (`describes`).
    """
    for route in app.url_map.iter_rules():
        if is_under_api(route.rule):
            described = description_of(app.view_functions[route.endpoint])
            if described is not None:
                yield route, described


def routes_of_addresses(app: Flask) -> Iterator[tuple[Route, Description]]:
    """Every route outside of `/api` that says something of itself; of two that differ by a slash at the end, one."""
    for route in app.url_map.iter_rules():
        described = getattr(app.view_functions[route.endpoint], "description", None)
        is_twin = route.rule != "/" and route.rule.endswith("/")
        if described is not None and not is_under_api(route.rule) and not is_twin:
            yield route, described


def methods(route: Route) -> list[str]:
    """The methods of a route that are written down: not those that Flask adds by itself."""
    return sorted((route.methods or set()) - {"HEAD", "OPTIONS"})


def path_of(route: Route) -> str:
    """A route's path as OpenAPI spells it."""
    return _VARIABLE.sub(r"{\g<name>}", route.rule)


def errors_of(rule: Rule, method: str, described: Description) -> list[type[PastebinError]]:
    """What a view may refuse with: by its gate, by what it reads, and by what it says itself."""
    if rule.needs is Needs.NOBODY:
        return _errors_of_nobody(rule, method, described)
    found: list[type[PastebinError]] = [*BY_ANYTHING, *described.errors]
    if rule.needs is not Needs.ANYONE:
        found.append(errors.SessionInvalid)
    if rule.scope or rule.for_sessions:
        found.append(errors.PermissionMissing)
    if method not in SAFE_METHODS:
        found += BY_CHANGES
    if described.body:
        found += _BY_BODY
    if rule.uploads:
        found += _BY_UPLOAD
    return list(dict.fromkeys(found))


def _errors_of_nobody(rule: Rule, method: str, described: Description) -> list[type[PastebinError]]:
    """Where no credential is looked at, none can be wrong."""
    found = [error for error in (*BY_ANYTHING, *described.errors) if error is not errors.KeyInvalid]
    if method not in SAFE_METHODS:
        found.append(errors.CrossSite)
    if rule.switch is Switch.FILE_CREATE:
        found.append(errors.NobodyRefused)
    if rule.uploads:
        found += [errors.BodyMalformed, *_BY_BYTES]
    elif described.body:
        found += _BY_BODY
    return list(dict.fromkeys(found))


class _Converter(OpenAPIConverter):
    """Says too of which fields one has to be there, which marshmallow has no word for."""

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        """One schema as JSON Schema."""
        found: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]  # apispec's own
        if any_of := getattr(schema, "any_of", ()):
            found["anyOf"] = [{"required": [name]} for name in any_of]
        return found


class _ConverterForPeople(_Converter):
    """Gives examples as well. Programs that test servers take examples for what is to be sent first."""

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        """One schema as JSON Schema."""
        found = super().schema2jsonschema(schema)
        for name, field in found.get("properties", {}).items():
            if "$ref" not in field and (example := examples.of_field(_name_of(schema), name)):
                field["examples"] = [*example]
        return found


class _Schemas(MarshmallowPlugin):
    Converter = _Converter


class _SchemasForPeople(MarshmallowPlugin):
    Converter = _ConverterForPeople


def _spec_of(
    app: Flask, described_routes: Iterable[tuple[Route, Description]], converting: type[MarshmallowPlugin]
) -> APISpec:
    plugin = converting(schema_name_resolver=_name_of)
    about = {"description": _ABOUT}
    spec = APISpec("pastebin", version("pastebin"), openapi_version="3.1.0", plugins=[plugin], info=about)
    spec.components.schema("Error", schema=ErrorSchema)
    for name, scheme in _SECURITY_SCHEMES.items():
        spec.components.security_scheme(name, scheme)
    operations: dict[str, dict[str, Any]] = {}
    for route, described in sorted(described_routes, key=lambda found: found[0].rule):
        view = app.view_functions[route.endpoint]
        for method in methods(route):
            operations.setdefault(path_of(route), {})[method.lower()] = _operation(route, method, view, described)
    for path, found in operations.items():
        spec.path(path=path, operations=found)
    return spec


def _name_of(schema: type[Schema] | Schema) -> str:
    """`FileSchema` is `File`; one that leaves fields out says so."""
    kind = schema if isinstance(schema, type) else type(schema)
    left_out = "" if isinstance(schema, type) or not schema.exclude else "Single"
    return left_out + kind.__name__.removesuffix("Schema")


def _called(name: SchemaName) -> type[Schema]:
    return cast(type[Schema], getattr(schemas, name))


def _operation(route: Route, method: str, view: Any, described: Description) -> dict[str, Any]:
    rule = rule_of(view)
    summary, _blank, rest = (inspect.getdoc(view) or "").partition("\n\n")
    operation: dict[str, Any] = {
        "tags": [described.tag],
        "operationId": "_".join(re.findall(r"\w+", f"{method.lower()} {path_of(route)}")),
        "summary": " ".join(summary.split()),
        "security": _security(rule, method),
        **({"x-for-staff": True} if rule.for_staff else {}),
        "responses": _answers(described) | _error_answers(errors_of(rule, method, described), route.rule),
    }
    if rest:
        operation["description"] = rest
    if parameters := [*_path_parameters(route, described), *_query_parameters(described), *_headers(described)]:
        operation["parameters"] = parameters
    if described.body:
        content = {kind: {"schema": _called(name)} if name else {} for kind, name in described.body.items()}
        operation["requestBody"] = {"required": described.body_needed, "content": content}
    return operation


def _security(rule: Rule, method: str) -> list[dict[str, list[str]]]:
    """Ways to be let in; the empty one is nobody's."""
    cookie: dict[str, list[str]] = {"session": []}
    if method not in SAFE_METHODS and rule.token is not Token.NONE:
        cookie["csrfToken"] = []
    token: dict[str, list[str]] = {"sessionToken": []}
    if rule.for_sessions:
        return [token, cookie]
    if rule.needs is Needs.NOBODY:
        return [{}]
    ways = [{"apiKey": [str(rule.scope)] if rule.scope else []}, token, cookie]
    return [{}, *ways] if rule.needs is Needs.ANYONE else ways


def _path_parameters(route: Route, described: Description) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": found["name"],
            "required": True,
            "description": described.path[found["name"]],
            "schema": _KINDS.get(found["kind"] or "", {"type": "string"}),
        }
        for found in _VARIABLE.finditer(route.rule)
    ]


def _query_parameters(described: Description) -> list[dict[str, Any]]:
    return [{"in": "query", "schema": _called(described.query)}] if described.query else []


def _headers(described: Description) -> list[dict[str, Any]]:
    return [
        {"in": "header", "name": name, "description": sentence, "schema": {"type": "string"}}
        for name, sentence in described.headers.items()
    ]


def _answers(described: Description) -> dict[str, Any]:
    return {str(status): _answer(answer) for status, answer in described.answers.items()}


def _answer(answer: Answer) -> dict[str, Any]:
    kind = "object" if answer.media_type == JSON else "string"
    schema = _called(answer.schema) if answer.schema else {"type": kind}
    return _response(answer.about, {**answer.headers, **_HEADERS_OF_LIMITS}, answer.media_type, schema)


def _error_answers(found: list[type[PastebinError]], path: str) -> dict[str, Any]:
    by_status: dict[int, list[type[PastebinError]]] = {}
    for error in found:
        by_status.setdefault(error.status, []).append(error)
    answer = _hushfile_error_answer if is_under_hushfile(path) else _error_answer
    return {str(status): answer(status, those) for status, those in sorted(by_status.items())}


def _error_answer(status: int, those: list[type[PastebinError]]) -> dict[str, Any]:
    codes = sorted({error.code for error in those})
    schema = {"allOf": [ErrorSchema, {"properties": {"code": {"enum": codes}}}]}
    lines = [f"- `{error.code}`: {error.message}" for error in those]
    return _response("\n".join(lines), _HEADERS_BY_STATUS.get(status, {}), JSON, schema)


def _hushfile_error_answer(status: int, those: list[type[PastebinError]]) -> dict[str, Any]:
    lines = [f"- {error.message}" for error in those]
    return _response("\n".join(lines), _HEADERS_BY_STATUS.get(status, {}), JSON, HushfileErrorSchema)


def _response(about: str, headers: Mapping[str, str], media_type: str, schema: object) -> dict[str, Any]:
    response: dict[str, Any] = {"description": about, "content": {media_type: {"schema": schema}}}
    if headers:
        response["headers"] = {
            name: {"description": sentence, "schema": {"type": "string"}} for name, sentence in headers.items()
        }
    return response
