"""By which names the server is called, and whom it believes about where a request came from."""

from __future__ import annotations

import pytest

from tests.browsing import log_in
from tests.forms import upload

LOOPBACK = [
    "localhost",
    "localhost:8000",
    "127.0.0.1",
    "127.0.0.1:5000",
    "[::1]",
    "[::1]:80",
    "x.localhost",
    "LOCALHOST",
]
LITERALS = ["192.0.2.7", "192.0.2.7:8000", "[2001:db8::1]", "[2001:db8::1]:8000"]
FOREIGN = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "paste.example.org.evil.example"]
NONSENSE = [
    "a b",
    "localhost/x",
    "user@localhost",
    "localhost:x",
    "[::1",
    "",
    "localhost:99999999",
    "a\x00b",
    "[::1]x",
    "..",
    ":80",
]


def status(client, host):
    answer = client.get("/nothing", environ_overrides={"HTTP_HOST": host})
    return answer.status_code, answer.json["code"]


SERVED = (404, "INVALID_FILE_ERROR")
REFUSED = (400, "UNTRUSTED_HOST_ERROR")


@pytest.mark.parametrize("host", LOOPBACK + LITERALS)
def test_without_base_url_loopback_names_and_ip_literals_are_served(client, host):
    assert status(client, host) == SERVED


@pytest.mark.parametrize("host", FOREIGN + NONSENSE)
def test_any_other_host_is_400(client, host):
    assert status(client, host) == REFUSED


@pytest.mark.parametrize("host", FOREIGN)
def test_health_is_excepted(client, host):
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers={"Host": host}).status_code == 200


def test_trusted_hosts_are_served_in_any_case_and_with_any_port(make_app):
    client = make_app(TRUSTED_HOSTS="paste.example.org, other.example").test_client()

    for host in ("paste.example.org", "PASTE.example.org", "paste.example.org:8443", "other.example"):
        assert status(client, host) == SERVED
    for host in FOREIGN:
        assert status(client, host) == REFUSED


def test_with_base_url_only_its_own_name_loopback_and_trusted_hosts_are_served(make_app):
    client = make_app(BASE_URL="https://paste.example.org", TRUSTED_HOSTS="other.example").test_client()

    for host in ("paste.example.org", "paste.example.org:443", "other.example", *LOOPBACK):
        assert status(client, host) == SERVED, host
    for host in (*FOREIGN, *NONSENSE, *LITERALS):
        assert status(client, host) == REFUSED, host


@pytest.mark.parametrize("host", ["localhost:8000", "192.0.2.7", "[2001:db8::1]:8000"])
def test_links_are_built_from_the_host_without_base_url(client, host):
    told = client.post("/api/upload", data=b"x", headers={"Host": host}).json

    assert told["urls"]["base"] == f"http://{host}/"


def test_links_are_built_from_base_url_whatever_the_host(make_app):
    client = make_app(BASE_URL="https://paste.example.org").test_client()

    told = client.post("/api/upload", data=b"x", headers={"Host": "localhost:8000"}).json

    assert told["urls"]["base"] == "https://paste.example.org/"


def test_a_forwarded_host_is_not_believed(client):
    told = client.post("/api/upload", data=b"x", headers={"X-Forwarded-Host": "evil.example"}).json

    assert "evil" not in str(told)


# ---- proxies


PROXY = {"REMOTE_ADDR": "10.0.0.1"}


def base_of(client, environ=PROXY, **headers):
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return client.post("/api/upload", data=b"x", headers=sent, environ_overrides=environ).json["urls"]["base"]


def test_the_scheme_that_a_trusted_proxy_says_is_believed(make_app):
    client = make_app(TRUSTED_PROXIES="10.0.0.0/8").test_client()

    assert base_of(client, X_Forwarded_Proto="https") == "https://localhost/"
    assert base_of(client, X_Forwarded_Proto="http, https") == "https://localhost/"
    assert base_of(client, X_Forwarded_Proto="gopher") == "http://localhost/"
    assert base_of(client, {"REMOTE_ADDR": "192.0.2.1"}, X_Forwarded_Proto="https") == "http://localhost/"


def test_without_trusted_proxies_no_scheme_is_believed(client):
    assert base_of(client, X_Forwarded_Proto="https") == "http://localhost/"


@pytest.fixture
def spent_by(make_app):
    """Whether the quota of an address is used up by an upload that came from *remote* with this forwarding header."""

    def spent(address: str, remote: str, forwarded: str | None, proxies: str = "10.0.0.0/8, ::1") -> bool:
        client = make_app(TRUSTED_PROXIES=proxies, ANONYMOUS_QUOTA=10).test_client()
        headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
        sent = client.put("/", data=b"0123456789", headers=headers, environ_overrides={"REMOTE_ADDR": remote})
        assert sent.status_code == 201
        return client.put("/", data=b"1", environ_overrides={"REMOTE_ADDR": address}).status_code == 400

    return spent


@pytest.mark.parametrize(
    ("remote", "forwarded", "counted"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "198.51.100.9", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.66, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "203.0.113.66, 198.51.100.9, 10.0.0.2", "198.51.100.9"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("::1", "198.51.100.9", "198.51.100.9"),
        ("::ffff:10.0.0.1", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.1", "2001:db8::5", "2001:db8::77"),
    ],
)
def test_a_forwarding_header_counts_only_from_trusted_proxies_and_from_the_right(spent_by, remote, forwarded, counted):
    assert spent_by(counted, remote, forwarded)


def test_a_made_up_hop_on_the_left_is_not_believed(spent_by):
    assert not spent_by("203.0.113.66", "10.0.0.1", "203.0.113.66, 198.51.100.9")


# ---- the cookie


def cookie_of(answer):
    return next(header for header in answer.headers.getlist("Set-Cookie") if "pastebin_session" in header)


def test_the_login_cookie_is_http_only_lax_and_for_the_whole_site(client, make_user):
    make_user("ann")
    answer = client.post("/login", data={"username": "ann", "password": "correct horse battery"})

    cookie = cookie_of(answer)
    assert cookie.startswith("pastebin_session=ps_")
    for attribute in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


def test_on_https_the_cookie_is_secure_and_bound_to_the_host(make_app):
    app = make_app(BASE_URL="https://localhost")
    with app.app_context():
        from pastebin.services import accounts

        accounts.create("ann", "correct horse battery")
    answer = app.test_client().post("/login", data={"username": "ann", "password": "correct horse battery"})

    cookie = cookie_of(answer)
    assert cookie.startswith("__Host-pastebin_session=ps_")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_pages_tell_other_sites_no_referrer(app, client, make_user):
    assert client.get("/").headers["Referrer-Policy"] == "same-origin"
    browser = log_in(app, make_user())
    told = upload(browser.client, headers=browser.csrf, private="1")
    key = told["url"].partition("?")[2]
    assert client.get(f"/view/{told['uuid']}?{key}").headers["Referrer-Policy"] == "no-referrer"
