"""The worker with limits short enough to wait for."""

from pastebin.server.limits import Limits
from pastebin.server.worker import ParkingWorker


class ImpatientWorker(ParkingWorker):
    """Gives up in a second or two where the real one waits for a minute."""

    limits = Limits(
        header_timeout=1, body_min_rate=1024, body_window=2, write_timeout=1.5, linger_seconds=3, linger_idle=1
    )
