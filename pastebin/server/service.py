"""One request after the other on a connection: parse, call the application, answer, and on or away."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import greenlet
from gunicorn.http.errors import NoMoreData, ParseException

from pastebin.server import alike
from pastebin.server.alike import Alike, Alikes, Small
from pastebin.server.answer import Answer
from pastebin.server.body import RequestBody, body_of
from pastebin.server.environ import Head, common_environ, request_environ
from pastebin.server.failures import BAD_REQUEST, SERVER_FAULT, BodyError, ClientGone, Refusal, refusal_of
from pastebin.server.replay import Offer, Replay, Replays

if TYPE_CHECKING:
    from pastebin.server.connection import Connection
    from pastebin.server.crew import Hand
    from pastebin.server.limits import Limits

# From so many parked requests on, a hand gives a request that is likely to park to one with fewer. Which will go on
# an errand nobody knows; where so many do, any may be the next.
_CROWDED = 4
_SMALL_BYTES = 64 * 1024
# So many greenlets without work a hand keeps.
_MOST_SPARE = 8
# What forms and programs send where they bring no file.
_NO_UPLOADS = ("application/x-www-form-urlencoded", "application/json")


def snapshot(cfg: Any) -> Any:
    """gunicorn's settings as plain attributes: each request asks for dozens, and computing each takes long."""
    plain = SimpleNamespace(**{name: setting.get() for name, setting in cfg.settings.items()})
    plain.is_ssl = False
    plain.forwarded_allow_networks = cfg.forwarded_allow_networks
    plain.proxy_allow_networks = cfg.proxy_allow_networks
    return plain


