"""PUTs that are alike (docs/server.md): their heads are read once, and what may have changed is asked each time.

What is kept of a head is what it says by itself, under settings that stay as
they are: from which address it comes, with which credential, and by which
name it calls us. Whether that may still upload, and how much, is found out
for every body, by the same rules as for a request that is read as a whole.
Where they refuse, the request is read as a whole, and told so.
"""

from collections.abc import Callable, Mapping
from contextlib import closing

from flask import Request
from sqlalchemy.exc import SQLAlchemyError

from pastebin import waiting
from pastebin.access import gate, hosts, rates
from pastebin.blueprints import intake
from pastebin.blueprints.files import wire
from pastebin.blueprints.links import links
from pastebin.errors import PastebinError, UntrustedHost
from pastebin.extensions import context_maker
from pastebin.services import limits, uploads
from pastebin.services.actor import Actor
from pastebin.services.remembered import Remembered

# Fields by which a head may ask for more than to keep its body, or be somebody's who has to be looked at anew.
_SAY_MORE = ("Cookie", "Content-Disposition", *intake.HEADER_FIELDS)


def offer(request: Request, rule: gate.Rule) -> None:
    """Offer the server to take bodies under heads like that of this PUT, which was let in, if it says no more.

    Args:
        rule: by which it was.
    """
    give = request.environ.get("pastebin.alike")
    if give is None or request.query_string or any(name in request.headers for name in _SAY_MORE):
        return
    try:
        hosts.check_host(request)  # a path may have spared it that
    except UntrustedHost:
        return
    give(_AlikePuts(request, rule), (*wire.URL_FIELDS, *rates.fields_of_answers()))


class _AlikePuts:
    """Takes bodies as whoever sent one request."""

    def __init__(self, request: Request, rule: gate.Rule) -> None:
        self._rule = rule
        self._address = hosts.client_address(request)
        self._credential = request.headers.get("Authorization")
        # Whether nobody may upload changes with the generation alone; whether somebody may is looked up each time.
        self._nobody = Remembered(lambda: gate.admit(rule, self._address, None))
        self._links = links()
        self._context = context_maker()

    def __call__(
        self, name: str, body: bytes, pause: Callable[[], waiting.Pause]
    ) -> tuple[bytes, Mapping[str, str]] | None:
        """The body of the answer and the fields in which it differs; None where there is to be another answer."""
        waiting.note_pause(pause)
        with self._context():
            kept = self._keep(name, body)
            if kept is None:
                return None
            made, place = kept
            url, fields = wire.told_by_url(made, self._links)
            return url, fields | rates.fields(place.place if place else None)

    def _actor(self) -> Actor:
        if self._credential is None:
            return self._nobody.get()
        return gate.admit(self._rule, self._address, self._credential)

    def _keep(self, name: str, body: bytes) -> tuple[uploads.Uploaded, limits.Wanted | None] | None:
        """Keep a body; None where nothing is kept, and the request as a whole will be told why."""
        made: list[uploads.Uploaded] = []
        try:
            actor = self._actor()
            place = rates.looked_for(self._rule.counted_as, actor)
            file = intake.whole(name, body)
            with closing(file.spool):
                made = uploads.take_in(actor, [file], uploads.Rules(), place)
        except (PastebinError, SQLAlchemyError, OSError):
            if made:  # once more would be twice
                raise
            return None
        return made[0], place
