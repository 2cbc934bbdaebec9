"""What clients do wrong, and the few plain words that the server itself answers."""

from http import HTTPStatus

from gunicorn.http import errors


class BodyError(OSError):
    """A request's body that cannot be read to its end.

    `http_status` is what to answer; an application can go by that attribute
    without importing this module.
    """

    http_status = HTTPStatus.BAD_REQUEST
    sentence = "The body cannot be read."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class ClientDisconnected(BodyError):
    """The client stopped sending in the middle of the body."""

    sentence = "The body is cut short: the connection ended before all of it had come."


class BodyMalformed(BodyError):
    """A chunked body that breaks the rules of RFC 9112 section 7.1."""

    sentence = "The body is not valid chunked transfer coding."


class BodyTooSlow(BodyError):
    """Less than BODY_MIN_RATE over a minute (contract section 9)."""

    http_status = HTTPStatus.REQUEST_TIMEOUT
    sentence = "The body came in too slowly."


class ClientGone(ConnectionError):
    """An answer cannot be delivered: the client has gone, or takes nothing any more."""


class Refusal:
    """An answer of the server itself: a status and a sentence for people, without a word of the request."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        self.status = status
        text = sentence.encode() + b"\n"
        self.wire = (
            b"HTTP/1.1 %d %s\r\nServer: pastebin\r\nConnection: close\r\nCache-Control: no-store\r\n"
            b"X-Content-Type-Options: nosniff\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n\r\n"
            % (status, status.phrase.encode(), len(text))
        ) + text

    def without_text(self) -> bytes:
        """The answer to HEAD."""
        return self.wire[: self.wire.index(b"\r\n\r\n") + 4]


BAD_REQUEST = Refusal(HTTPStatus.BAD_REQUEST, "This is not a valid HTTP/1.1 request.")
NOT_PLAIN_HTTP = Refusal(HTTPStatus.BAD_REQUEST, "This port speaks plain HTTP, not TLS: use http:// or ask the proxy.")
HEAD_TOO_SLOW = Refusal(HTTPStatus.REQUEST_TIMEOUT, "The request's headers were not complete in time.")
LINE_TOO_LONG = Refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "The address in the request is too long.")
HEAD_TOO_LARGE = Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request has too many header fields, or too large ones."
)
SERVER_FAULT = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong in the server.")

# The first that fits counts: what is said of the framing is more use than "not valid".
_BY_ERROR: tuple[tuple[type[Exception], Refusal], ...] = (
    (errors.LimitRequestLine, LINE_TOO_LONG),
    (errors.LimitRequestHeaders, HEAD_TOO_LARGE),
    (errors.InvalidRequestLine, Refusal(HTTPStatus.BAD_REQUEST, "The first line is not a valid HTTP/1.1 request.")),
    (errors.InvalidRequestMethod, Refusal(HTTPStatus.BAD_REQUEST, "The request's method is not valid.")),
    (errors.InvalidHTTPVersion, Refusal(HTTPStatus.BAD_REQUEST, "Only HTTP/1.0 and HTTP/1.1 are spoken here.")),
    (errors.InvalidHeaderName, Refusal(HTTPStatus.BAD_REQUEST, "A header field's name is not valid.")),
    (errors.ObsoleteFolding, Refusal(HTTPStatus.BAD_REQUEST, "Header fields over several lines are not accepted.")),
    (errors.InvalidHeader, Refusal(HTTPStatus.BAD_REQUEST, "A header field is not valid, or given twice.")),
    (
        errors.UnsupportedTransferCoding,
        Refusal(HTTPStatus.NOT_IMPLEMENTED, "Of transfer codings only 'chunked' is understood."),
    ),
    (
        errors.ExpectationFailed,
        Refusal(HTTPStatus.EXPECTATION_FAILED, "Of expectations only '100-continue' is understood."),
    ),
    (errors.ForbiddenProxyRequest, Refusal(HTTPStatus.FORBIDDEN, "This address may not speak for others.")),
)

# Framing in doubt is the dangerous kind of wrong, and deserves its own sentence.
_BY_FIELD = {
    "CONTENT-LENGTH": Refusal(
        HTTPStatus.BAD_REQUEST, "Content-Length is not one whole number, or contradicts chunked."
    ),
    "TRANSFER-ENCODING": Refusal(HTTPStatus.BAD_REQUEST, "Transfer-Encoding must be 'chunked', once, in HTTP/1.1."),
    "HOST": Refusal(HTTPStatus.BAD_REQUEST, "More than one Host header field."),
}


def refusal_of(error: Exception) -> Refusal:
    """What to answer to a request that could not be parsed."""
    if isinstance(error, errors.InvalidHeader) and error.hdr in _BY_FIELD:
        return _BY_FIELD[error.hdr]
    return next((refusal for kind, refusal in _BY_ERROR if isinstance(error, kind)), BAD_REQUEST)
