"""What is left out of Flask is missed by nobody: the same requests have the same answers with all of it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule
from werkzeug.test import create_environ

from pastebin import app as factory
from pastebin import create_app
from pastebin.lean import LeanFlask

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HASH = "5891b5b522d5df08"
# The deletion token of an upload, and its UUID.
_RANDOM = re.compile(r"[0-9a-f]{8}-[-0-9a-f]{27}/[-\w]+")
PLACES = ("api", "upload", "files", "keys", "admin", "view", "thumb", "md5")
SEGMENTS = (*PLACES, HASH, f"{HASH}.txt", "a b", "ä", "..", "%")
ASKED = ("/", "/upload", "/files", "/healthz", "/api", "/api/nothing", "/api/upload", f"/{HASH}", "/admin", "/a/b/c")


@pytest.fixture(scope="module")
def lean(tmp_path_factory: pytest.TempPathFactory) -> LeanFlask:
    made = create_app(tmp_path_factory.mktemp("lean"), RATE_LIMITS=False)
    assert isinstance(made, LeanFlask)
    return made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The same application made of Flask itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factory, "LeanFlask", Flask)
        return create_app(tmp_path_factory.mktemp("whole"), RATE_LIMITS=False)


def paths() -> st.SearchStrategy[str]:
    segments = st.one_of(st.sampled_from(SEGMENTS), st.text("ab./-_%é\n\t\0", max_size=4))
    return st.lists(segments, max_size=4).map("/".join).map("/{}".format)


def matched(app: Flask, path: str, method: str) -> Any:
    """The rule of a request and its arguments, or what is raised."""
    environ = create_environ(method=method) | {"PATH_INFO": path.encode().decode("latin-1")}
    with app.request_context(environ) as context:
        request = context.request
        fault = request.routing_exception
        assert fault is None or isinstance(fault, HTTPException)
        told = (type(fault), fault.code, getattr(fault, "new_url", None)) if fault else None
        return request.url_rule and request.url_rule.rule, request.endpoint, request.view_args, told


@given(paths(), st.sampled_from(METHODS))
def test_every_path_leads_where_flask_leads_it(lean: LeanFlask, whole: Flask, path: str, method: str) -> None:
    assert matched(lean, path, method) == matched(whole, path, method)


@pytest.mark.parametrize("method", METHODS)
def test_every_path_without_arguments_leads_where_flask_leads_it(lean: LeanFlask, whole: Flask, method: str) -> None:
    plain = [rule.rule for rule in whole.url_map.iter_rules() if not rule.arguments]

    assert len(plain) > 50
    for path in plain:
        for spelled in (path, f"{path}/", path.rstrip("/"), f"/{path}"):
            assert matched(lean, spelled, method) == matched(whole, spelled, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "evil.example"},
        {"Host": "a" * 64 + ".localhost"},
        {"Host": "ä..localhost"},
        {"Host": ""},
        {"Upgrade": "websocket", "Connection": "upgrade"},
        {"Cookie": "pastebin_session=ps_nothing", "Accept": "text/html"},
    ],
    ids=["plain", "other-host", "long-host", "no-host", "empty-host", "websocket", "stale-cookie"],
)
def test_answers_are_flasks_answers(
    lean: LeanFlask, whole: Flask, method: str, path: str, headers: dict[str, str]
) -> None:
    answers = [app.test_client().open(path, method=method, headers=headers) for app in (lean, whole)]
    told = [(answer.status, sorted(_lasting(answer.headers.items()))) for answer in answers]

    assert told[0] == told[1]
    assert len(answers[0].data) == len(answers[1].data)


def _lasting(headers: Any) -> list[tuple[str, str]]:
    """Without what is another one each time."""
    return [(name, _RANDOM.sub("…", value)) for name, value in headers]


def test_no_hook_is_registered_that_is_left_out(lean: LeanFlask) -> None:
    for hooks in (lean.before_request_funcs, lean.after_request_funcs, lean.teardown_request_funcs):
        assert set(hooks) <= {None}
    assert not any(lean.url_value_preprocessors.values())


def test_an_error_in_a_hook_is_answered_like_any_other(make_app: Callable[..., Flask]) -> None:
    app = make_app()

    @app.before_request
    def fail() -> None:
        raise LookupError("a fault of this one")

    answer = app.test_client().get("/api/nothing")

    assert answer.status_code == 500
    assert answer.json["status"] is False


def test_a_hook_may_answer(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    seen: list[BaseException | None] = []
    app.before_request(lambda: "answered by a hook")
    app.teardown_request(seen.append)

    assert app.test_client().get("/api/nothing").text == "answered by a hook"
    assert seen == [None]


def test_every_url_is_built_as_by_flask(lean: LeanFlask, whole: Flask) -> None:
    def urls(app: Flask) -> list[tuple[str, str]]:
        adapter = app.url_map.bind("paste.example", "/below")
        return [
            (rule.endpoint, adapter.build(rule.endpoint, {**_values(rule), **more}, method=method))
            for rule in app.url_map.iter_rules()
            for method in sorted(rule.methods or ())
            for more in ({}, {"page": 2, "q": "ä b"})
        ]

    built = urls(lean)

    assert built == urls(whole)
    assert urls(lean) == built  # now that all are compiled


def _values(rule: Rule) -> dict[str, object]:
    """An argument of each kind that a rule has."""
    kinds = {"IntegerConverter": 7, "UUIDConverter": uuid.UUID(int=5)}
    return {name: kinds.get(type(rule._converters[name]).__name__, "a b/ä") for name in rule.arguments}
