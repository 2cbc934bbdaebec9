"""The gate before every view: identity → kill switch → nobody → scope → e-mail → CSRF → rate → declared length.

It decides from method, path and headers alone; a refused body is not read.
What only the body can say (the fields `key` and `csrf_token` of an upload
form) is settled by the parser when it meets it, with `settle_key`,
`settle_csrf` and `settled` below.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import ParamSpec, cast

from flask import Request
from werkzeug.wrappers import Response

from pastebin.access import csrf, hosts, identity, rates
from pastebin.access.current import current_request, g, is_under_api
from pastebin.access.rates import Limit
from pastebin.errors import CsrfMissing, EmailNotVerified, LoginNeeded, NobodyRefused, PermissionMissing, SessionInvalid
from pastebin.extensions import settings
from pastebin.services import bounds, switches
from pastebin.services.actor import Actor, ActorKind, Scope, User, nobody
from pastebin.services.switches import Switch

Args = ParamSpec("Args")
View = Callable[Args, Response]

FORM_OVERHEAD_BYTES = 1 << 20
"""What a form may have beside its files."""

# The body of anything that is no upload: a page's form, a few fields in JSON.
_MOST_FORM_BYTES = 1 << 20
# What has fields in its body, `key` among them.
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Needs(Enum):
    """Whom a view is for."""

    ANYONE = "anyone"
    NOBODY = "anyone, as nobody: cookies and Authorization are not looked at"
    ACCOUNT = "an account: session or key"
    SESSION = "a session; every key is refused"
    STAFF_SESSION = "a session of staff"
    PERSON = "a session, on a page: nobody is led to the login"
    STAFF_PERSON = "a session of staff, on a page: nobody is led to the login"


class Token(Enum):
    """Where the CSRF token of a changing request may stand, beside the header."""

    HEADER = "the header alone"
    FORM = "a field of a small form"
    STREAM = "a field of an upload, found by its parser"
    NONE = "nowhere: it changes nothing, and gives what another site could not read"


@dataclass(frozen=True)
class Rule:
    """What a view asks of who calls it; read by the OpenAPI document and by tests."""

    needs: Needs
    scope: Scope | None
    token: Token
    uploads: bool
    switch: Switch | None = None
    always: bool = False
    limit: Limit | None = None

    @property
    def for_staff(self) -> bool:
        """Whether it is for staff alone."""
        by_scope = self.scope is not None and self.scope.for_staff
        return by_scope or self.needs in (Needs.STAFF_SESSION, Needs.STAFF_PERSON)

    @property
    def for_sessions(self) -> bool:
        """Whether every key is refused."""
        return self.needs in (Needs.SESSION, Needs.STAFF_SESSION) or self.on_page

    @property
    def counted_as(self) -> Limit:
        """The limit that holds for it, if one does."""
        return self.limit or Limit.GENERAL

    @property
    def on_page(self) -> bool:
        """Whether it is a person's page."""
        return self.needs in (Needs.PERSON, Needs.STAFF_PERSON)


def gate(
    *,
    needs: Needs = Needs.ANYONE,
    scope: Scope | None = None,
    token: Token = Token.HEADER,
    uploads: bool = False,
    switch: Switch | None = None,
    always: bool = False,
    limit: Limit | None = None,
) -> Callable[[View[Args]], View[Args]]:
    """Guard a view.

    Args:
        needs: whom it is for.
        scope: what an API key must cover. Asked of nobody else.
        token: where the CSRF token may stand.
        uploads: whether the body is an upload, with the bounds of one.
        switch: the kill switch that turns it off.
        always: whether it goes on where everything is switched off.
        limit: its own rate limit; without one the general limit holds, under /api and for every change.
    """
    rule = Rule(needs, scope, token, uploads, switch, always, limit)

    def guard(view: View[Args]) -> View[Args]:
        @wraps(view)
        def guarded(*args: Args.args, **kwargs: Args.kwargs) -> Response:
            enter(rule)
            return view(*args, **kwargs)

        guarded.rule = rule  # type: ignore[attr-defined]  # see `rule_of`
        return guarded

    return guard


def rule_of(view: object) -> Rule:
    """The rule of a view that is guarded."""
    return cast(Rule, view.rule)  # type: ignore[attr-defined]  # `gate` has put it there


def enter(rule: Rule) -> None:
    """Let the request through, or refuse it. Sets `g.actor`.

    Raises:
        SwitchedOff: 503.
        KeyInvalid, SessionInvalid, LoginNeeded: 401.
        PermissionMissing, EmailNotVerified, CsrfMissing, CsrfInvalid, CrossSite: 403.
        RateLimited: 429. BodyTooLarge: 413.
    """
    request = current_request()
    g.csrf_pending = False
    g.has_csrf_token = bool(request.headers.get(csrf.HEADER))
    if not rule.uploads:
        request.max_content_length = _MOST_FORM_BYTES
    actor = _admit(rule, request)
    if request.method not in csrf.SAFE_METHODS:
        _check_csrf(rule, actor, request)
    if rule.limit or request.method not in csrf.SAFE_METHODS or is_under_api(request.path):
        (rates.look if rule.uploads else rates.take)(rule.counted_as, actor)
    if rule.uploads:
        _check_declared_length(rule, actor, request)
    elif request.method not in csrf.SAFE_METHODS and not actor.is_nobody:
        # Who takes their time with a body must not outlive what let them in. It is read here, and judged anew.
        request.get_data()
        _admit(rule, request)


def _admit(rule: Rule, request: Request) -> Actor:
    """Who asks, if they may; sets `g.actor`."""
    by_nobody = rule.needs is Needs.NOBODY
    g.actor = actor = identity.of_nobody(request) if by_nobody else identity.of_headers(request)
    _judge(rule, actor, may_bring_key=request.mimetype in _FORMS)
    return actor


