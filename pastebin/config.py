"""Every setting: name, kind, default, one sentence (contract section 9).

Settings come from `instance/config.py` and from the environment as
`PASTEBIN_NAME`, which wins. They are read once, at the start; an unknown or
ill-typed one stops the start with a sentence that says which.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "PASTEBIN_"

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800


class ConfigInvalid(Exception):
    """Settings that cannot be used; the text names each and says why."""


@dataclass(frozen=True)
class Rate:
    """At most *count* within *seconds*."""

    count: int
    seconds: int


# ---- reading one value: every function takes what was written and returns the value, or raises ValueError


def read_text(raw: object) -> str:
    """A string as it stands."""
    if not isinstance(raw, str):
        raise ValueError("must be text")
    return raw


def read_switch(raw: object) -> bool:
    """on/off, true/false, 1/0."""
    words = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise ValueError("must be on or off")


def read_number(raw: object) -> int:
    """A whole number, 0 or more."""
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,18}", raw.strip()):
        return int(raw)
    raise ValueError("must be a whole number")


def read_count(raw: object) -> int:
    """A whole number, 1 or more."""
    if (number := read_number(raw)) < 1:
        raise ValueError("must be at least 1")
    return number


_SIZES = {"": 1, "b": 1, "kib": KIB, "mib": MIB, "gib": GIB, "tib": 1 << 40}
_SIZES |= {"k": KIB, "m": MIB, "g": GIB, "t": 1 << 40, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_LARGEST_SIZE = (1 << 62) - 1  # from there on a number in the database means that there is no bound


def read_size(raw: object) -> int:
    """Bytes: a number, or 10MiB, 2GiB, 500MB; none that a database could not hold."""
    size = _size(raw)
    if size is None:
        raise ValueError("must be a size, such as 1000000, 10MiB or 2GiB")
    if size > _LARGEST_SIZE:
        raise ValueError("must be a size below 4194304TiB")
    return size


def _size(raw: object) -> int | None:
    if isinstance(raw, str) and (found := re.fullmatch(r"([0-9]{1,15})\s*([a-zA-Z]*)", raw.strip())):
        factor = _SIZES.get(found[2].lower())
        return None if factor is None else int(found[1]) * factor
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else None


def write_size(count: int) -> str:
    """Bytes for people: `1 byte`, `17 bytes`, `1.5 MiB`, `16 GiB`."""
    if count < 1024:
        return f"{count} byte" if count == 1 else f"{count} bytes"
    value = float(count)
    for unit in _SIZE_WORDS:
        value /= 1024
        if value < 1023.95 or unit == _SIZE_WORDS[-1]:
            break
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"


def exact_size(count: int) -> str:
    """Bytes as `read_size` takes them back, to the byte, in the shortest way: `10GiB`, `1536MiB`, `10MB`, `1000001`."""
    written = [f"{count // length}{unit}" for unit, length in _EXACT_UNITS if count and count % length == 0]
    return min([*written, str(count)], key=len)


# Of two that are as short the first is taken.
_EXACT_UNITS = (
    ("TiB", 1 << 40), ("GiB", GIB), ("MiB", MIB), ("KiB", KIB),
    ("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3),
)  # fmt: skip
_SIZE_WORDS = ("KiB", "MiB", "GiB", "TiB", "PiB")
_TIMES = {"": 1, "s": 1, "sec": 1, "min": MINUTE, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}


def read_duration(raw: object) -> int:
    """Seconds: a number, or 90s, 10min, 2h, 7d, 1w."""
    if isinstance(raw, str) and (found := re.fullmatch(r"([0-9]{1,12})\s*([a-z]*)", raw.strip().lower())):
        if found[2] in _TIMES:
            return int(found[1]) * _TIMES[found[2]]
    elif isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    raise ValueError("must be a time, such as 90s, 10min, 2h or 7d")


def _is_none(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and raw.strip().lower() in ("", "none"))


def read_optional_duration(raw: object) -> int | None:
    """A duration above zero; empty or 'none' for none."""
    if _is_none(raw):
        return None
    if (seconds := read_duration(raw)) == 0:
        raise ValueError("must be longer than no time at all, or 'none'")
    return seconds


def read_bound(raw: object) -> int | None:
    """A size above zero; empty or 'none' for none."""
    if (size := read_optional_size(raw)) == 0:
        raise ValueError("must be more than nothing, or 'none'")
    return size


def read_optional_size(raw: object) -> int | None:
    """A size; empty or 'none' for none."""
    return None if _is_none(raw) else read_size(raw)


def read_list(raw: object) -> tuple[str, ...]:
    """Texts: a list, or one text with commas."""
    if isinstance(raw, str):
        raw = raw.split(",")
    if isinstance(raw, list | tuple) and all(isinstance(item, str) for item in raw):
        return tuple(item.strip() for item in raw if item.strip())
    raise ValueError("must be a list of texts (in the environment: with commas)")


def read_rate(raw: object) -> Rate:
    """COUNT/TIME, such as 20/1h."""
    if isinstance(raw, Rate):
        return raw
    count, slash, time = raw.partition("/") if isinstance(raw, str) else ("", "", "")
    if not slash or not count.strip().isdecimal() or read_duration(time) == 0:
        raise ValueError("must be COUNT/TIME, such as 20/1h")
    return Rate(int(count), read_duration(time))


def read_origin(raw: object) -> str:
    """An http(s) address without path, as browsers spell it in `Origin`; empty for none."""
    text = read_text(raw).strip().rstrip("/")
    if not text:
        return ""
    fault = "must be an address such as https://paste.example.org, without a path"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(fault) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in text:
        raise ValueError(fault)
    origin = f"{parts.scheme}://{parts.netloc.lower()}"
    if text.lower() != origin:  # a path, a query, a fragment
        raise ValueError(fault)
    if not origin.isascii():
        try:
            origin = f"{parts.scheme}://{parts.netloc.encode('idna').decode()}"
        except UnicodeError:
            raise ValueError(fault) from None
    usual = {"http": 80, "https": 443}[parts.scheme]
    return origin.removesuffix(f":{port}") if port == usual else origin


def read_networks(raw: object) -> tuple[str, ...]:
    """IP addresses or networks, such as 127.0.0.1 or 10.0.0.0/8."""
    from ipaddress import ip_network

    networks = read_list(raw)
    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError:
            raise ValueError(f"has {network!r}, which is no IP address or network") from None
    return networks


def read_some_size(raw: object) -> int:
    """A size above zero."""
    if (size := read_size(raw)) == 0:
        raise ValueError("must be more than nothing")
    return size


def read_time(raw: object) -> int:
    """A duration above zero."""
    if (seconds := read_duration(raw)) == 0:
        raise ValueError("must be longer than no time at all")
    return seconds


def read_image_memory(raw: object) -> int:
    """A size in which Python and the libraries that read images fit."""
    if (size := read_size(raw)) < 128 * MIB:
        raise ValueError("must be at least 128MiB")
    return size


def read_address_length(raw: object) -> int:
    """8 to 64 hex digits."""
    if not 8 <= (number := read_number(raw)) <= 64:
        raise ValueError("must be from 8 to 64")
    return number


def read_bind(raw: object) -> str:
    """HOST:PORT or unix:PATH."""
    text = read_text(raw).strip()
    if not re.fullmatch(r"unix:.+|.+:[0-9]{1,5}", text):
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8000")
    if not text.startswith("unix:") and int(text.rpartition(":")[2]) > 65535:
        raise ValueError("has a port above 65535")
    return text


def read_port(raw: object) -> int:
    """A port of a server to connect to."""
    if not 1 <= (number := read_number(raw)) <= 65535:
        raise ValueError("must be from 1 to 65535")
    return number


def read_mail_security(raw: object) -> str:
    """none, starttls or tls."""
    if not isinstance(raw, str) or raw.lower() not in ("none", "starttls", "tls"):
        raise ValueError("must be none, starttls or tls")
    return raw.lower()


def read_mailbox(raw: object) -> str:
    """An e-mail address, with or without a name before it; empty for none."""
    text = read_text(raw).strip()
    _name, address = parseaddr(text)
    if text and not (text.isprintable() and re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address)):
        raise ValueError("must be an e-mail address, such as pastebin@example.org or Pastebin <pastebin@example.org>")
    return text


def read_registration(raw: object) -> str:
    """open or closed."""
    if raw not in ("open", "closed"):
        raise ValueError("must be open or closed")
    return str(raw)


def read_log_level(raw: object) -> str:
    """debug, info, warning or error."""
    if not isinstance(raw, str) or raw.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError("must be debug, info, warning or error")
    return raw.lower()


def _setting(default: object, read: Callable[[object], object], about: str) -> Any:
    return field(default=default, metadata={"read": read, "about": about})


@dataclass(frozen=True)
class Settings:
    """The settings in force. One line each: this is the only table of them."""

    BIND: str = _setting("127.0.0.1:8000", read_bind, "Where the server listens: HOST:PORT, or unix:PATH.")
    WORKERS: int = _setting(2, read_count, "Server processes.")
    THREADS: int = _setting(32, read_count, "Requests worked on at once in each process; waiting clients cost none.")
    HEADER_TIMEOUT: int = _setting(15, read_duration, "Time for a request's headers to be complete, else 408.")
    BODY_MIN_RATE: int = _setting(KIB, read_size, "Bytes a second, over a minute, that a body must come in with.")
    LOG_LEVEL: str = _setting("info", read_log_level, "What is logged: debug, info, warning or error.")

    BASE_URL: str = _setting("", read_origin, "The address people use, for links; without it the Host header's.")
    TRUSTED_HOSTS: tuple[str, ...] = _setting((), read_list, "Further host names that this server answers to.")
    TRUSTED_PROXIES: tuple[str, ...] = _setting(
        (), read_networks, "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    PROXY_FOLDER: str = _setting(
        "", read_text, "A folder that nginx reads too, so that it may keep answers (docs/operating.md); empty for none."
    )

    SECRET_KEY: str = _setting("", read_text, "Signs keys and tokens; made at the first start in instance/secret_key.")
    SECRET_KEY_FALLBACKS: tuple[str, ...] = _setting((), read_list, "Former secret keys that are still accepted.")
    DATABASE_URL: str = _setting("", read_text, "The database; without it SQLite in the instance folder.")
    BLOB_FOLDER: str = _setting("", read_text, "Where the files' bytes lie; without it instance/blobs.")
    STAGING_SIZE: int = _setting(
        4 * KIB, read_size, "Contents up to this size wait in the database until the next sweep; 0 for none."
    )
    STORAGE_RESERVE: int = _setting(256 * MIB, read_size, "Free disk below which uploads are refused (507).")

    ADDRESS_LENGTH: int = _setting(16, read_address_length, "The fewest hex digits of a hash address, 8 to 64.")
    CACHE_SECONDS: int = _setting(HOUR, read_duration, "How long caches may keep what a hash address serves.")
    MAX_FILE_SIZE: int = _setting(16 * GIB, read_size, "Bytes of the files of one request together.")
    USER_QUOTA: int | None = _setting(
        None, read_optional_size, "Bytes that the files of an account may have together; none for no limit."
    )
    ALLOWED_TYPES: tuple[str, ...] = _setting(
        (), read_list, "Types taken: media types, image/* or .extension; empty for all."
    )

    MAX_IMAGE_PIXELS: int = _setting(
        120_000_000,
        read_count,
        "Pixels of the original or of the result; all frames together may have ten times as many.",
    )
    MAX_IMAGE_FRAMES: int = _setting(1000, read_count, "Frames of the original.")
    IMAGE_TIME: int = _setting(10, read_time, "Processor time that making one image may take.")
    IMAGE_MEMORY: int = _setting(1536 * MIB, read_image_memory, "Address space that making one image may take.")
    DERIVED_FOLDER: str = _setting("", read_text, "Where images that were made lie; without it instance/derived.")
    DERIVED_CACHE_SIZE: int = _setting(
        GIB, read_size, "Bytes of images that were made and are kept; the longest unused goes first."
    )

    ANONYMOUS_UPLOADS: bool = _setting(True, read_switch, "Whether people without an account may upload.")
    ANONYMOUS_MAX_FILE_SIZE: int = _setting(512 * MIB, read_size, "MAX_FILE_SIZE for people without an account.")
    ANONYMOUS_QUOTA: int = _setting(10 * GIB, read_size, "Bytes an address may add a day without an account.")
    ANONYMOUS_MAX_EXPIRY: int | None = _setting(
        None, read_optional_duration, "The longest an upload without an account is kept; none for no limit."
    )

    MAX_CHUNK_SIZE: int = _setting(32 * MIB, read_some_size, "Bytes of one chunk of an encrypted file.")
    MAX_RETENTION_HOURS: int = _setting(720, read_count, "Hours that an encrypted file is kept at most.")
    OPERATOR_EMAIL: str = _setting("", read_mailbox, "Whom to write to about this server; /api/serverinfo tells it.")
    RECORD_ADDRESSES: bool = _setting(
        False, read_switch, "Whether the addresses that an encrypted file came from are kept and shown."
    )

    REGISTRATION: str = _setting("open", read_registration, "Whether people may make accounts: open or closed.")
    SESSION_LIFETIME: int = _setting(30 * DAY, read_duration, "How long a login lasts without being used.")
    REQUIRE_VERIFIED_EMAIL: bool = _setting(
        False, read_switch, "Whether only accounts with a confirmed e-mail address may upload."
    )

    SMTP_HOST: str = _setting(
        "", read_text, "The server that mail is handed to; without it mail is written to the log."
    )
    SMTP_PORT: int = _setting(587, read_port, "Its port.")
    SMTP_SECURITY: str = _setting("starttls", read_mail_security, "How it is spoken to: none, starttls or tls.")
    SMTP_USER: str = _setting("", read_text, "The user name to log in with there; empty for no login.")
    SMTP_PASSWORD: str = _setting("", read_text, "The password to log in with there.")
    MAIL_FROM: str = _setting("", read_mailbox, "Whom mail comes from; without it pastebin@ the host of BASE_URL.")
    VERIFY_LIFETIME: int = _setting(2 * DAY, read_duration, "How long a link that confirms an address works.")
    RESET_LIFETIME: int = _setting(HOUR, read_duration, "How long a link that sets a new password works.")

    RATE_LIMITS: bool = _setting(True, read_switch, "Off turns every rate limit off (for load tests).")
    API_RATE: Rate = _setting(
        Rate(1000, MINUTE), read_rate, "Requests of a user, or an address, under /api or that change something."
    )
    RENAME_RATE: Rate = _setting(Rate(20, HOUR), read_rate, "Display names that a user gives to files by the API.")
    UNNAME_RATE: Rate = _setting(Rate(20, HOUR), read_rate, "Display names that a user removes by the API.")
    EXTENSION_RATE: Rate = _setting(Rate(20, HOUR), read_rate, "Extensions that a user changes by the API.")
    BULK_DELETE_RATE: Rate = _setting(Rate(20, 6 * HOUR), read_rate, "Deletions of several files by a user by the API.")
    DELETE_ALL_RATE: Rate = _setting(Rate(1, 7 * DAY), read_rate, "Deletions of all files of a user by the API.")
    LOGIN_RATE: Rate = _setting(Rate(30, 15 * MINUTE), read_rate, "Password attempts from one address.")
    LOGIN_NAME_RATE: Rate = _setting(Rate(10, 15 * MINUTE), read_rate, "Password attempts for one user name.")
    REGISTER_RATE: Rate = _setting(Rate(20, HOUR), read_rate, "Accounts made from one address.")
    MAIL_RATE: Rate = _setting(
        Rate(5, HOUR), read_rate, "Mails asked for from one address, for one account, and to one address."
    )
    PRIVATE_KEY_RATE: Rate = _setting(
        Rate(20, HOUR), read_rate, "Wrong keys for one private file from one address that are compared."
    )

    SWEEP_INTERVAL: int = _setting(10 * MINUTE, read_duration, "How often the sweep runs by itself; 0 for never.")
    SWEEP_GRACE: int = _setting(DAY, read_duration, "How old bytes that no file ever named must be to be removed.")


@dataclass(frozen=True)
class Setting:
    """A row of the table, for documentation and for reading values."""

    name: str
    default: object
    about: str
    read: Callable[[object], object]


SETTINGS: dict[str, Setting] = {
    row.name: Setting(row.name, row.default, row.metadata["about"], row.metadata["read"]) for row in fields(Settings)
}

# The database's address may have a password in it.
SECRETS = frozenset({"SECRET_KEY", "SECRET_KEY_FALLBACKS", "SMTP_PASSWORD", "DATABASE_URL"})

IN_ENVIRONMENT = "in the environment"

# Says where the settings are found, so it can't be one of them.
INSTANCE_VARIABLE = PREFIX + "INSTANCE"


def instance_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The instance folder: PASTEBIN_INSTANCE, else `instance` beside the package."""
    chosen = environ.get(INSTANCE_VARIABLE)
    return Path(chosen).absolute() if chosen else Path(__file__).absolute().parent.parent / "instance"