class Service:
    """What all requests of a worker share."""

    def __init__(self, worker: Any, limits: "Limits") -> None:
        self._worker = worker
        self._limits = limits
        self._log = worker.log
        self._cfg = snapshot(worker.cfg)
        self.refresh()
        self._pre_request = _hook(worker.cfg, "pre_request")
        self._post_request = _hook(worker.cfg, "post_request")
        # What is replayed is told to nobody: where somebody wants to hear of every request, nothing is.
        is_watched = self._log.access_log_enabled or self._pre_request or self._post_request
        is_known = not is_watched and self._cfg.keepalive
        self._replays = Replays() if is_known else None
        self._alikes = Alikes() if is_known else None

    def refresh(self) -> None:
        """Take up the log's files anew."""
        self._common = common_environ(self._cfg)

    def attend(self, hand: "Hand", connection: "Connection") -> None:
        """Go on with a connection that no greenlet waits for. Runs in the hand's hub, so it never waits."""
        try:
            self._go_on(hand, connection)
        except OSError:
            # epoll can take no more connections: the system is short of memory.
            connection.close()
        except Exception:  # noqa: BLE001 - the application's, of what it offered to be given again
            self._log.exception("The server failed on a request")
            connection.close()

    def _go_on(self, hand: "Hand", connection: "Connection") -> None:
        request, connection.request = connection.request, None
        if request is None:
            if connection.is_lingering:
                connection.linger()
                return
            if not connection.receive_head():
                return
            head = bytes(connection.arrived)
            small = alike.small(connection.peer[0], head) if self._alikes else None
            if self._worker.alive and self._is_known(hand, connection, head, small):
                return
            if (request := self._parse(connection)) is None:
                return
            request.whole = head if not connection.arrived else None
            request.likeness = small.likeness if small else None
            if (other := _better_hand(hand, request, connection)) is not None:
                connection.request = request
                hand.crew.send_to(other, connection)
                return
        connection.begin(hand)
        self._in_greenlet(connection, self._serve, request)

    def _in_greenlet(self, connection: "Connection", work: Callable[..., None], *arguments: Any) -> None:
        """Do it in a greenlet that has nothing to do, or in a new one: making one costs a stack of its own."""
        spare = connection.hand.spare
        runner = spare.pop() if spare else greenlet.greenlet(self._run)
        runner.switch(connection, work, *arguments)

    def _run(self, *task: Any) -> None:
        """One task after the other, with nothing kept of any while there is none."""
        runner = greenlet.getcurrent()
        while True:
            hand: Hand = task[0].hand
            self._do(*task)
            task = ()
            runner.gr_context = None  # what was left in context variables
            if len(hand.spare) >= _MOST_SPARE:
                return
            hand.spare.append(runner)
            while not task:
                task = hand.hub.switch()

    def _do(self, connection: "Connection", work: Callable[..., None], *arguments: Any) -> None:
        """Do what may have to wait. Runs in a greenlet of its own, and must not end the thread whatever comes."""
        try:
            work(connection, *arguments)
        except ClientGone:
            connection.close()
        except BaseException:  # noqa: BLE001 - see above
            self._log.exception("The server failed on a request")
            connection.close()

    def _is_known(self, hand: "Hand", connection: "Connection", head: bytes, small: Small | None) -> bool:
        """Answer a request by what is known of its like, if anything is."""
        # A disk that keeps a file waiting would keep those waiting that pause here.
        if self._replays and (replay := self._replays.find(head)) and not (replay.open and hand.paused):
            self._replay(hand, connection, replay, head)
            return True
        # Where many go on errands, the next may block, or be blocked: see `_better_hand`.
        if small and self._alikes and (known := self._alikes.find(small)) and hand.errands < _CROWDED:
            connection.arrived = b""
            connection.begin(hand)
            self._in_greenlet(connection, self._take, known, small, head)
            return True
        return False

    def _take(self, connection: "Connection", known: Alike, small: Small, arrived: bytes) -> None:
        """Have the application take a small body without its head; where it would not, begin anew with all of it."""
        try:
            taken = known.take(small.name, small.body, connection.pause)
        except (Exception, SystemExit):  # noqa: BLE001 - the application may raise anything
            self._refuse_for_fault(connection)
            return
        if taken is not None:
            self._worker.count_request()
            goes_on = self._worker.alive
            connection.sendall(known.wire(taken, goes_on=goes_on))
            self._go_on_or_leave(connection, goes_on)
            return
        if self._alikes:
            self._alikes.forget(small)
        self._begin_anew(connection, arrived)

    def _refuse_for_fault(self, connection: "Connection") -> None:
        """Answer for an application that has just raised something."""
        self._log.exception("The application failed on a request")
        connection.refuse(SERVER_FAULT)

    def _begin_anew(self, connection: "Connection", arrived: bytes) -> None:
        """Serve what was taken for known, and is not, as if nothing had been tried."""
        connection.arrived = arrived
        if (request := self._parse(connection)) is not None:
            self._serve(connection, request)

    def _replay(self, hand: "Hand", connection: "Connection", replay: Replay, head: bytes) -> None:
        """Give an answer again. Runs in the hub: there is a greenlet only where a client does not take it at once."""
        connection.arrived = b""
        connection.begin(hand)
        if replay.open:
            self._in_greenlet(connection, self._replay_file, replay, head)
            return
        self._worker.count_request()
        if replay.given:
            replay.given()
        goes_on = self._worker.alive
        try:
            rest = connection.send_now(replay.wire(goes_on=goes_on))
        except ClientGone:
            connection.close()
            return
        if rest:
            self._in_greenlet(connection, self._send_rest, rest, goes_on)
        else:
            self._go_on_or_leave(connection, goes_on)

    def _replay_file(self, connection: "Connection", replay: Replay, head: bytes) -> None:
        """Give an answer again whose body is a file; where that is gone, begin anew."""
        try:
            file = replay.open() if replay.open else None
        except Exception:  # noqa: BLE001 - the application may raise anything
            self._refuse_for_fault(connection)
            return
        if file is None:
            self._begin_anew(connection, head)
            return
        with file:
            self._worker.count_request()
            if replay.given:
                replay.given()
            goes_on = self._worker.alive
            connection.sendall(replay.wire(goes_on=goes_on), socket.MSG_MORE)
            connection.sendfile(file, 0, replay.size)
        self._go_on_or_leave(connection, goes_on)

    def _send_rest(self, connection: "Connection", rest: memoryview, goes_on: bool) -> None:
        connection.send_rest(rest)
        self._go_on_or_leave(connection, goes_on)

    def _go_on_or_leave(self, connection: "Connection", goes_on: bool) -> None:
        """As the answer has said, whatever the worker has been told since."""
        connection.is_serving = False
        if goes_on:
            connection.await_request(self._cfg.keepalive)
        else:
            connection.leave()

    def _parse(self, connection: "Connection") -> Any:
        """The request whose head has come; None when it was refused."""
        try:
            # To the parser the connection is what it reads from: it has an Unreader's methods.
            return Head(self._cfg, cast(Any, connection), cast(Any, connection.peer), connection.requests + 1)
        except ParseException as error:
            connection.refuse(refusal_of(error))
        except NoMoreData:
            connection.refuse(BAD_REQUEST)
        return None

    def _serve(self, connection: "Connection", request: Any) -> None:
        """Answer this request, and those that came with it."""
        while self._answer(connection, request):
            connection.is_serving = False
            if not connection.has_head():
                connection.await_request(self._cfg.keepalive)
                return
            if (request := self._parse(connection)) is None:
                return
            connection.begin(connection.hand)

    def _answer(self, connection: "Connection", request: Any) -> bool:
        """Answer one request; true if the connection goes on, else it was taken leave of."""
        worker = self._worker
        # gunicorn would say "100 Continue" at once; the body says it when it is first read.
        expects_continue, request._expected_100_continue = request._expected_100_continue, False
        body = body_of(request, connection, expects_continue)
        worker.count_request()
        answer = Answer(request, connection, self._cfg, body, worker)
        begun = datetime.now(UTC) if self._log.access_log_enabled else None
        environ = request_environ(self._common, request, connection, body)
        offers: list[Offer] = []
        if self._replays and request.whole and body.is_finished:
            environ["pastebin.replay"] = lambda *offer: offers.append(Offer(*offer))
        likes: list[alike.Offer] = []
        if request.likeness and not expects_continue:
            environ["pastebin.alike"] = lambda *offer: likes.append(alike.Offer(*offer))
        try:
            if self._pre_request:
                self._pre_request(worker, request)
            refusal = self._call(environ, answer, body)
        finally:
            if begun:
                self._log_access(answer, request, environ, datetime.now(UTC) - begun)
            if self._post_request:
                self._post_request(worker, request, environ, answer)
        goes_on = self._take_leave(connection, request, answer, body, refusal)
        if self._replays and offers and goes_on:
            self._replays.keep(request.whole, answer, offers[0])
        if self._alikes and likes and goes_on:
            self._alikes.keep(request.likeness, answer, likes[0])
        return goes_on

    def _call(self, environ: dict[str, Any], answer: Answer, body: RequestBody) -> Refusal | None:
        """Call the application and send what it says; what the server must say instead, if anything."""
        try:
            parts = self._worker.wsgi(environ, answer.start_response)
            try:
                if body.failure and _is_mistaken(answer.status_code or 0, body.failure):
                    return Refusal(body.failure.http_status, body.failure.sentence)
                if isinstance(parts, environ["wsgi.file_wrapper"]):
                    answer.write_file(parts)
                else:
                    for part in parts:
                        answer.write(part)
                answer.close()
            finally:
                if hasattr(parts, "close"):
                    parts.close()
        except ClientGone:
            raise
        except BodyError as failure:
            return Refusal(failure.http_status, failure.sentence)
        except (Exception, SystemExit):  # noqa: BLE001 - the application may raise anything
            self._log.exception("The application failed on a request")
            return SERVER_FAULT
        return None

    def _take_leave(
        self, connection: "Connection", request: Any, answer: Answer, body: RequestBody, refusal: Refusal | None
    ) -> bool:
        if (refusal and answer.has_begun) or not (refusal or answer.is_whole):
            # Half an answer is out. Only a connection that breaks says that the rest is missing.
            connection.close()
            return False
        if refusal:
            connection.refuse(refusal, with_text=request.method != "HEAD")
            return False
        if not answer.should_close() and body.drain(self._limits.drain_size, self._limits.drain_seconds):
            return True
        if body.is_finished:
            connection.leave()
        else:
            connection.part()
        return False

    def _log_access(self, answer: Answer, request: Any, environ: dict[str, Any], duration: Any) -> None:
        """Log a request by its path alone, or by the application's `pastebin.route`: addresses hold secrets."""
        route = environ.get("pastebin.route") or request.path
        shown = environ | {"RAW_URI": route, "PATH_INFO": route, "QUERY_STRING": "", "HTTP_REFERER": "-"}
        for name in ("HTTP_AUTHORIZATION", "HTTP_COOKIE"):
            shown.pop(name, None)
        answer.status = answer.status or "500"
        self._log.access(answer, SimpleNamespace(headers=[]), shown, duration)


