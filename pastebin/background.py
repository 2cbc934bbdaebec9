"""What goes on beside requests: the sweep, in one worker at a time, writing down what is gathered in memory, mail."""

import atexit
import logging
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy.exc import OperationalError

from pastebin.config import Settings
from pastebin.extensions import is_disk_full
from pastebin.services import keys, outbox, upkeep, views

log = logging.getLogger(__name__)

_TICK_SECONDS = 20.0
# For so long a process that makes images waits for the next one.
_IDLE_SECONDS = 60.0
# Whoever asked for a mail waits for it; another process may have been asked.
_MAIL_TICK_SECONDS = 1.0
# How long views are gathered: whoever dies before the next turn takes so much with it.
_VIEWS_TICK_SECONDS = 1.0


def begin(app: Flask) -> None:
    """Start the background threads of a serving process. What is in memory is written once more at its end."""
    threading.Thread(target=_run, args=(app,), name="background", daemon=True).start()
    if _sends_mail(app.extensions["pastebin.settings"]):
        # A thread of its own: a mail server that does not answer must not keep the rest waiting.
        threading.Thread(target=_send_mail, args=(app,), name="mail", daemon=True).start()
    # As often, and not after a sweep that takes its time.
    threading.Thread(target=_write_views, args=(app,), name="views", daemon=True).start()
    atexit.register(_end, app)


def _run(app: Flask) -> None:
    interval = app.extensions["pastebin.settings"].SWEEP_INTERVAL or _TICK_SECONDS
    while True:
        time.sleep(min(_TICK_SECONDS, interval))
        _safely(app, keys.write_uses)
        _safely(app, upkeep.sweep_by_turn)
        app.extensions["pastebin.derived"].rest(_IDLE_SECONDS)
        if edge := app.extensions["pastebin.edge"]:
            _safely(app, edge.tidy)


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


def _end(app: Flask) -> None:
    """Write down once more what is in memory."""
    # Whoever presses Ctrl-C again must not cut that off: SIGKILL still does.
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    _safely(app, views.write)
    _safely(app, keys.write_uses)


def _write_views(app: Flask) -> None:
    tally, edge = app.extensions["pastebin.tally"], app.extensions["pastebin.edge"]
    while True:
        tally.wait(_VIEWS_TICK_SECONDS)
        if edge:
            _safely(app, partial(views.gather, edge))
        if _safely(app, views.write) is None:
            time.sleep(_TICK_SECONDS)


def _safely(app: Flask, task: Callable[[], object]) -> object:
    """Do a task, and return what it does; one that fails is logged and tried again at the next turn."""
    try:
        with app.app_context():
            return task()
    except Exception as fault:
        if isinstance(fault, OperationalError) and is_disk_full(fault):
            log.warning("the disk that has the database is full: a background task is tried again")
        else:
            log.exception("background task failed; it is tried again")
        return None
