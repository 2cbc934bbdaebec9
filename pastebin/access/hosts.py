"""By which name we are called, from where, and what our own links begin with (contract section 2)."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Request

from pastebin.access.current import g
from pastebin.errors import UntrustedHost
from pastebin.extensions import settings

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def check_host(request: Request) -> None:
    """Make sure that the request's Host is one that this server answers to.

    Raises:
        UntrustedHost: it is not: links built from it would lead elsewhere. Or there is none (RFC 9112 section 3.2).
    """
    is_named = "Host" in request.headers or request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    if not is_named or not _is_trusted(request.host, settings.BASE_URL, tuple(settings.TRUSTED_HOSTS)):
        raise UntrustedHost


def base_url(request: Request) -> str:
    """What links begin with, without a slash at the end: BASE_URL, else the request's own scheme and host."""
    return settings.BASE_URL or f"{scheme(request)}://{request.host}"


def scheme(request: Request) -> str:
    """http or https, as the client sees it."""
    forwarded = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    if forwarded in ("http", "https") and _is_proxy(_peer(request)):
        return forwarded
    return str(request.environ.get("wsgi.url_scheme", "http"))


def is_secure(request: Request) -> bool:
    """Whether the client speaks https with us."""
    return base_url(request).startswith("https://")


def client_address(request: Request) -> str:
    """The client's IP address; a forwarding header is believed only from TRUSTED_PROXIES, from the right."""
    if "client_address" in g:
        return str(g.client_address)
    address = _peer(request)
    if _is_proxy(address):
        for hop in map(str.strip, reversed(request.headers.get("X-Forwarded-For", "").split(","))):
            if not _is_address(hop):
                break
            address = hop
            if not _is_proxy(hop):
                break
    g.client_address = address
    return address


def _peer(request: Request) -> str:
    """Who is connected to us. A Unix socket, which has no addresses, is this machine's own."""
    return str(request.environ.get("REMOTE_ADDR") or "127.0.0.1")


def is_own_origin(request: Request, origin: str) -> bool:
    """Whether an Origin header names this server."""
    return origin in (base_url(request), f"{scheme(request)}://{request.host}")


@lru_cache(maxsize=256)
def _is_trusted(host: str, own: str, trusted: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(f"//{host}")
        name, _port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not name or parts.netloc != host or "@" in host or name in _LOOPBACK_NAMES or name.endswith(".localhost"):
        return bool(name) and parts.netloc == host and "@" not in host
    listed = {entry.lower() for entry in trusted}
    if name in listed or host.lower() in listed:
        return True
    if own:
        return name == urlsplit(own).hostname or _is_loopback(name)
    return _is_address(name)


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_proxy(address: str) -> bool:
    return bool(settings.TRUSTED_PROXIES) and _is_within(address, tuple(settings.TRUSTED_PROXIES))


@lru_cache(maxsize=1024)
def _is_within(address: str, networks: tuple[str, ...]) -> bool:
    if not _is_address(address):
        return False
    parsed = ipaddress.ip_address(address)
    # A socket for both families shows an IPv4 peer as ::ffff:10.0.0.1.
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in ipaddress.ip_network(each, strict=False) for each in networks)
