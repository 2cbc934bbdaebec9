"""What staff hand over to an account's owner, on the account's page for a few minutes: the link that sets a password.

It travels in a short-lived cookie of the browser that asked for it, for that
one page alone: so the page can be loaded again, and the link stands in no
address and no log. It is signed, so that nobody else's link is ever shown there.
"""

import base64
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from flask import Request, request, url_for
from werkzeug.wrappers import Response

from pastebin.access import hosts
from pastebin.services import secrets
from pastebin.services.invitations import Invitation

_NAME = "pastebin_handover"
_SECONDS = 300


@dataclass(frozen=True)
class Handed:
    """How an account's owner gets in, as an `Invitation` says it; `until` is when its token ends."""

    is_new: bool
    is_mailed: bool
    token: str | None
    until: str | None

    @property
    def expires_at(self) -> datetime | None:
        """When the link stops working."""
        return datetime.fromisoformat(self.until) if self.until else None


def give(response: Response, uid: int, invitation: Invitation, *, is_new: bool) -> None:
    """Send what is to be handed over along to the account's page."""
    until = invitation.expires_at.isoformat() if invitation.expires_at else None
    handed = Handed(is_new, invitation.is_mailed, invitation.token, until)
    text = base64.urlsafe_b64encode(json.dumps(asdict(handed)).encode()).decode()
    response.set_cookie(
        _NAME, secrets.seal(_purpose(uid), text), max_age=_SECONDS, httponly=True, samesite="Lax",
        secure=hosts.is_secure(request), path=url_for("web.user", uid=uid),
    )  # fmt: skip


def read(request: Request, uid: int) -> Handed | None:
    """What is to be handed over to the owner of this account, if that came with the request."""
    text = secrets.unseal(_purpose(uid), request.cookies.get(_NAME, ""))
    return Handed(**json.loads(base64.urlsafe_b64decode(text))) if text else None


def _purpose(uid: int) -> str:
    return f"{_NAME} {uid}"
