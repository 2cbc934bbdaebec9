"""A mail server for tests: takes mails over a real socket, plain, with STARTTLS or TLS, and can be made to refuse."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast


@dataclass
class Taken:
    """A mail as it came: from whom and to whom the envelope said, and the mail."""

    sender: str
    recipient: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class MailServer:
    """What it was told. `replies` are answers to give in place of the usual: by command, as `RCPT` or `DATA-END`."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)

    def wait(self, count: int = 1, seconds: float = 10) -> list[Taken]:
        """The mails, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(self.taken) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.taken) >= count, f"{len(self.taken)} mails instead of {count}"
        return self.taken


@contextmanager
def mail_server(certificate: Path | None = None, *, security: str = "none") -> Iterator[MailServer]:
    """Serve until the end.

    Args:
        certificate: with its key in one file.
        security: none, starttls or tls.
    """
    state = MailServer()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    class Conversation(_Conversation):
        told, tls, speaks = state, context, security

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield state
        finally:
            server.shutdown()


class _Conversation(socketserver.BaseRequestHandler):
    told: MailServer
    tls: ssl.SSLContext | None
    speaks: str

    def handle(self) -> None:
        try:
            self._converse()
        except (OSError, ssl.SSLError):
            pass  # the client hung up, or did not trust us

    def _converse(self) -> None:
        if self.speaks == "tls":
            self._secure()
        self._open()
        sender = recipient = ""
        self._say("220 ready")
        while line := self._lines.readline().decode().strip():
            word = line.split()[0].upper()
            self.told.commands.append(line)
            if word in self.told.replies:
                self._say(self.told.replies[word])
            elif word == "EHLO":
                offer = "250-STARTTLS\r\n" if self.speaks == "starttls" else ""
                self._say(f"250-here\r\n{offer}250 AUTH PLAIN")
            elif word == "STARTTLS":
                self._say("220 go on")
                self._secure()
                self._open()
            elif word == "AUTH":
                self.told.logins.append(line.split()[-1])
                self._say("235 welcome")
            elif word == "DATA":
                self._say("354 go on")
                self._take(sender, recipient)
            else:
                sender = line[10:].partition(">")[0].lstrip("<") if word == "MAIL" else sender
                recipient = line[8:].partition(">")[0].lstrip("<") if word == "RCPT" else recipient
                self._say("221 bye" if word == "QUIT" else "250 well")

    def _take(self, sender: str, recipient: str) -> None:
        lines = []
        while (line := self._lines.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if "DATA-END" in self.told.replies:
            self._say(self.told.replies["DATA-END"].replace("{mail}", b"".join(lines).decode().replace("\r\n", " ")))
            return
        message = cast(EmailMessage, message_from_bytes(b"".join(lines), policy=default))
        self.told.taken.append(Taken(sender, recipient, message))
        self._say("250 taken")

    def _secure(self) -> None:
        assert self.tls
        self.request = self.tls.wrap_socket(self.request, server_side=True)

    def _open(self) -> None:
        self._lines = self.request.makefile("rb")

    def _say(self, text: str) -> None:
        self.request.sendall(f"{text}\r\n".encode())
