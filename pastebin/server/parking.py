"""What a request waits for without a thread: its client, or another descriptor that the application names."""

import select
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import greenlet

if TYPE_CHECKING:
    from pastebin.server.crew import Crew, Hand

READABLE = select.EPOLLIN
WRITABLE = select.EPOLLOUT


class Waiting:
    """A descriptor, and the greenlet to go on with when something comes.

    What the crew knows of whatever it arms: a client's `Connection`, which alone may also wait
    without a greenlet, between two requests, and a request's `Errand`.
    """

    __slots__ = ("crew", "deadline", "descriptor", "hand", "is_overdue", "runner")

    def __init__(self, crew: "Crew", descriptor: int, deadline: float) -> None:
        self.crew = crew
        self.descriptor = descriptor
        # Looked at about once a second.
        self.deadline = deadline
        self.is_overdue = False
        self.hand: Hand
        self.runner: greenlet.greenlet | None = None

    def park(self, events: int, deadline: float) -> bool:
        """Leave the thread to others until *events*; false if the deadline came first.

        Raises:
            OSError: epoll cannot wait for it, or the system is short of memory.
        """
        hand = self.hand
        self.deadline = deadline
        self.runner = greenlet.getcurrent()
        hand.parked += 1
        try:
            self.crew.arm(self, events)
            hand.hub.switch()
        finally:
            hand.parked -= 1
            self.runner = None
        is_overdue, self.is_overdue = self.is_overdue, False
        return not is_overdue

    def run_out_of_time(self) -> None:
        """The deadline has passed, and the caller has claimed it."""
        self.is_overdue = True
        self.crew.hand_over(self)


class Errand(Waiting):
    """One wait of a request for something else than its client.

    Made anew for each: the application may close the descriptor right after, and then its number is anybody's.
    """

    __slots__ = ()

    def __init__(self, hand: "Hand", descriptor: int, seconds: float) -> None:
        super().__init__(hand.crew, descriptor, monotonic() + seconds)
        self.hand = hand

    def wait(self) -> bool:
        """Park until the descriptor is readable; false if the time is over first. See `Transfer.wait_for`."""
        self.hand.errands += 1
        try:
            # An event may be one that an earlier owner of the number has left behind.
            while not is_ready(self.descriptor, select.POLLIN):
                if self.deadline <= monotonic():
                    return False
                self.park(READABLE, self.deadline)
            return True
        finally:
            self.hand.errands -= 1
            self.crew.dismiss(self)


class Pause(Waiting):
    """One wait of the running request that another thread ends. Costs no descriptor, so nothing bounds its time.

    Made by the request itself, which must wait for nothing else before `wait`.
    """

    __slots__ = ()

    def __init__(self, hand: "Hand") -> None:
        super().__init__(hand.crew, -1, 0.0)
        self.hand = hand
        self.runner = greenlet.getcurrent()

    def wait(self) -> None:
        """Park until `end`, which may have been called already."""
        self.hand.paused += 1
        try:
            self.hand.hub.switch()
        finally:
            self.hand.paused -= 1

    def end(self) -> None:
        """Let the request go on, in its own thread. For any thread, once."""
        self.crew.send_to(self.hand, self)

    def when_idle(self, task: Callable[[], None]) -> None:
        """Have *task* done soon: once all that has come is worked on up to where it waits. See `Crew.when_idle`."""
        self.crew.when_idle(task)


def is_ready(descriptor: int, events: int, seconds: float = 0) -> bool:
    """Whether *events* are there, or come while the calling thread itself waits for them."""
    poll = select.poll()
    poll.register(descriptor, events)
    return bool(poll.poll(seconds * 1000))
