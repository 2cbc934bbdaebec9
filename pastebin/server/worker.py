"""The gunicorn worker: the main thread keeps time, listens and looks after the crew."""

import errno
import gc
import os
import resource
import select
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from gunicorn.workers.base import Worker

from pastebin.server import roster
from pastebin.server.connection import Connection
from pastebin.server.crew import Crew
from pastebin.server.limits import Limits
from pastebin.server.service import Service

# How often the watchman looks while there is something to watch, in milliseconds.
_LOOK = 2
# How long another worker that was called may take until it is not waited for any more, in seconds.
_AFTER_YOU = 0.01
# So many clients a second are left to others. Where more come they do not stay: then whoever is quickest lets them in.
_CALLS_A_SECOND = 64
_SECOND = 1000
# Descriptors that are no connections: files, the database, the log.
_OTHER_DESCRIPTORS = 512
# How long a new connection may say nothing, in seconds, where others wait for its place.
_HEARING = 2
# The same where the worker itself is about to end.
_FAREWELL = 0.5
# With so many connections a worker that ends lets nobody else in.
_LAST_GUESTS = 64
# From so many more objects than before the collector looks at the newest. Of what requests make hardly any is a cycle,
# and at Python's own number it would look at every request or two.
_GARBAGE = 10_000
# Looking for idle connections means looking at all, so not at every turn.
_EVICTION_PAUSE = 0.1