def _hook(cfg: Any, name: str) -> Any:
    """A hook that the operator has set; gunicorn's own would write the path of every request to the log."""
    setting = cfg.settings[name]
    hook = setting.get()
    return None if hook is setting.default else hook


def _is_mistaken(status: int, failure: BodyError) -> bool:
    """Whether the application, or its framework, took a body's failure for something else than it was."""
    return status >= HTTPStatus.BAD_REQUEST and status != failure.http_status


def _better_hand(hand: "Hand", request: Any, connection: "Connection") -> "Hand | None":
    """Another hand for a request that might be in the way here, or find others in its way."""
    if hand.paused and not _is_soon_paused(request):
        return hand.crew.unburdened()
    if hand.parked >= _CROWDED and (hand.errands >= _CROWDED or _is_incomplete(request, connection)):
        roomier = hand.crew.roomiest()
        return roomier if roomier and roomier.parked < hand.parked else None
    return None


def _is_soon_paused(request: Any) -> bool:
    """Whether it will hardly keep its thread from those that pause: a small upload is such a one, which pauses itself.

    A login is none, nor is whatever else may compute, or wait for a disk, as long as it likes.
    """
    length = _told_length(request)
    if request.method not in ("POST", "PUT") or length is None or length > _SMALL_BYTES:
        return False
    kind = next((value for name, value in request.headers if name == "CONTENT-TYPE"), "")
    return not kind.startswith(_NO_UPLOADS)


def _is_incomplete(request: Any, connection: "Connection") -> bool:
    """Whether a part of the body has not come yet."""
    length = _told_length(request)
    return length is None or length > len(connection.arrived)


def _told_length(request: Any) -> int | None:
    """How long its body is, where it says so."""
    length: int | None = getattr(request.body.reader, "length", None)
    return length
