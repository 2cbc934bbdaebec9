"""Requests made from the OpenAPI document, right ones and wrong ones, by everybody: the answers are as it says.

The document is read off the running application, so a new route is asked as
soon as it is there. Every case has an account of its own, with a file and a
key: what ends a session, a key or an account ends nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any

import pytest
import schemathesis
from flask import Flask, jsonify
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.engine import events, from_schema
from schemathesis.hooks import HookContext
from schemathesis.transport.wsgi import WSGITransport

from pastebin.services import accounts, keys, sessions, switches
from pastebin.services.actor import Scope, User
from tests import hushing
from tests.conftest import PASSWORD, bearer
from tests.forms import upload

SEED = 20261121


# ---- what the contract says otherwise than the checks


@dataclass(frozen=True)
class Excluded:
    """Failures of one check that are none, and the sentence of the contract that says so."""

    check: str
    sentence: str
    holds: Callable[[schemathesis.Case, Response], bool]


def _refused_for(*fields: str) -> Callable[[schemathesis.Case, Response], bool]:
    """Refused for one of these fields alone, whose texts have rules that no schema can say."""

    def holds(_case: schemathesis.Case, response: Response) -> bool:
        return response.status_code == 400 and set(response.json().get("fields", ())) in [{field} for field in fields]

    return holds


def _is_wrong_in(*locations: ParameterLocation) -> Callable[[schemathesis.Case, Response], bool]:
    """Wrong in no other place of the request than these."""

    def holds(case: schemathesis.Case, _response: Response) -> bool:
        wrong = {place for place, part in case.meta.components.items() if part.mode.is_negative} if case.meta else set()
        return bool(wrong) and wrong <= set(locations)

    return holds


def _of_name_api(case: schemathesis.Case, _response: Response) -> bool:
    return case.operation.path == "/api"


def _is_hushfile(case: schemathesis.Case) -> bool:
    return case.operation.path.startswith("/api/file/") or case.operation.path == "/api/file"


def _is_told_in_hushfile(*beginnings: str) -> Callable[[schemathesis.Case, Response], bool]:
    """Refused by the hushfile protocol with one of these sentences."""

    def holds(case: schemathesis.Case, response: Response) -> bool:
        return _is_hushfile(case) and str(response.json().get("status")).startswith(beginnings)

    return holds


_BAD_REQUEST = 'Anything else under /api/file: 400 {"fileid": ID or null, "status": "bad request"} (section 7)'

EXCLUDED = (
    Excluded("unsupported_method", _BAD_REQUEST, lambda case, _response: _is_hushfile(case)),
    Excluded("allow_header_conformance", _BAD_REQUEST, lambda case, _response: _is_hushfile(case)),
    Excluded(
        "positive_data_acceptance",
        "Unknown id: 400 on PUT and finishupload. expire in the past, or beyond max_retention_hours: 400. finishupload "
        "with an index that was never uploaded: 400. Unfinished: 412. No such chunk: 416 (section 7)",
        _is_told_in_hushfile(
            "No upload of this id", "expire ", "Chunk ", "Upload is unfinished", "The file has no such"
        ),
    ),
    Excluded(
        "positive_data_acceptance",
        "Index: 0 and up (section 7): a schema has no word for a path that is one",
        _is_told_in_hushfile("bad request"),
    ),
    Excluded(
        "negative_data_rejection",
        "The seed as written, JSON or multipart bodies alike (in multipart chunks is repeated, or one JSON list) "
        "(section 7): on the wire a number is a text",
        lambda case, response: _is_hushfile(case) and response.status_code == 200 and case.method.upper() == "POST",
    ),
    Excluded(
        "unsupported_method",
        "PUT /NAME (curl -T FILE): 201 (section 3); a file may be called api",
        _of_name_api,
    ),
    Excluded("allow_header_conformance", "PUT /NAME: 201 (section 3); DELETE /HASH (section 4)", _of_name_api),
    Excluded(
        "allow_header_conformance",
        "all twenty endpoints of the seed, paths and methods as written there (section 5): files/:id beside files/all",
        lambda case, _response: case.operation.path.endswith("/files/all"),
    ),
    Excluded(
        "negative_data_rejection",
        "limit 0-50, default 50, offset from 0; anything else falls back to the default; "
        "unknown parameters are ignored (section 5)",
        lambda case, response: (
            case.method.upper() == "GET"
            and "offset" in case.operation.query
            and _is_wrong_in(ParameterLocation.QUERY)(case, response)
        ),
    ),
    Excluded(
        "negative_data_rejection",
        "a body that is no multipart form is the file itself; its fields come from the query (section 3): beside a "
        "form those in the form win",
        lambda case, response: (
            case.media_type == "multipart/form-data" and _is_wrong_in(ParameterLocation.QUERY)(case, response)
        ),
    ),
    Excluded(
        "negative_data_rejection",
        "several file parts are several files (section 3): on the wire one file is a list of one",
        lambda case, _response: (
            case.media_type == "multipart/form-data"
            and isinstance(case.body, dict)
            and not isinstance(case.body.get("file"), list)
        ),
    ),
    Excluded(
        "negative_data_rejection",
        "at most 50 ids (else 413) (section 5)",
        lambda case, response: response.status_code == 413 and len(case.body["ids"]) > 50,
    ),
    Excluded(
        "positive_data_acceptance",
        "Strings are trimmed; a name has at most 255 characters and no control characters (section 5)",
        _refused_for("name", "filename", "reason"),
    ),
    Excluded(
        "negative_data_rejection",
        "Strings are trimmed (section 5)",
        lambda case, _response: (
            isinstance(case.body, dict)
            and any(isinstance(text, str) and text != text.strip() for text in case.body.values())
        ),
    ),
    Excluded(
        "positive_data_acceptance",
        "expire (90s, 10min, 2h, ...; past or zero is 400) (section 3)",
        _refused_for("expire"),
    ),
    Excluded(
        "positive_data_acceptance",
        "The extension is: 1-16 of [a-z0-9] (section 3)",
        _refused_for("language"),
    ),
    Excluded(
        "positive_data_acceptance",
        "staff ones only for staff (section 2, scopes)",
        lambda case, response: _refused_for("scopes")(case, response) and "STAFF_" in str(case.body["scopes"]),
    ),
    Excluded(
        "positive_data_acceptance",
        "Not an image, a crop that leaves nothing, or more pixels than MAX_IMAGE_PIXELS: 400 (section 4)",
        lambda case, response: "/proxy/" in case.path and response.status_code == 400,
    ),
    Excluded(
        "positive_data_acceptance",
        "private=owner (without; nobody: 400) (section 3)",
        lambda case, response: (
            "Authorization" not in response.request.headers and _refused_for("private")(case, response)
        ),
    ),
)


# ---- who asks


class World:
    """Makes for each case an account with what it may have, and sets its names into every second one."""

    def __init__(self, app: Flask, credential: Callable[[User], str | None], *, is_staff: bool = False) -> None:
        self._app = app
        self._client = app.test_client()
        self._credential = credential
        self._is_staff = is_staff
        self._number = 0

    def prepare(self, case: schemathesis.Case) -> str | None:
        """What the case's account sends in `Authorization`."""
        self._number += 1
        with self._app.app_context():
            user = accounts.create(f"user{self._number}", PASSWORD, is_staff=self._is_staff)
            key = keys.issue(user)
            credential = self._credential(user)
        if self._number % 2:
            self._fill(case, user, key)
        if case.media_type == "multipart/form-data" and isinstance(case.body, dict):
            # Werkzeug's client sends an empty field without a line for its text, and the next part is taken for that.
            case.body = {name: _said(value) for name, value in case.body.items()}
        return credential

    def _fill(self, case: schemathesis.Case, user: User, key: keys.ApiKey) -> None:
        """Put the names of what is there into the right parts of a case: at random nobody would guess them."""
        file = upload(self._client, b"%d" % self._number, headers=bearer(str(key.secret)))
        real = {
            "file_id": file["id"], "uid": str(user.id), "key_id": str(key.id), "number": "5", "name": "paste.sh",
            "ids": [file["id"]], "digest": file["sha256"], "username": user.name, "password": PASSWORD,
        }  # fmt: skip
        if _is_hushfile(case):
            real |= self._begun(is_finished=case.method.upper() in ("GET", "DELETE"))
        for place in (ParameterLocation.PATH, ParameterLocation.QUERY, ParameterLocation.BODY):
            values = {"PATH": case.path_parameters, "QUERY": case.query, "BODY": case.body}[place.name]
            if isinstance(values, dict) and not (case.meta and case.meta.is_negative_at(place)):
                is_path = place is ParameterLocation.PATH
                values.update({name: real[name] for name in values if name in real and (is_path or name != "name")})

    def _begun(self, *, is_finished: bool) -> dict[str, Any]:
        """An encrypted file, to be read or deleted, or gone on with, whatever an earlier case has switched off."""
        with self._app.app_context():
            for switch in switches.on():
                switches.turn(None, switch, is_on=False)
        hush = hushing.begin(self._client, deletepassword=PASSWORD)
        hush.put(0, b"x")
        if is_finished:
            hush.finish(0)
        passwords = {"uploadpassword": hush.password, "deletepassword": PASSWORD}
        return {"fileid": hush.id, "index": "0", "chunks": [0], **passwords}


