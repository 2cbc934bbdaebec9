"""Flask with less between the server and a view, for an application whose hooks are plain functions of its own.

What Flask does for every request besides calling the view, it does in the
most general way: signals, hooks of blueprints, URLs matched by their grammar,
hosts encoded for IDNA. Here is the same outcome where nobody uses the rest.
"""

import re
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, Response
from flask.ctx import RequestContext
from flask.globals import _cv_app, _cv_request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost
from werkzeug.routing import Map, MapAdapter, Rule

_Matched = tuple[Rule, dict[str, Any]]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
# A rule whose only segment is an argument of any text.
_WHOLE_SEGMENT = re.compile(r"/<(?:string:|path:)?(?P<name>\w+)>")


class LeanFlask(Flask):
    """Flask without its signals about requests, without hooks of blueprints, and with plain views alone.

    All that is registered for the application as a whole works as it does there.
    """

    url_rule_class: type[Rule]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.url_rule_class = _Rule
        self.matches = _Matches(self)
        super().__init__(*arguments, **named)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: asking seven a request whether they are coroutines costs more than calling them."""
        return func

    def request_context(self, environ: dict[str, Any]) -> RequestContext:
        """A context that matches quickly what is quickly matched."""
        return _Context(self, environ)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """The same adapter, without going through IDNA for a host that was seen before."""
        if self.config["SERVER_NAME"] is not None or (request is not None and "HTTP_UPGRADE" in request.environ):
            return super().create_url_adapter(request)
        if request is None:
            return None
        environ = request.environ
        return MapAdapter(
            self.url_map, _server_name(request.host), _decoded(environ.get("SCRIPT_NAME") or "/"), "",
            environ["wsgi.url_scheme"], _decoded(environ.get("PATH_INFO", "/")), request.method,
            _decoded(environ.get("QUERY_STRING", "")),
        )  # fmt: skip

    def add_url_rule(self, *arguments: Any, **named: Any) -> None:
        """As in Flask; what was found before is looked for again."""
        super().add_url_rule(*arguments, **named)
        self.matches.forget()

    def full_dispatch_request(self) -> Response:
        """Hooks, view, errors, hooks."""
        self._got_first_request = True
        try:
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
        except Exception as fault:  # noqa: BLE001 - the handlers know which it is, and the rest is raised again
            answer = self.handle_user_exception(fault)
        return self.process_response(answer if isinstance(answer, Response) else self.make_response(answer))

    def preprocess_request(self) -> ResponseReturnValue | None:
        """The application's own `before_request` functions."""
        for function in self.before_request_funcs[None]:
            answer = function()
            if answer is not None:
                return cast(ResponseReturnValue, answer)
        return None

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view."""
        request = _cv_request.get().request
        rule = request.url_rule
        if request.routing_exception is not None or rule is None or request.method == "OPTIONS":
            return super().dispatch_request()
        return cast(ResponseReturnValue, self.view_functions[rule.endpoint](**cast(dict[str, Any], request.view_args)))

    def process_response(self, response: Response) -> Response:
        """The `after_request` functions, those of this request and those of the application; and the session."""
        context = _cv_request.get()
        for function in context._after_request_functions:
            response = cast(Response, function(response))
        for function in reversed(self.after_request_funcs[None]):
            response = cast(Response, function(response))
        session = context._session
        if session is not None and not self.session_interface.is_null_session(session):
            self.session_interface.save_session(self, session, response)
        return response

    def do_teardown_request(self, exc: BaseException | None = None) -> None:
        """The application's own `teardown_request` functions."""
        for function in reversed(self.teardown_request_funcs.get(None, ())):
            function(exc)

    def do_teardown_appcontext(self, exc: BaseException | None = None) -> None:
        """The `teardown_appcontext` functions."""
        for function in reversed(self.teardown_appcontext_funcs):
            function(exc)


