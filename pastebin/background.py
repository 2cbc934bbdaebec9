"""What goes on beside requests: the sweep, in one worker at a time, and writing down what is gathered in memory."""

import atexit
import logging
import threading
import time
from collections.abc import Callable

from flask import Flask

from pastebin.services import keys, upkeep

log = logging.getLogger(__name__)

_TICK_SECONDS = 20.0


def begin(app: Flask) -> None:
    """Start the background thread of a serving process. What is in memory is written once more at its end."""
    threading.Thread(target=_run, args=(app,), name="background", daemon=True).start()
    atexit.register(_safely, app, keys.write_uses)


def _run(app: Flask) -> None:
    interval = app.extensions["pastebin.settings"].SWEEP_INTERVAL or _TICK_SECONDS
    while True:
        time.sleep(min(_TICK_SECONDS, interval))
        _safely(app, keys.write_uses)
        _safely(app, upkeep.sweep_by_turn)


def _safely(app: Flask, task: Callable[[], object]) -> None:
    """Do a task; what fails is logged and tried again at the next turn."""
    try:
        with app.app_context():
            task()
    except Exception:
        log.exception("background task failed; it is tried again")
