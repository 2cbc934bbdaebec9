"""Every page in every state that is worth a look: one module for each area, each with its `STATES`.

`python -m tests.screens FOLDER [NAME…]` photographs them (`make screenshots`);
the tests of tests/web/pages look at the same ones with axe, html-validate and
the browser's own complaints. A new page, or a new state of one, is one more
entry of its area's `STATES`.
"""

from tests.screens.browser import CHROMIUM, chromium, log_in, overflow
from tests.screens.stage import Stage, State

__all__ = ["CHROMIUM", "Stage", "State", "chromium", "log_in", "overflow"]
