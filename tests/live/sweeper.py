"""`python -m tests.live.sweeper INSTANCE`: sweeps without a pause and without grace, and says after each that it did.

A process of its own beside the server, as `pastebin sweep` is; it ends with
its standard input.
"""

import logging
import os
import select
import sys

from pastebin import create_app
from pastebin.services import upkeep


def main(instance: str) -> None:
    """Sweep until nobody listens any more."""
    app = create_app(instance, SWEEP_GRACE=0, LOG_LEVEL="warning")
    with app.app_context():
        while not select.select([sys.stdin], [], [], 0)[0]:
            swept = upkeep.sweep()
            os.write(1, f"{swept.blobs} {swept.strays}\n".encode())


if __name__ == "__main__":
    logging.captureWarnings(True)
    main(sys.argv[1])
