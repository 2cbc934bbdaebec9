"""What goes on beside requests: the sweep, in one worker at a time, writing down what is gathered in memory, mail."""

import atexit
import logging
import threading
import time
from collections.abc import Callable

from flask import Flask

from pastebin.config import Settings
from pastebin.services import keys, outbox, upkeep

log = logging.getLogger(__name__)

_TICK_SECONDS = 20.0
# For so long a process that makes images waits for the next one.
_IDLE_SECONDS = 60.0
# Whoever asked for a mail waits for it; another process may have been asked.
_MAIL_TICK_SECONDS = 1.0


def begin(app: Flask) -> None:
    """Start the background threads of a serving process. What is in memory is written once more at its end."""
    threading.Thread(target=_run, args=(app,), name="background", daemon=True).start()
    if _sends_mail(app.extensions["pastebin.settings"]):
        # A thread of its own: a mail server that does not answer must not keep the rest waiting.
        threading.Thread(target=_send_mail, args=(app,), name="mail", daemon=True).start()
    atexit.register(_safely, app, keys.write_uses)


def _run(app: Flask) -> None:
    interval = app.extensions["pastebin.settings"].SWEEP_INTERVAL or _TICK_SECONDS
    while True:
        time.sleep(min(_TICK_SECONDS, interval))
        _safely(app, keys.write_uses)
        _safely(app, upkeep.sweep_by_turn)
        app.extensions["pastebin.derived"].rest(_IDLE_SECONDS)


def _sends_mail(settings: Settings) -> bool:
    """Whether there is mail to send; what an operator may have meant otherwise is said once."""
    if not settings.BASE_URL and (settings.SMTP_HOST or settings.REQUIRE_VERIFIED_EMAIL):
        log.warning(
            "BASE_URL is not set, which links in mails need: no mail is sent, and nobody can confirm an address"
        )
    return bool(settings.BASE_URL)


def _send_mail(app: Flask) -> None:
    while True:
        all_is_well = _safely(app, outbox.send_due)
        time.sleep(_MAIL_TICK_SECONDS if all_is_well else _TICK_SECONDS)


def _safely(app: Flask, task: Callable[[], object]) -> object:
    """Do a task, and return what it does; one that fails is logged and tried again at the next turn."""
    try:
        with app.app_context():
            return task()
    except Exception:
        log.exception("background task failed; it is tried again")
        return None
