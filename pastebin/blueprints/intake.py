"""The one door through which files come in: a request's body, once, into spools.

Counted, hashed and refused at its limits while it streams; memory stays flat
at any size. Who asks may turn out only here, by the fields `key` and
`csrf_token` (contract section 2).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import cast
from urllib.parse import unquote

from flask import Request
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from pastebin import expiry, filetypes
from pastebin.access import gate
from pastebin.access.current import current_request, g
from pastebin.blobs import Spool
from pastebin.blueprints.blocks import Body, blocks
from pastebin.blueprints.form_events import Event, Part, multipart_events, urlencoded_events
from pastebin.blueprints.languages import parse_language
from pastebin.blueprints.numbers import download_limit, whole_number
from pastebin.blueprints.spooling import Spooling
from pastebin.errors import BodyMalformed, BodyTooLarge, FieldsInvalid, FieldsMissing, SessionInvalid
from pastebin.extensions import now
from pastebin.services import bounds, names
from pastebin.services.actor import Scope
from pastebin.services.uploads import Incoming, Privacy, Rules

MOST_FILES = 100

_MOST_FIELD_BYTES = 64 * 1024
_MOST_FIELDS_BYTES = 1 << 20
_MOST_BEFORE_KEY = 64 * 1024
_TYPED = "paste.txt"  # what a text is called that nobody gave a name
_FIRST_CHOICES = ("file", "img")
HEADER_FIELDS = ("expire", "filename")
"""Fields that some clients send as headers."""

_FIELDS = ("filename", "name", "language", "newlines", "expire", "limit", "private", "api")


@dataclass
class Received:
    """What a request brought: files in spools, and the fields beside them. Close it when done."""

    files: list[Incoming] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def rules(self, default_privacy: Privacy = Privacy.PUBLIC) -> Rules:
        """The rules that the fields ask for.

        Raises:
            FieldsInvalid: one of them cannot be used.
        """
        return parse_rules(self.fields, default_privacy)

    def named_files(self) -> list[Incoming]:
        """The files: `filename` is the name of a single one, `language` the ending of a text whose name has none.

        Raises:
            FieldsInvalid: one name for several files, or no language.
        """
        language = self.fields.get("language", "").strip()
        ending = parse_language(language) if language else None
        return [_in_language(file, ending) for file in self._as_called()]

    def _as_called(self) -> list[Incoming]:
        filename = self.fields.get("filename")
        if not filename:
            return self.files
        if len(self.files) > 1:
            raise FieldsInvalid("filename goes with one file; send several without it.", fields=["filename"])
        return [replace(self.files[0], filename=filename)]

    def close(self) -> None:
        """Let go of the spools."""
        for file in self.files:
            file.spool.close()


@contextmanager
def form() -> Iterator[Received]:
    """Receive an upload form: multipart, or urlencoded.

    Raises:
        FieldsMissing: neither a file nor text in it.
        BodyMalformed, BodyTooLarge, StorageFull, and what the fields `key` and `csrf_token` may be refused with.
    """
    request = current_request()
    kind, options = request.mimetype, request.mimetype_params
    receiver = _FormReceiver(request)
    if kind == "multipart/form-data":
        if not options.get("boundary"):
            raise BodyMalformed("The multipart form does not say its boundary in Content-Type.")
        events = multipart_events(receiver.bounded(blocks(_body(request))), options["boundary"])
    elif kind == "application/x-www-form-urlencoded":
        events = urlencoded_events(receiver.bounded(blocks(_body(request))))
    else:
        raise FieldsMissing(
            "Send a form with a file in the field 'file' (curl -F file=@NAME), or PUT the file itself.", fields=["file"]
        )
    yield from _closing(receiver.receive(events))


@contextmanager
def raw(path_name: str | None = None) -> Iterator[Received]:
    """Receive a body that is the file itself; its fields come from the query.

    Raises:
        CsrfMissing: the cookie alone asks; such a body has no field for the token. SessionInvalid: nobody may upload.
        BodyMalformed, BodyTooLarge, StorageFull.
    """
    request = current_request()
    if gate.settled().is_nobody and gate.anonymous_uploads_off():
        raise SessionInvalid
    fields = _outer_fields(request)
    received = Received(fields=fields)
    name = path_name or fields.get("filename") or _disposition_name(request)
    spooling = _FileSpooling(request.content_length or 0, bounds.largest_body(gate.current_actor()))
    with spooling.or_nothing():
        for block in blocks(_body(request)):
            spooling.write(block)
    received.files.append(spooling.finish(name))
    yield from _closing(received)


def whole(name: str, body: bytes) -> Incoming:
    """Receive a body that has come, as a file of this name; whoever has it closes its spool.

    How large it may be is not looked at here.

    Raises:
        StorageFull.
    """
    spooling = _FileSpooling(len(body), most_bytes=len(body))
    with spooling.or_nothing():
        spooling.write(body)
        return spooling.finish(name)


@contextmanager
def opaque(most_bytes: int) -> Iterator[Spool]:
    """Receive a body that nobody looks at.

    Raises:
        BodyMalformed, BodyTooLarge, StorageFull.
    """
    request = current_request()
    spooling = Spooling(request.content_length or 0, most_bytes)
    try:
        for block in blocks(_body(request)):
            spooling.write(block)
        yield spooling.spool
    finally:
        spooling.discard()


def parse_rules(fields: dict[str, str], default_privacy: Privacy = Privacy.PUBLIC) -> Rules:
    """The rules that the fields `expire`, `limit`, `private` and `name` ask for; empty ones ask for nothing.

    Raises:
        FieldsInvalid: one of them cannot be used.
    """
    expire, limit, name = (fields.get(each, "").strip() for each in ("expire", "limit", "name"))
    downloads = download_limit(whole_number(limit, 10)) if limit else None
    names.check(name)
    return Rules(
        expires_at=expiry.parse(expire, now()) if expire else None,
        download_limit=downloads,
        privacy=_parse_privacy(fields.get("private", "").strip().lower(), default_privacy),
        name=name or None,
    )


def _parse_privacy(text: str, default: Privacy) -> Privacy:
    words = {"": default, "0": Privacy.PUBLIC, "false": Privacy.PUBLIC, "off": Privacy.PUBLIC}
    words |= {"1": Privacy.BY_KEY, "true": Privacy.BY_KEY, "on": Privacy.BY_KEY, "owner": Privacy.OWNER_ONLY}
    if text not in words:
        raise FieldsInvalid("private is 1 (readable with a key), owner (by you alone) or 0.", fields=["private"])
    return words[text]


def _in_language(file: Incoming, ending: str | None) -> Incoming:
    if ending is None or file.charset is None:
        return file
    name = filetypes.sanitise_filename(file.filename) or _TYPED
    stem = "paste" if name == _TYPED else name
    return file if filetypes.extension_of_name(stem) else replace(file, filename=f"{stem}.{ending}")


def _closing(received: Received) -> Iterator[Received]:
    try:
        yield received
    finally:
        received.close()


def _outer_fields(request: Request) -> dict[str, str]:
    """Fields from the query, and the two headers that a known client sends."""
    headers, query = request.headers, request.args if request.query_string else {}
    fields = {name: _in_utf8(headers[name]) for name in HEADER_FIELDS if name in headers}
    return fields | {name: query[name] for name in _FIELDS if name in query}


def _disposition_name(request: Request) -> str | None:
    _kind, options = parse_options_header(request.headers.get("Content-Disposition"))
    name = options.get("filename")
    if not name:
        return None
    return _in_utf8(unquote(name) if "%" in name else name)


def _in_utf8(text: str) -> str:
    """A header's text as its client meant it: WSGI hands bytes over as Latin-1, and names are sent in UTF-8."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _body(request: Request) -> Body:
    return cast(Body, get_input_stream(request.environ))