def load(instance: Path, environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """Read all settings: overrides over environment over *instance*/config.py over defaults.

    Raises:
        ConfigInvalid: names every setting that is unknown or ill-typed.
    """
    return read(given(instance, environ, **overrides))


Given = dict[str, tuple[str, object]]
"""What was written of each setting that was set, and where: `(where, raw)` by name."""


def given(instance: Path, environ: Mapping[str, str] | None = None, **overrides: object) -> Given:
    """Find out which settings were set, where, and to what: the last that said it has the word.

    Raises:
        ConfigInvalid: the file cannot be read.
    """
    found: Given = {
        name: (f"in {instance / 'config.py'}", raw) for name, raw in _read_file(instance / "config.py").items()
    }
    found |= {
        name.removeprefix(PREFIX): (IN_ENVIRONMENT, raw)
        for name, raw in (os.environ if environ is None else environ).items()
        if name.startswith(PREFIX) and name != INSTANCE_VARIABLE
    }
    return found | {name: ("given", raw) for name, raw in overrides.items()}


def read(given: Given) -> Settings:
    """The settings that were written.

    Raises:
        ConfigInvalid: names every setting that is unknown or ill-typed.
    """
    values, faults = {}, []
    for name, (where, raw) in given.items():
        shown = PREFIX + name if where == IN_ENVIRONMENT else name
        if name not in SETTINGS:
            faults.append(f"{shown} ({where}) is not a setting; docs/settings.md lists them all.")
            continue
        try:
            values[name] = SETTINGS[name].read(raw)
        except ValueError as fault:
            # What is secret must not get into a log by being mistyped.
            shown_value = "" if name in SECRETS else f"; it is {raw!r}"
            faults.append(f"{shown} ({where}) {fault}{shown_value}.")
    if faults:
        raise ConfigInvalid("\n".join(faults))
    return Settings(**values)  # type: ignore[arg-type]  # each value was read by its own field's reader


@dataclass(frozen=True)
class Places:
    """The folders that bytes lie in: what was uploaded, and what was made of it."""

    blobs: Path
    derived: Path
    proxy: Path | None


def places(instance: Path, settings: Settings) -> Places:
    """The folders that the settings name, made if need be.

    Raises:
        ConfigInvalid: one of them cannot be used, or both are the same.
    """
    found = Places(
        Path(settings.BLOB_FOLDER or instance / "blobs").absolute(),
        Path(settings.DERIVED_FOLDER or instance / "derived").absolute(),
        Path(settings.PROXY_FOLDER).absolute() if settings.PROXY_FOLDER else None,
    )
    if found.blobs == found.derived:
        raise ConfigInvalid(f"DERIVED_FOLDER and BLOB_FOLDER are both {found.blobs}: each needs one of its own.")
    others = (instance.absolute(), found.blobs, found.derived)
    if found.proxy and any(each.is_relative_to(found.proxy) for each in others):
        raise ConfigInvalid(f"PROXY_FOLDER is {found.proxy}, which others may read: it needs a folder of its own.")
    named = {"BLOB_FOLDER": found.blobs, "DERIVED_FOLDER": found.derived, "PROXY_FOLDER": found.proxy}
    for name, folder in named.items():
        if folder is None:
            continue
        try:
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as fault:
            raise ConfigInvalid(f"{name}: the folder {folder} cannot be made: {fault.strerror}.") from fault
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise ConfigInvalid(f"{name}: the folder {folder} cannot be written. Mend its permissions or name another.")
    return found


_FAULTS_OF_A_FILE = (
    SyntaxError, NameError, ValueError, TypeError, ImportError, AttributeError, ArithmeticError, LookupError, OSError,
)  # fmt: skip


def _read_file(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    found: dict[str, object] = {}
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), found)  # noqa: S102 - the operator's own file
    except _FAULTS_OF_A_FILE as fault:
        raise ConfigInvalid(f"{path} cannot be read: {fault}") from fault
    return {name: value for name, value in found.items() if name.isupper()}