def admit(rule: Rule, address: str, credential: str | None) -> Actor:
    """Who asks from an address, with what an Authorization header says, if they may; for one that was let in before.

    Raises:
        What `enter` raises for who asks, not for the request.
    """
    actor = nobody(address) if credential is None else identity.of_credential(credential, address)
    _judge(rule, actor, may_bring_key=False)
    return actor


def _judge(rule: Rule, actor: Actor, *, may_bring_key: bool) -> None:
    if not rule.always:
        switches.check(actor.user, rule.switch)
    _check_needs(rule, actor, may_bring_key=may_bring_key)
    check_scope(rule, actor)
    check_verified(rule, actor)


def settle_key(rule_scope: Scope, text: str) -> Actor:
    """Become whoever the form field `key` speaks for, where no header did.

    Raises:
        KeyInvalid: it does not stand. PermissionMissing: it lacks the scope. EmailNotVerified: its owner's address is
            not confirmed. RateLimited: too many requests of theirs.
    """
    request = current_request()
    if "Authorization" in request.headers:
        return current_actor()
    g.actor = actor = identity.of_credential(text, hosts.client_address(request))
    g.csrf_pending = False  # with a key of its own the request needs no token: the cookie is not looked at
    rule = Rule(Needs.ANYONE, rule_scope, Token.STREAM, uploads=True)
    check_scope(rule, actor)
    check_verified(rule, actor)
    rates.look(Limit.GENERAL, actor)
    return actor


def settle_csrf(text: str) -> None:
    """Take the form field `csrf_token`.

    Raises:
        CsrfInvalid: it is not this session's.
    """
    g.has_csrf_token = g.has_csrf_token or bool(text)
    if g.csrf_pending:
        csrf.check_token(text)
        g.csrf_pending = False


def settled() -> Actor:
    """Who is asking, now that the body has said all it had to say.

    Raises:
        CsrfMissing: the cookie's session was to be believed, and no token came. SessionInvalid: a token came, and there
            is no session (any more): what was meant to be somebody's would become nobody's, for everybody to read.
    """
    actor = current_actor()
    if g.csrf_pending:
        raise CsrfMissing
    if actor.is_nobody and g.has_csrf_token:
        raise SessionInvalid("You are logged out, and nothing was kept. Load this page again, and log in.")
    return actor


def current_actor() -> Actor:
    """Who is asking, as far as it is known."""
    return cast(Actor, g.actor)


def current_user() -> User:
    """Whose account it is, where the gate lets nobody else in.

    Raises:
        SessionInvalid: nobody's.
    """
    user = current_actor().user
    if user is None:
        raise SessionInvalid
    return user


def check_scope(rule: Rule, actor: Actor) -> None:
    """Refuse who is not staff where staff is needed, and a key that lacks the rule's scope.

    Raises:
        PermissionMissing: facts have the `scope` that a key lacks.
    """
    if rule.for_staff and actor.user is not None and not actor.user.is_staff:
        raise PermissionMissing("This is for staff alone.")
    if rule.for_sessions and actor.kind is ActorKind.KEY:
        raise PermissionMissing("API keys cannot be used for this. Log in instead.")
    if rule.scope and not actor.is_nobody and not actor.may(rule.scope):
        message = f"This API key lacks the scope {rule.scope}. Make one that has it, at /keys."
        raise PermissionMissing(message, scope=rule.scope)


def check_verified(rule: Rule, actor: Actor) -> None:
    """Refuse an upload of an account whose e-mail address is not confirmed, where that is needed.

    Raises:
        EmailNotVerified: it is not.
    """
    if rule.uploads and settings.REQUIRE_VERIFIED_EMAIL and actor.user is not None and not actor.user.is_verified:
        raise EmailNotVerified


def _check_needs(rule: Rule, actor: Actor, *, may_bring_key: bool) -> None:
    if not actor.is_nobody:
        return
    if rule.needs is Needs.NOBODY:
        if rule.switch is Switch.FILE_CREATE and anonymous_uploads_off():
            raise NobodyRefused
        return
    if rule.needs is not Needs.ANYONE:
        raise LoginNeeded if rule.on_page else SessionInvalid
    if rule.uploads and anonymous_uploads_off() and not may_bring_key:
        raise SessionInvalid


def _check_csrf(rule: Rule, actor: Actor, request: Request) -> None:
    if "Authorization" in request.headers and rule.needs is not Needs.NOBODY:
        return
    csrf.check_origin(request)
    if actor.is_nobody or rule.token is Token.NONE:
        return
    header = request.headers.get(csrf.HEADER)
    if header is None and rule.token is Token.STREAM:
        g.csrf_pending = True
    elif header is None and rule.token is Token.FORM:
        csrf.check_token(request.form.get(csrf.FIELD))
    else:
        csrf.check_token(header)


def _check_declared_length(rule: Rule, actor: Actor, request: Request) -> None:
    """The larger bound first: a form may still turn out to be somebody's, by its field `key`."""
    length = request.content_length
    if length is None:
        return
    if rule.needs is Needs.NOBODY:
        bounds.check_chunk(length)
        return
    uploader = None if actor.is_nobody and request.mimetype in _FORMS else actor
    if length > bounds.largest_body(uploader):
        bounds.check_size(uploader, length - (FORM_OVERHEAD_BYTES if request.mimetype == "multipart/form-data" else 0))


def anonymous_uploads_off() -> bool:
    """Whether nobody may upload. Nobody has a confirmed e-mail address."""
    return not settings.ANONYMOUS_UPLOADS or settings.REQUIRE_VERIFIED_EMAIL