class ParkingWorker(Worker):
    """A worker in which a client that is waited for costs a socket, not a thread.

    `threads` requests are worked on at once, `worker_connections` clients are
    connected. Everything else that gunicorn offers for HTTP/1 works as it
    does there, but for TLS and the PROXY protocol, which are refused.
    """

    limits: ClassVar[Limits] = Limits()

    @classmethod
    def limited(cls, limits: Limits) -> "type[ParkingWorker]":
        """This worker with limits of its own; what a gunicorn configuration names as `worker_class`."""
        return type(cls.__name__, (cls,), {"limits": limits})

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """Refuse at the start what would not work.

        Raises:
            RuntimeError: which gunicorn shows as one sentence.
        """
        if cfg.is_ssl:
            raise RuntimeError(
                "This server speaks plain HTTP only: certfile and keyfile belong to the proxy before it."
            )
        if cfg.proxy_protocol not in ("off", False):
            raise RuntimeError("The PROXY protocol is not understood here: let the proxy send X-Forwarded-For.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Be made: by the process that then forks."""
        super().__init__(*args, **kwargs)
        self._roster = roster.of_this_server(self.cfg.workers, self.cfg.worker_tmp_dir)

    def run(self) -> None:
        """Serve until told to stop, then finish what was begun."""
        self._service = Service(self, self.limits)
        self._crew = Crew(max(1, self.cfg.threads), self._service.attend, self._wake, self._roster.count)
        self._most_connections = self._room_for_connections()
        self._line_limit = self.cfg.limit_request_line
        self._next_eviction = 0.0
        # Until when the doors stay closed because another worker was called; 0 if none was.
        self._aside_until = 0.0
        self._calls_left = _CALLS_A_SECOND
        # Held while somebody is let in: who was accepted is known to `_finish`, or was never accepted.
        self._doorway = threading.Lock()
        self._alarm = select.poll()
        self._alarm.register(self.PIPE[0], select.POLLIN)
        # What was loaded stays. Without this the collector goes through all of it, again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GARBAGE)
        self._crew.start()
        # Where each has listening sockets of its own, nobody can let in who knocked at another's.
        if not self.cfg.reuse_port and (bell := self._roster.join()) is not None:
            self._crew.hang_bell(bell, self._answer_call)
        self._open_doors()
        while self.alive and self.ppid == os.getppid():
            self._keep_time()
        self._finish()

    def count_request(self) -> None:
        """Count a request; after enough of them the worker ends, and gunicorn starts another."""
        self.nr += 1
        if self.nr >= self.max_requests and self.alive:
            self.log.info("Autorestarting worker after current request.")
            self.alive = False
            self._wake()

    def init_signals(self) -> None:
        """As gunicorn does, but for Ctrl-C: a terminal sends it to all processes, and the first tells what it means."""
        super().init_signals()
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """Stop at once."""
        if crew := getattr(self, "_crew", None):
            crew.stop()
        super().handle_quit(sig, frame)

    def handle_usr1(self, sig: int, frame: Any) -> None:
        """Open the log's files anew."""
        super().handle_usr1(sig, frame)
        if service := getattr(self, "_service", None):
            service.refresh()

    def _room_for_connections(self) -> int:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        wanted = int(self.cfg.worker_connections)
        return wanted if hard == resource.RLIM_INFINITY else max(1, min(wanted, hard - _OTHER_DESCRIPTORS))

    # ---- time

    def _wake(self) -> None:
        # A pipe that takes no more is full of such calls.
        with suppress(BlockingIOError):
            os.write(self.PIPE[1], b"\0")

    def _keep_time(self) -> None:
        """About a second of looking after the crew, then what is due every second."""
        self.notify()
        self._calls_left = _CALLS_A_SECOND
        end = monotonic() + 1
        while self.alive and (left := end - monotonic()) > 0:
            is_watched = self._crew.look_after()
            if self._aside_until:
                self._come_back()
            elif not self._crew.doors:
                self._reopen_doors(is_due=self._next_eviction < monotonic())
            if self._alarm.poll(_LOOK if is_watched or self._aside_until else max(1, left * _SECOND)):
                os.read(self.PIPE[0], 4096)
        self._close_overdue()

    def _close_overdue(self) -> None:
        crew, now = self._crew, monotonic()
        has_some = False
        for waiting in list(crew.armed):
            if waiting.deadline < now and crew.claim(waiting):
                waiting.run_out_of_time()
                has_some = True
        if has_some:
            crew.nudge()

    # ---- clients

    def _open_doors(self) -> None:
        for listener in self.sockets:
            listener.setblocking(False)
            name = _address_words(listener.getsockname())
            self._crew.open_door(listener.fileno(), partial(self._let_in, listener, name))

    def _let_in(self, listener: Any, name: Any) -> None:
        """Accept one client, or call a worker that has fewer: the next may as well be another's."""
        with self._doorway:
            if not self._crew.doors:  # closed since somebody knocked
                return
            if not self._left_to_another():
                self._accept(listener, name)

    def _answer_call(self) -> None:
        """Let in whoever another worker has left to this one, while it has fewest."""
        self._roster.hear()
        with self._doorway:
            if self.alive and not self._let_in_all(but=self._left_to_another):
                self._end_aside()

    def _left_to_another(self) -> bool:
        """Call a worker that has fewer, if there is one, and let nobody in until it had time."""
        if not self._calls_left or not self._roster.call_another():
            return False
        self._calls_left -= 1
        self._crew.close_doors()
        self._aside_until = monotonic() + _AFTER_YOU
        self._crew.have_watched()
        return True

    def _come_back(self) -> None:
        """Open the doors again once who was called had time. Whoever still waits there has waited for long enough."""
        with self._doorway:
            if self._aside_until < monotonic():
                self._let_in_all()
                self._end_aside()
                self._crew.nudge()

    def _end_aside(self) -> None:
        if self._aside_until and self._has_room():
            self._open_doors()
        self._aside_until = 0.0

    def _let_in_all(self, but: Callable[[], bool] = lambda: False) -> bool:
        """Accept all who wait, as long as there is room; whether *but* has ended it."""
        for listener in self.sockets:
            name = _address_words(listener.getsockname())
            while self._has_room() and self._accept(listener, name):
                if but():
                    return True
        return False

    def _has_room(self) -> bool:
        return len(self._crew.connections) < self._most_connections

    def _accept(self, listener: Any, name: Any) -> bool:
        try:
            sock, peer = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                self._make_room()
            return False
        sock.setblocking(False)
        if sock.family != socket.AF_UNIX:
            with suppress(OSError):  # it may be gone already
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        crew = self._crew
        connection = Connection(crew, self.limits, sock, _address_words(peer), name, self._line_limit)
        crew.welcome(connection)
        if not self._has_room():
            self._make_room()
        return True

    def _make_room(self) -> None:
        """Close the connections that have been idle longest; if there are none, let nobody in for a while."""
        if not self._evict():
            self._crew.close_doors()

    def _reopen_doors(self, is_due: bool) -> None:
        with self._doorway:
            is_full = not self._crew.doors and not self._aside_until
            if is_full and (self._has_room() or (is_due and self._evict())):
                self._open_doors()

    def _evict(self) -> bool:
        crew = self._crew
        self._next_eviction = monotonic() + _EVICTION_PAUSE
        # Who has just come has a right to be heard; who came long ago and said nothing has none.
        idle = [
            connection
            for connection in list(crew.connections)
            if connection.is_idle and not connection.is_newcomer(_HEARING)
        ]
        idle.sort(key=lambda connection: (not connection.requests, connection.deadline))
        at_once = 1 + self._most_connections // 64
        claimed = [connection for connection in idle[:at_once] if crew.claim(connection)]
        for connection in claimed:
            connection.close()
        return bool(claimed)

    # ---- the end

    def _finish(self) -> None:
        """Let nobody in, finish what was begun, at most for `graceful_timeout`."""
        crew = self._crew
        with self._doorway:
            self.alive = False  # also where the first process is gone: nobody answers calls from here on
            self._roster.leave()
            # A knock wakes one worker. If it was this one, nobody else has heard it, or only who was called.
            if (crew.doors or self._aside_until) and not self._is_crowded():
                self._let_in_all(but=self._is_crowded)
                crew.nudge()
            crew.close_doors()
        for listener in self.sockets:
            listener.close()
        end = monotonic() + self.cfg.graceful_timeout
        while crew.connections and monotonic() < end:
            self._close_idle()
            self.notify()
            crew.look_after()
            self._close_overdue()
            self._alarm.poll(_LOOK)
        crew.stop()
        for hand in crew.hands:
            hand.thread.join(max(0.0, min(0.5, end - monotonic())))

    def _is_crowded(self) -> bool:
        return len(self._crew.connections) >= _LAST_GUESTS

    def _close_idle(self) -> None:
        for connection in list(self._crew.connections):
            if connection.is_idle and not connection.is_newcomer(_FAREWELL) and self._crew.claim(connection):
                if connection.has_news():
                    self._crew.hand_over(connection)
                    self._crew.nudge()
                else:
                    connection.close()


def _address_words(address: Any) -> tuple[str, str]:
    """Host and port as WSGI wants them; a Unix socket has neither."""
    return (address[0], str(address[1])) if isinstance(address, tuple) else ("", "")