class _FileSpooling(Spooling):
    """One file that is received: whether it is text is found out on the way."""

    def __init__(self, expected_bytes: int, most_bytes: int) -> None:
        super().__init__(expected_bytes, most_bytes)
        self._probe = filetypes.TextProbe()

    def write(self, block: bytes | memoryview) -> None:
        super().write(block)
        self._probe.feed(block)

    def finish(self, name: str | None) -> Incoming:
        return Incoming(self.spool, name, self._probe.finish())


class _FormReceiver:
    """Takes a form's events: settles who asks as the fields come, and spools the files."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._fields = _outer_fields(request)
        self._by_field: dict[str, list[Incoming]] = {}
        self._text: list[Incoming] = []
        self._field_bytes = 0
        self._has_key = False
        self._file_bytes = 0

    def bounded(self, source: Iterable[memoryview]) -> Iterator[memoryview]:
        """The body's blocks, as many as may come: what stands around and between the files is bounded too.

        Where nobody may upload, only the first 64 KiB are searched for a key.

        Raises:
            BodyTooLarge: more than the files and their form may have. SessionInvalid: no key was found.
        """
        taken = 0
        for block in source:
            searched = max(0, _MOST_BEFORE_KEY - taken)
            taken += len(block)
            if taken > self._largest() + gate.FORM_OVERHEAD_BYTES:
                raise BodyTooLarge(limit=self._largest())
            if beginning := block[:searched]:
                yield beginning
            if rest := block[searched:]:
                if self._searches_key():
                    raise SessionInvalid
                yield rest

    def receive(self, events: Iterable[Event]) -> Received:
        """All of it, or nothing.

        Raises:
            What `form` says.
        """
        stream = iter(events)
        try:
            for event in stream:
                if isinstance(event, Part):
                    self._take_part(event, stream)
            actor = gate.settled()
            if actor.is_nobody and gate.anonymous_uploads_off():
                raise SessionInvalid
            return Received(self._chosen(), self._fields)
        except BaseException:
            self._discard(self._all())
            raise

    def _take_part(self, part: Part, stream: Iterator[Event]) -> None:
        is_file = part.filename is not None or part.name in _FIRST_CHOICES
        if is_file or part.name == "text":
            self._before_content()
            self._take_content(part, stream, is_file)
        else:
            self._take_field(part.name, self._gather(stream))

    def _before_content(self) -> None:
        """The first file part begins: where nobody may upload, somebody must be known by now."""
        if gate.anonymous_uploads_off():
            if gate.current_actor().is_nobody:
                raise SessionInvalid
            gate.settled()

    def _take_content(self, part: Part, stream: Iterator[Event], is_file: bool) -> None:
        if not (self._is_wanted(part.name) if is_file else not self._text):
            self._skip(stream)
            return
        spooling = _FileSpooling(self._expected(), self._largest() - self._file_bytes)
        with spooling.or_nothing():
            for block in self._content(stream, is_file):
                spooling.write(block)
            self._file_bytes += spooling.size
            received = spooling.finish(part.filename if is_file else _TYPED)
        if not spooling.size and (not is_file or part.filename == ""):
            spooling.discard()  # a form's field that was left empty
        elif is_file:
            self._keep(part.name, received)
        else:
            self._text.append(received)

    def _content(self, stream: Iterator[Event], is_file: bool) -> Iterator[bytes | memoryview]:
        """As it comes; but a browser ends every line of a form's text with CRLF, whatever was typed."""
        wanted = self._fields.get("newlines", "").strip()
        if wanted not in ("", "lf"):
            raise FieldsInvalid("newlines is lf, or left out.", fields=["newlines"])
        return _in_lf(_until_end(stream)) if wanted and not is_file else _until_end(stream)

    def _keep(self, name: str, received: Incoming) -> None:
        kept = self._by_field.setdefault(name, [])
        kept.append(received)
        if len(kept) > MOST_FILES:
            raise FieldsInvalid(f"More than {MOST_FILES} files in one request. Send them in several.", fields=["file"])

    def _is_wanted(self, name: str) -> bool:
        """Of fields other than `file` the first alone counts, and only where there is no `file`."""
        if name == "file":
            return True
        return "file" not in self._by_field and (name == "img" or not self._by_field)

    def _chosen(self) -> list[Incoming]:
        for name in (*_FIRST_CHOICES, *self._by_field):
            if self._by_field.get(name):
                chosen = self._by_field[name] if name == "file" else self._by_field[name][:1]
                break
        else:
            chosen = self._text[:1]
        if not chosen:
            raise FieldsMissing("Nothing was sent: choose a file (field 'file') or type a text.", fields=["file"])
        self._discard([other for other in self._all() if not any(other is kept for kept in chosen)])
        return chosen

    def _take_field(self, name: str, text: str) -> None:
        if name == "key" and text.strip():
            if not self._has_key:  # once there is one, those after it are not looked at
                gate.settle_key(Scope.UPLOAD_FILE, text)
            self._has_key = True
        elif name == "csrf_token":
            gate.settle_csrf(text)
        elif name in _FIELDS:
            self._fields[name] = text
            if name == "api":
                g.wants_line = text.strip() == "1"

    def _gather(self, stream: Iterator[Event]) -> str:
        gathered = bytearray()
        for block in _until_end(stream):
            gathered += block
            self._count_field_bytes(len(block))
            if len(gathered) > _MOST_FIELD_BYTES:
                raise BodyMalformed(f"A form field is longer than {_MOST_FIELD_BYTES} bytes. Send files in 'file'.")
        self._count_field_bytes(1)
        return gathered.decode("utf-8", "replace")

    def _count_field_bytes(self, count: int) -> None:
        self._field_bytes += count
        if self._field_bytes > _MOST_FIELDS_BYTES:
            raise BodyMalformed("The form's fields beside its files are too long.")

    def _skip(self, stream: Iterator[Event]) -> None:
        for block in _until_end(stream):
            self._file_bytes += len(block)
            if self._file_bytes > self._largest():
                raise BodyTooLarge(limit=self._largest())

    def _searches_key(self) -> bool:
        """Whether only a field `key` could still let this request in."""
        return gate.anonymous_uploads_off() and gate.current_actor().is_nobody

    def _largest(self) -> int:
        """The larger bound while a field `key` may still come."""
        actor = gate.current_actor()
        return bounds.largest_body(None if actor.is_nobody else actor)

    def _expected(self) -> int:
        return max(0, (self._request.content_length or 0) - self._file_bytes)

    def _all(self) -> list[Incoming]:
        return [file for files in self._by_field.values() for file in files] + self._text

    def _discard(self, files: list[Incoming]) -> None:
        for file in files:
            file.spool.close()


def _until_end(stream: Iterator[Event]) -> Iterator[bytes | memoryview]:
    """The bytes of the part that has begun."""
    for event in stream:
        if event is None:
            return
        if not isinstance(event, Part):
            yield event
    raise BodyMalformed("The form ended in the middle of a part.")


def _in_lf(blocks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The same with LF for every CRLF."""
    held = b""
    for block in blocks:
        text = held + block
        held = b"\r" if text.endswith(b"\r") else b""
        yield text[: len(text) - len(held)].replace(b"\r\n", b"\n")
    if held:
        yield held
