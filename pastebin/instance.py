"""This machine's folder: secret key, database, bytes. Made at the first start."""

import os
import secrets
from pathlib import Path

from pastebin.config import ConfigInvalid

_SHORTEST_KEY = 16


def prepare(folder: Path) -> None:
    """Make the instance folder.

    Raises:
        OSError: it cannot be made or written.
    """
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)


def secret_key(folder: Path) -> str:
    """The key that tokens are signed with; made at the first call, readable by its owner alone.

    Several processes may ask at once: the first to give the file its name wins,
    and what has the name is complete.

    Raises:
        ConfigInvalid: the file is there and holds no key: everybody could sign with an empty one.
    """
    path = folder / "secret_key"
    if not path.exists():
        draft = folder / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            draft.unlink()
    key = path.read_text().strip()
    if len(key) < _SHORTEST_KEY:
        raise ConfigInvalid(
            f"{path} holds no secret key. Restore it from the backup, or remove it: then a new one is made."
        )
    return key
