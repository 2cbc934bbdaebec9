"""The threads of a worker, and which of them does what.

Every thread can do everything. One of those that have nothing to do keeps
watch: it waits in epoll for all connections at once. When something comes in
it leaves the watch and works on it itself, so a request on a quiet server
never changes threads. Python runs one thread at a time anyway; a second one
helps only where the first is blocked (a disk, a database, a hash). Then the
watchman, the process's main thread, notices within a few milliseconds that
nobody keeps watch and nothing moves, and calls another; for a while after
that each thread that leaves the watch calls its successor at once.

A request runs in a greenlet. Where its client lets it wait, or it waits for
something else on an errand, it parks: the thread goes on with other work, and
the greenlet is resumed, by the same thread, when epoll says so.

What makes this safe without a lock of its own is that single operations of
dict and deque are atomic. In particular, whoever pops a connection or an
errand from `armed` owns it; everybody else's events for it are stale and
ignored. The number of its descriptor proves nothing: that may be somebody
newer's. So an old one's event can only resume the newer one without cause, and
whoever is resumed without cause finds nothing to read and parks again.
"""

import logging
import os
import select
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, cast

import greenlet

if TYPE_CHECKING:
    from pastebin.server.connection import Connection
    from pastebin.server.parking import Waiting

log = logging.getLogger(__name__)

_MISSING = object()
_EVENTS_AT_ONCE = 64
# What is put off until there is nothing else to do waits no longer than for so many others, or so many seconds.
_MOST_BEFORE_DUE = 16
_LONGEST_BEFORE_DUE = 0.01
# Looks at which nothing has moved, until whoever works is taken to be blocked: on a busy machine a request may take
# longer than one look without being.
_BLOCKED_LOOKS = 3
_EAGER_LOOKS = 50


class Hand:
    """A thread, what waited and only it can go on with, and a bell to wake it."""

    def __init__(self, crew: "Crew", number: int) -> None:
        self.crew = crew
        self.inbox: deque[Waiting] = deque()
        # Requests that wait here, how many of them on errands; and those that pause.
        self.parked = self.errands = self.paused = 0
        self.hub: greenlet.greenlet
        # Greenlets of this thread that have nothing to do.
        self.spare: list[greenlet.greenlet] = []
        self._bell = threading.Lock()
        self._bell.acquire()
        # A thread that the application blocks for ever must not keep the process from ending.
        self.thread = threading.Thread(target=self._work, name=f"hand-{number}", daemon=True)

    def ring(self) -> None:
        """Wake it; only for who has taken it out of `crew.idle`."""
        self._bell.release()

    def _work(self) -> None:
        self.hub = greenlet.getcurrent()
        crew = self.crew
        inbox, ready = self.inbox, crew.ready
        while not crew.stopping:
            waiting: Waiting
            if inbox:
                waiting = inbox.popleft()
            else:
                try:
                    waiting = ready.popleft()
                except IndexError:
                    if crew.due:
                        crew.do_due()
                    else:
                        self._watch_or_rest()
                    continue
            crew.taken()
            if (runner := waiting.runner) is not None:
                runner.switch()
            else:
                crew.attend(self, cast("Connection", waiting))

    def _watch_or_rest(self) -> None:
        crew = self.crew
        if crew.helm.acquire(blocking=False):
            try:
                crew.keep_watch(self)
            finally:
                crew.helm.release()
            return
        crew.idle[self] = None
        # What came before the line above was seen by nobody as idle, so nobody rings for it.
        must_stay_up = self.inbox or crew.ready or crew.stopping or not crew.helm.locked()
        if must_stay_up and crew.idle.pop(self, _MISSING) is None:
            return
        self._bell.acquire()