def _said(value: object) -> object:
    """A field's value, or its values, without empty ones."""
    if isinstance(value, list):
        return [_said(each) for each in value]
    return " " if value == "" else value


def nobody(app: Flask) -> World:
    """Somebody without a credential."""
    return World(app, lambda _user: None)


def session(app: Flask) -> World:
    """A user by the token of a login."""
    return World(app, lambda user: sessions.begin(user)[0])


def key(app: Flask) -> World:
    """A user by an API key."""
    return World(app, lambda user: keys.issue(user).secret)


def staff(app: Flask) -> World:
    """Staff, by the token of a login."""
    return World(app, lambda user: sessions.begin(user)[0], is_staff=True)


def staff_key(app: Flask) -> World:
    """Staff, by an API key with all scopes."""
    return World(app, lambda user: keys.issue(user, scopes=[*Scope]).secret, is_staff=True)


# ---- the run


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(RATE_LIMITS=False, LOG_LEVEL="error")


@pytest.fixture(autouse=True)
def sending_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `ignored_auth` send a case once more without its credential: settings of sockets trip the WSGI client."""
    send = WSGITransport.send

    def in_process(self: WSGITransport, case: schemathesis.Case, **options: Any) -> Response:
        return send(self, case, **{name: value for name, value in options.items() if name not in _OF_SOCKETS})

    monkeypatch.setattr(WSGITransport, "send", in_process)


_OF_SOCKETS = ("max_redirects", "verify", "cert", "proxies")


@dataclass
class Run:
    """What a run found wrong, and which operations it asked."""

    faults: list[str]
    asked: set[str]


def run(app: Flask, make_world: Callable[[Flask], World], examples: int, mode: str = "all", path: str = "/api") -> Run:
    """Ask every operation of the document, and hold each answer against it.

    Args:
        mode: `positive` for requests that the document allows; wrong ones too in `all`.
        path: what the paths of the operations begin with.
    """
    every = schemathesis.openapi.from_wsgi("/api/openapi.json", app, config=_config(examples, mode))
    schema = every.include(path_regex=f"^{path}")
    world = make_world(app)
    _introduce(schema, world)
    schema.hook(filter_failure)
    found = Run([], set())
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.faults.append(repr(event))
        elif isinstance(event, events.ScenarioFinished):
            found.faults += _faults(event)
            found.asked.add(event.recorder.label)
    return found


def _config(examples: int, mode: str) -> schemathesis.Config:
    generation = {"mode": mode, "deterministic": True, "max-examples": examples}
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            # Who asks is said by `World`, not by chance.
            "generation": {**generation, "with-security-parameters": False},
            # A chain of requests needs one account throughout; tests of stories have such chains.
            "phases": {"stateful": {"enabled": False}},
            "warnings": False,
        }
    )


def _introduce(schema: Any, world: World) -> None:
    """Have each case sent by whom the world says."""

    class Credential:
        def get(self, case: schemathesis.Case, _context: object) -> str | None:
            return world.prepare(case)

        def set(self, case: schemathesis.Case, credential: str, _context: object) -> None:
            case.headers.update(bearer(credential))

    schema.auth(refresh_interval=None)(Credential)


def filter_failure(_context: HookContext, failure: Failure, case: schemathesis.Case, response: Response) -> bool:
    """Whether a failure is one: the contract has the last word."""
    name = _CHECKS.get(type(failure).__name__, "")
    if name == "negative_data_rejection" and "positive test case" in failure.message:
        return False  # bytes of a file are no text to the tool, and so its own right case a wrong one
    return not any(each.check == name and each.holds(case, response) for each in EXCLUDED)


_CHECKS = {
    "UnsupportedMethodResponse": "unsupported_method",
    "AllowHeaderMismatch": "allow_header_conformance",
    "AcceptedNegativeData": "negative_data_rejection",
    "RejectedPositiveData": "positive_data_acceptance",
}


def _faults(event: events.ScenarioFinished) -> Iterator[str]:
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info:
                answer = event.recorder.interactions[case_id].response
                told = (check.failure_info.failure.message, answer and answer.text, check.failure_info.code_sample)
                yield "\n".join(f"{text}"[:1500] for text in (f"{event.recorder.label}: {check.name}", *told))


def document_of(app: Flask) -> set[str]:
    """Every operation, as a run names it."""
    paths = app.test_client().get("/api/openapi.json").json["paths"]
    return {f"{method.upper()} {path}" for path, operations in paths.items() for method in operations}


# Whatever is wrong in a request, nobody and users are told so no otherwise than staff, who get furthest.
@pytest.mark.parametrize(
    ("caller", "mode"), [(nobody, "positive"), (session, "positive"), (staff, "all")], ids=["nobody", "user", "staff"]
)
@pytest.mark.slow
def test_every_operation_answers_as_written(app, caller, mode):
    found = run(app, caller, 1, mode)

    assert "\n\n".join(found.faults) == ""
    assert found.asked == document_of(app)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("caller", [nobody, session, key, staff, staff_key], ids=lambda caller: caller.__name__)
def test_every_operation_answers_as_written_thirty_times(app, caller):
    found = run(app, caller, 30)

    assert "\n\n".join(found.faults) == ""
    assert found.asked == document_of(app)


def test_what_is_not_as_written_is_found(app):
    described = app.view_functions["keys.listing"]
    app.view_functions["keys.listing"] = wraps(described)(lambda: jsonify({"count": -1, "items": [{}]}))
    found = run(app, staff, 1, "positive", "/api/keys")

    assert any("GET /api/keys: response_schema_conformance" in fault for fault in found.faults)
