"""Who asks: plain values that every service takes."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class Scope(StrEnum):
    """What an API key may be used for, by the names of seed 002."""

    UPLOAD_FILE = "UPLOAD_FILE"
    FILE_READ = "FILE_READ"
    FILE_MODIFY = "FILE_MODIFY"
    STAFF_READ_FILES = "STAFF_READ_FILES"
    STAFF_MODIFY_FILES = "STAFF_MODIFY_FILES"

    @property
    def for_staff(self) -> bool:
        """Whether only staff may hold and use it."""
        return self.name.startswith("STAFF_")


DEFAULT_SCOPES = frozenset({Scope.UPLOAD_FILE, Scope.FILE_READ, Scope.FILE_MODIFY})


class ActorKind(StrEnum):
    """By which credential somebody is known."""

    NOBODY = "nobody"
    KEY = "key"
    SESSION = "session"


@dataclass(frozen=True)
class User:
    """An account as the rest of the program sees it."""

    id: int
    name: str
    is_staff: bool
    email: str | None = None
    is_verified: bool = False  # whether the e-mail address is confirmed
    # Bytes of the files of one request together, in place of MAX_FILE_SIZE.
    max_file_size: int | None = None
    # Bytes of all its files together, in place of USER_QUOTA; `bounds.largest_storage` says what that means.
    quota: int | None = None
    # What the password that was just proved is kept as: a session begins only while that is still so.
    proof: str | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Actor:
    """Who is asking.

    `address` is the client's IP address; `credential_id` the hash of the
    session token, or the API key's id.
    """

    kind: ActorKind
    address: str
    user: User | None = None
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    credential_id: str = ""
    # Of an API key: what its owner lets it send at most, where that is less than they may send themselves.
    max_file_size: int | None = None

    @property
    def user_id(self) -> int | None:
        """The account's id, or None for nobody."""
        return self.user.id if self.user else None

    @property
    def is_nobody(self) -> bool:
        """Whether no account is asking."""
        return self.user is None

    def owns(self, owner_id: int | None) -> bool:
        """Whether something of *owner_id* is this actor's own. Nobody owns nothing, not even what nobody uploaded."""
        return owner_id is not None and owner_id == self.user_id

    def reads_as_owner(self, owner_id: int | None) -> bool:
        """Whether this actor may read what *owner_id* owns by owning it: a key needs the scope for that."""
        return self.owns(owner_id) and self.may(Scope.FILE_READ)

    def may(self, scope: Scope) -> bool:
        """Whether the credential covers *scope*: a session all of them, staff scopes only where staff."""
        if self.user is None or (scope.for_staff and not self.user.is_staff):
            return False
        return self.kind is ActorKind.SESSION or scope in self.scopes


@lru_cache(maxsize=1024)
def nobody(address: str) -> Actor:
    """Somebody without a credential."""
    return Actor(ActorKind.NOBODY, address)
