"""Kill switches: what the server does not do at the moment, whoever asks; staff pass (contract section 2)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import delete, insert, select

from pastebin.errors import EndpointNotFound, SwitchedOff
from pastebin.extensions import generation, now, reading, transaction
from pastebin.models import SwitchRow
from pastebin.services import audit
from pastebin.services.actor import Actor, User
from pastebin.services.remembered import Remembered

ACT = "kill switch"
"""What turning one is called in the audit log."""


class Switch(IntEnum):
    """A kill switch, by the numbers of seed 002. While it is on, what it is named for is off."""

    ACCOUNT_CREATE = 0
    ACCOUNT_LOGIN = 4
    FILE_CREATE = 5
    FILE_MODIFY = 6
    FILE_DELETE = 7
    GLOBAL = 8

    @property
    def effect(self) -> str:
        """What is off while it is on."""
        return _EFFECTS[self]

    @property
    def extent(self) -> str:
        """What that takes in, for who is about to turn it on."""
        return _EXTENTS[self]


_EFFECTS = {
    Switch.ACCOUNT_CREATE: "Making accounts",
    Switch.ACCOUNT_LOGIN: "Logging in",
    Switch.FILE_CREATE: "Uploading",
    Switch.FILE_MODIFY: "Changing files",
    Switch.FILE_DELETE: "Deleting files",
    Switch.GLOBAL: "Everything on this server",
}


_EXTENTS = {
    Switch.ACCOUNT_CREATE: "Nobody registers. Staff still make accounts.",
    Switch.ACCOUNT_LOGIN: "Nobody logs in, or sets a forgotten password. Who is logged in stays so, and keys work.",
    Switch.FILE_CREATE: "Every way in: pages, API, curl, encrypted files.",
    Switch.FILE_MODIFY: "Names, extensions, expiry, limits and privacy stay as they are.",
    Switch.FILE_DELETE: "Also by deletion links and passwords. What expires goes all the same.",
    Switch.GLOBAL: "Every page and every file. Staff still log in and turn it off again.",
}


@dataclass(frozen=True)
class State:
    """A switch, and since when it is on; None: it is off."""

    switch: Switch
    on_since: datetime | None


def states() -> list[State]:
    """All switches, as they are in the database now."""
    with reading() as connection:
        since = {row.id: row.changed_at for row in connection.execute(select(SwitchRow.id, SwitchRow.changed_at))}
    return [State(switch, since.get(int(switch))) for switch in Switch]


def on() -> frozenset[Switch]:
    """Which are on now, in every worker."""
    return _on.get()


def check(user: User | None, *switches: Switch | None) -> None:
    """Make sure that none of *switches* is on (None never is), nor GLOBAL; staff pass.

    Raises:
        SwitchedOff: one is; facts have its number, `feature`.
    """
    are_on = on()
    if not are_on or (user is not None and user.is_staff):
        return
    for switch in (*switches, Switch.GLOBAL):
        if switch is not None and switch in are_on:
            raise SwitchedOff(f"{switch.effect} is switched off at the moment. Try again later.", feature=int(switch))


def turn(actor: Actor | None, switch: Switch, *, is_on: bool) -> None:
    """Turn a switch on or off: on return it is so in every worker.

    Args:
        actor: None for the command line.
    """
    with transaction() as connection:
        was_on = connection.execute(delete(SwitchRow).where(SwitchRow.id == switch)).rowcount == 1
        if is_on:
            connection.execute(insert(SwitchRow).values(id=int(switch), changed_at=now()))
        if was_on is not is_on:
            audit.note(connection, actor, ACT, switch=switch.name, state="on" if is_on else "off")
    generation.advance()


def by_number(text: str) -> Switch:
    """The switch of a number.

    Raises:
        EndpointNotFound: no switch has it.
    """
    found = [switch for switch in Switch if str(int(switch)) == text]
    if not found:
        raise EndpointNotFound("There is no kill switch of this number. GET /api/killswitches lists them.")
    return found[0]


def _read() -> frozenset[Switch]:
    with reading() as connection:
        return frozenset(Switch(number) for number in connection.execute(select(SwitchRow.id)).scalars())


_on = Remembered(_read)