class _Rule(Rule):
    """A rule that compiles what builds its URLs when the first is built: Werkzeug does so for all at the start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            builder = Rule._compile_builder(rule, append_unknown).__get__(rule, None)
            setattr(rule, "_build_unknown" if append_unknown else "_build", builder)
            return cast(tuple[str, str], builder(**values))

        return build


class _Context(RequestContext):
    """A request's context; the adapter of URLs is made when somebody asks for it, and most do not."""

    app: LeanFlask

    def __init__(
        self, app: LeanFlask, environ: dict[str, Any], request: Request | None = None, session: Any = None
    ) -> None:
        if request is None:
            request = app.request_class(environ)
            request.json_module = app.json
        self.app = app
        self.request = request
        self.flashes = None
        self._session = session
        self._after_request_functions = []
        self._cv_tokens = []
        self._adapter: MapAdapter | None = None
        try:
            _server_name(request.host)
        except BadHost as fault:
            request.routing_exception = fault

    @property
    def url_adapter(self) -> MapAdapter | None:  # type: ignore[override]  # read alone, it is what it is there
        """What matches and builds URLs for this request; None where its host can be nobody's."""
        if self._adapter is None and not isinstance(self.request.routing_exception, BadHost):
            self._adapter = self.app.create_url_adapter(self.request)
        return self._adapter

    def push(self) -> None:
        """Begin, with a context of the application where there is none: as Flask does, but for the adapter."""
        around = _cv_app.get(None)
        own = None
        if around is None or around.app is not self.app:
            own = self.app.app_context()
            own.push()
        self._cv_tokens.append((_cv_request.set(self), own))
        if self._session is None:
            self._session = self.app.session_interface.open_session(self.app, self.request)
        if self.request.routing_exception is None:
            self.match_request()

    def match_request(self) -> None:
        """Find the rule and its arguments."""
        request = self.request
        environ = request.environ
        # Where slashes are odd, or a byte is not ASCII, Werkzeug matches another path than it shows.
        if environ.get("PATH_INFO") != request.path or "HTTP_UPGRADE" in environ:
            super().match_request()
        elif found := self.app.matches.find(request.method, request.path):
            request.url_rule, request.view_args = found
        else:
            super().match_request()
            self.app.matches.note(request)


class _Matches:
    """Which rule takes a path, where Werkzeug found that out before, or there is but one rule for any segment."""

    def __init__(self, app: Flask) -> None:
        self._app = weakref.proxy(app)
        self._exact: dict[tuple[str, str], Rule] = {}
        self._of_segment: dict[str, tuple[Rule, str] | None] = {}

    def find(self, method: str, path: str) -> _Matched | None:
        """The rule and its arguments; None where Werkzeug has to be asked."""
        if exact := self._exact.get((method, path)):
            return exact, {}
        only, segment = self._one_for_segment(method), path[1:]
        # Werkzeug's own expressions stop at the end of a line.
        is_plain = segment and "/" not in segment and segment.isprintable()
        return (only[0], {only[1]: segment}) if only and is_plain else None

    def _one_for_segment(self, method: str) -> tuple[Rule, str] | None:
        if method not in _METHODS:  # anybody can make up others, and each would be kept
            return None
        if method not in self._of_segment:
            self._of_segment[method] = _only_one_of_segment(self._app.url_map, method)
        return self._of_segment[method]

    def forget(self) -> None:
        """Nothing was found yet."""
        self._exact, self._of_segment = {}, {}

    def note(self, request: Request) -> None:
        """Remember what Werkzeug has found: for a path without arguments it is the same each time."""
        rule = request.url_rule
        if rule is not None and not rule.arguments and not request.view_args:
            self._exact[request.method, request.path] = rule


def _only_one_of_segment(rules: Map, method: str) -> tuple[Rule, str] | None:
    """The one rule of a method that takes paths of one segment, whatever that is, and the name of its argument.

    None where there are others, with an argument or without.
    """
    candidates = [
        rule
        for rule in rules.iter_rules()
        if method in (rule.methods or ()) and rule.rule.count("/") == 1 and rule.rule != "/"
    ]
    if len(candidates) != 1 or (found := _WHOLE_SEGMENT.fullmatch(candidates[0].rule)) is None:
        return None
    return candidates[0], found["name"]


def _decoded(text: str) -> str:
    """What WSGI hands over as Latin-1 (PEP 3333)."""
    return text.encode("latin-1").decode(errors="replace")


@lru_cache(maxsize=1024)
def _server_name(host: str) -> str:
    """As Werkzeug's rules for hosts want it.

    Raises:
        BadHost: it can be nobody's.
    """
    name, separator, port = host.lower().partition(":")
    try:
        return f"{name.encode('idna').decode('ascii')}{separator}{port}"
    except UnicodeError as fault:
        raise BadHost from fault
