"""Answers whose headers are as they leave."""

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing
from wsgiref.types import WSGIEnvironment

from flask import Request, Response
from werkzeug.datastructures import Headers

from pastebin.extensions import context_maker


class ReadyAnswer(Response):
    """A response with a whole body, and with headers that need no completing.

    Werkzeug goes through the headers of every response once more, for relative links and for bodies that may not be
    sent. Here is nothing of that kind: links are built whole by `links`.
    """

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers as they are."""
        return self.headers


def made_while_sent(request: Request, headers: Headers, blocks: Generator[bytes, None, None]) -> ReadyAnswer:
    """The answer to a GET or HEAD of something that is made while it is sent, however long it will be.

    What fails before the first byte is answered like every error; after that
    the server cuts the connection, so that nobody takes a part of it for all.
    Nothing is made for a HEAD.

    Args:
        blocks: none of them empty. The application is there while one is made, and not while the client is waited for.
    """
    if request.method == "HEAD":
        return ReadyAnswer(headers=headers)
    body = _after_the_request(next(blocks, b""), blocks, context_maker())
    return ReadyAnswer(body, headers=headers, direct_passthrough=True)


def _after_the_request(
    first: bytes, rest: Generator[bytes, None, None], make_context: Callable[[], AbstractContextManager[object]]
) -> Iterator[bytes]:
    with closing(rest):
        block = first
        while block:
            yield block
            with make_context():
                block = next(rest, b"")
