"""Answers whose headers are as they leave."""

from wsgiref.types import WSGIEnvironment

from flask import Response
from werkzeug.datastructures import Headers


class ReadyAnswer(Response):
    """A response with a whole body, and with headers that need no completing.

    Werkzeug goes through the headers of every response once more, for relative links and for bodies that may not be
    sent. Here is nothing of that kind: links are built whole by `links`.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are."""
        return self.headers
