"""Tokens: random ids, signed where they come back to us, and kept only as hashes.

A signed token is `PREFIX` + random id + signature (itsdangerous), so that a
mistyped or forged one is refused without asking the database. The id has 128
bits or more, which is why a plain SHA-256 of it can be kept.
"""

import base64
import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, Signer

from pastebin.extensions import settings

KEY_PREFIX = "pb_"
SESSION_PREFIX = "ps_"
VERIFY_PREFIX = "pv_"
RESET_PREFIX = "pr_"

_ID_BYTES = 24


def issue(prefix: str) -> str:
    """A new signed token."""
    return prefix + _signer(prefix).sign(secrets.token_urlsafe(_ID_BYTES)).decode()


def stands(prefix: str, token: str) -> bool:
    """Whether *token* is one that this server (or a former secret key of it) signed with *prefix*."""
    if not token.startswith(prefix) or not token.isascii():
        return False
    try:
        _signer(prefix).unsign(token.removeprefix(prefix))
    except BadSignature:
        return False
    return True


def random_token() -> str:
    """128 random bits that need no escaping in a URL."""
    return secrets.token_urlsafe(16)


def hashed(prefix: str, token: str) -> str:
    """What is kept of a token: of a signed one the hash of its id, so that it outlives a change of the secret key."""
    identity = token.removeprefix(prefix).rpartition(".")[0] if prefix else token
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()


def seal(purpose: str, text: str) -> str:
    """A text that we send along and want back as it was: signed, for this purpose alone, and readable."""
    return _signer(purpose).sign(text).decode()


def unseal(purpose: str, sealed: str) -> str | None:
    """The text that was sealed for this purpose, or None where it was not we who did that."""
    try:
        return _signer(purpose).unsign(sealed).decode()
    except (BadSignature, UnicodeError):
        return None


def encode_key(private_key: str) -> str:
    """A private key as URLs carry it in `?key=`: base64, URL-safe and unpadded (seed 001)."""
    return base64.urlsafe_b64encode(private_key.encode()).decode().rstrip("=")


def decode_key(given: str) -> str | None:
    """The private key that a URL's `?key=` stands for, in either base64 alphabet, padded or not; None for nonsense."""
    text = given.replace("-", "+").replace("_", "/").replace(" ", "+").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError:
        return None


def same(given: str, kept: str) -> bool:
    """Compare two texts in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), kept.encode())


def _signer(prefix: str) -> Signer:
    keys = [*settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY]
    return Signer(keys, salt=f"pastebin {prefix}", digest_method=hashlib.sha256)
