"""gunicorn's configuration: `gunicorn -c python:pastebin.server.settings wsgi:app`.

What an operator may change are the settings in `docs/settings.md`; gunicorn's
own command line and GUNICORN_CMD_ARGS still win over what stands here.
"""

import gc
import os
import select
import sys
from importlib import import_module
from typing import Any

from pastebin.config import ConfigInvalid, Settings, instance_folder, load, places
from pastebin.server.limits import Limits


def _read() -> Settings:
    """The settings in force; a wrong one ends the start with a sentence."""
    folder = instance_folder()
    try:
        settings = load(folder)
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except (ConfigInvalid, OSError) as fault:
        sys.exit(str(fault) if isinstance(fault, ConfigInvalid) else f"The instance folder cannot be made: {fault}.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        sys.exit(
            f"The instance folder {folder} cannot be written. Say another with INSTANCE=…, or mend its permissions."
        )
    try:
        places(folder, settings)
    except ConfigInvalid as fault:
        sys.exit(str(fault))
    return settings


def _worker_class(limits: Limits) -> Any:
    """Ours where there is epoll (Linux); elsewhere gunicorn's threads, in which a slow client costs a thread."""
    if not hasattr(select, "epoll"):
        return "gthread"
    from pastebin.server.worker import ParkingWorker

    return ParkingWorker.limited(limits)


_settings = _read()

bind = _settings.BIND
workers = _settings.WORKERS
threads = _settings.THREADS
worker_class = _worker_class(Limits(header_timeout=_settings.HEADER_TIMEOUT, body_min_rate=_settings.BODY_MIN_RATE))
worker_connections = 4096
backlog = 2048
loglevel = _settings.LOG_LEVEL

# A connection that waits for its next request costs a socket only.
keepalive = 15
graceful_timeout = 30
# The worker's main thread must be heard of so often; requests may take longer.
timeout = 60

# Whom to believe about addresses and schemes (TRUSTED_PROXIES) is decided by the application alone.
forwarded_allow_ips = ""
# gunicorn's own command line for a running server, through a socket in the home folder: one way in less.
control_socket_disable = True

limit_request_line = 8190
limit_request_fields = 100
limit_request_field_size = 8190

# What the application is made of, by name: it is not for the server to know more of it.
_APPLICATION = "wsgi:app"
_MODULES = ("pastebin.app", "pastebin.background")


def on_starting(server: Any) -> None:
    """What is done once, in the first process."""
    _finish_at_ctrl_c(server)
    if server.app.app_uri == _APPLICATION:
        _import_for_all()


def _import_for_all() -> None:
    """Import what all workers need: once instead of by each, and its memory is shared.

    No application is made here: it opens files and locks that no two processes may have in common.
    """
    # Hardly anything of what an import makes is garbage, and the collector would look for it hundreds of times.
    gc.disable()
    for module in _MODULES:
        import_module(module)
    gc.freeze()  # what the collector never looks at stays shared
    gc.enable()


def _finish_at_ctrl_c(server: Any) -> None:
    """Have Ctrl-C do what SIGTERM does. (gunicorn's own cuts off what is under way.) A second one ends it at once."""

    def finish() -> None:
        server.log.info(
            "Finishing what was begun, for %s s at most. Ctrl-C once more cuts it off.", server.cfg.graceful_timeout
        )
        server.handle_term()

    server.handle_int = finish