class Crew:
    """The hands of one worker and the connections between them."""

    def __init__(
        self,
        size: int,
        attend: Callable[[Hand, "Connection"], None],
        call_watchman: Callable[[], None],
        count: Callable[[int], None] = lambda _connections: None,
    ) -> None:
        self.attend = attend
        self.connections: set[Connection] = set()
        # Told how many there are, whenever that changes.
        self._count = count
        # Who waits, and whom epoll's events are for. The one is popped by whoever is first, the other by its owner.
        self.armed: dict[Waiting, None] = {}
        self.registered: dict[int, Waiting] = {}
        self.ready: deque[Connection] = deque()
        # What is done once nothing is left to do in inbox and ready, by whoever finds that so.
        self.due: deque[Callable[[], None]] = deque()
        self._taken_before_due = 0
        self._due_since = 0.0
        self.idle: dict[Hand, None] = {}
        # Held by the hand that waits in epoll.
        self.helm = threading.Lock()
        self.stopping = False
        self.doors: dict[int, Callable[[], None]] = {}
        self._bells: dict[int, Callable[[], None]] = {}
        self._epoll = select.epoll()
        # Who waits in epoll right now; only a knock makes it look elsewhere.
        self._on_watch: Hand | None = None
        self._knock = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._knock, select.EPOLLIN)
        self._call_watchman = call_watchman
        self._watched = False
        self._pulse = self._last_pulse = 0
        self._quiet_looks = 0
        self._eager_looks = 0
        self.hands = [Hand(self, number) for number in range(size)]

    def start(self) -> None:
        """Let all hands begin."""
        for hand in self.hands:
            hand.thread.start()

    def stop(self) -> None:
        """Let every hand end when it has nothing in its hands; returns at once."""
        self.stopping = True
        while self.ring_any():
            pass
        os.eventfd_write(self._knock, 1)

    # ---- what waits

    def arm(self, waiting: "Waiting", events: int) -> None:
        """Wait for *events* of a descriptor. The caller must not touch it any more, unless it is parked on it."""
        self.armed[waiting] = None
        try:
            self._register(waiting, events | select.EPOLLONESHOT)
        except OSError:
            # Somebody may have claimed it as soon as it was armed: a worker that ends, and has closed it, or the
            # clock, which has sent it to its hand, where it must be met.
            if self.claim(waiting):
                raise

    def _register(self, waiting: "Waiting", events: int) -> None:
        descriptor = waiting.descriptor
        if self.registered.get(descriptor) is waiting:
            self._epoll.modify(descriptor, events)
        else:
            self.registered[descriptor] = waiting
            self._epoll.register(descriptor, events)

    def claim(self, waiting: "Waiting") -> bool:
        """Take away from epoll what waits; false if somebody else was quicker."""
        return self.armed.pop(waiting, _MISSING) is None

    def welcome(self, connection: "Connection") -> None:
        """Begin with somebody who was let in."""
        self.connections.add(connection)
        self._count(len(self.connections))
        self.ready.append(connection)

    def forget(self, connection: "Connection") -> None:
        """Its descriptor is about to be closed, which takes it out of epoll. Only for who holds the connection."""
        self.connections.discard(connection)
        self._count(len(self.connections))
        # Not once it is closed: then the number may be another's.
        self.registered.pop(connection.descriptor, None)

    def dismiss(self, waiting: "Waiting") -> None:
        """Take a descriptor out of epoll that may stay open, or be closed at once. Only for who holds what waited."""
        if self.registered.get(waiting.descriptor) is waiting:
            del self.registered[waiting.descriptor]
            # It was never taken in, or the application has closed it too early.
            with suppress(OSError):
                self._epoll.unregister(waiting.descriptor)

    def hand_over(self, waiting: "Waiting") -> None:
        """Give what waited to whoever is to go on with it."""
        if waiting.runner is None:
            # An errand is a greenlet's.
            self.ready.append(cast("Connection", waiting))
        else:
            self.send_to(waiting.hand, waiting)

    def send_to(self, hand: Hand, waiting: "Waiting") -> None:
        """Let this hand, and no other, go on with it."""
        hand.inbox.append(waiting)
        try:
            if hand.inbox[0] is not waiting:
                return  # whoever is ahead was put there before, and who did that wakes it
        except IndexError:
            return  # taken already
        if self.idle.pop(hand, _MISSING) is None:
            hand.ring()
        elif self._on_watch is hand:
            os.eventfd_write(self._knock, 1)

    def unburdened(self) -> Hand | None:
        """Of the hands that have nothing to do, one in which no request pauses or is parked."""
        return next((hand for hand in list(self.idle) if not hand.paused and not hand.parked), None)

    def roomiest(self) -> Hand | None:
        """Of the hands that have nothing to do, the one with the fewest parked requests; who is busy may be blocked."""
        return min(list(self.idle), key=lambda hand: hand.parked, default=None)

    def when_idle(self, task: Callable[[], None]) -> None:
        """Do this once there is nothing else to do, or soon: so that what comes at once is done together first.

        Args:
            task: quick, and waits for nothing.
        """
        if not self.due:
            self._due_since = monotonic()
        self.due.append(task)
        if self._on_watch is not None:
            self.do_due()

    def do_due(self) -> None:
        """Do what was put off."""
        self._taken_before_due = 0
        while True:
            try:
                task = self.due.popleft()
            except IndexError:
                return
            try:
                task()
            except Exception:  # whose thread this is has nothing to do with it
                log.exception("What was put off failed")

    # ---- the watch

    def open_door(self, descriptor: int, enter: Callable[[], None]) -> None:
        """Call *enter* whenever a listening socket has somebody waiting; one process of several is woken."""
        self.doors[descriptor] = enter
        self._epoll.register(descriptor, select.EPOLLIN | select.EPOLLEXCLUSIVE)

    def hang_bell(self, descriptor: int, answer: Callable[[], None]) -> None:
        """Call *answer* whenever another worker rings."""
        self._bells[descriptor] = answer
        self._epoll.register(descriptor, select.EPOLLIN)

    def close_doors(self) -> None:
        """Stop looking at the listening sockets."""
        while self.doors:
            self._epoll.unregister(self.doors.popitem()[0])

    def keep_watch(self, hand: Hand) -> None:
        """Wait for events and hand them over. Only for the hand that holds the helm."""
        self._on_watch = hand
        # What came before the line above was sent by somebody who did not knock.
        must_not_wait = hand.inbox or self.ready or self.due or self.stopping
        events = [] if must_not_wait else self._epoll.poll(-1, _EVENTS_AT_ONCE)
        self._on_watch = None
        for descriptor, _ in events:
            if (waiting := self.registered.get(descriptor)) is not None:
                if self.claim(waiting):
                    self.hand_over(waiting)
            elif (enter := self.doors.get(descriptor) or self._bells.get(descriptor)) is not None:
                self._enter(enter)
            elif descriptor == self._knock:
                os.eventfd_read(self._knock)

    @staticmethod
    def _enter(enter: Callable[[], None]) -> None:
        try:
            enter()
        except Exception:  # this thread has others to go on with
            log.exception("A client could not be let in")

    def nudge(self) -> None:
        """Let somebody look at `ready`, to which the caller has added."""
        if not self.ring_any():
            os.eventfd_write(self._knock, 1)

    def ring_any(self) -> bool:
        """Wake the hand that fell idle last; false if all are busy or on watch."""
        try:
            hand, _ = self.idle.popitem()
        except KeyError:
            return False
        hand.ring()
        return True

    def step_aside(self) -> None:
        """Say that the calling hand is about to block: somebody else should keep watch."""
        if not self.helm.locked():
            self.ring_any()

    def has_spare_hands(self) -> bool:
        """Whether a hand may wait in person without others having to wait for it."""
        return len(self.idle) * 4 > len(self.hands)

    def taken(self) -> None:
        """Count that a hand has taken up something."""
        self._pulse += 1
        if not self._watched:
            self.have_watched()
        if self._eager_looks and not self.helm.locked():
            self.ring_any()
        if self.due:
            self._taken_before_due += 1
            if self._taken_before_due > _MOST_BEFORE_DUE or monotonic() - self._due_since > _LONGEST_BEFORE_DUE:
                self.do_due()

    def have_watched(self) -> None:
        """See to it that the watchman looks."""
        if not self._watched:
            self._watched = True
            self._call_watchman()

    def look_after(self) -> bool:
        """One look of the watchman; false when it need not look again until it is called."""
        has_moved = self._pulse != self._last_pulse
        self._last_pulse = self._pulse
        self._quiet_looks = 0 if has_moved else self._quiet_looks + 1
        self._eager_looks -= self._eager_looks > 0
        if not has_moved and self.due:
            self.do_due()
        if not has_moved and not self.helm.locked():
            # Everybody who works is blocked, it seems, and nobody keeps watch.
            if self._quiet_looks >= _BLOCKED_LOOKS:
                self._eager_looks = _EAGER_LOOKS
                self.ring_any()
        elif self._quiet_looks > 10 and self.helm.locked():
            self._watched = False
            # Somebody may have taken up something just before the line above, and called nobody.
            self._watched = self._pulse != self._last_pulse
        return self._watched
