"""What leaves: the bytes unchanged, under any name, and never as something a browser would run."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

import pytest

from pastebin.blueprints.delivery import STORED_CSP
from pastebin.services.actor import Scope
from tests.conftest import bearer
from tests.forms import path_of, upload

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 4000])
def test_the_bytes_are_unchanged(client, content):
    told = upload(client, content, "x.bin")

    for address in (told["hash"], told["sha256"], told["uuid"]):
        answer = client.get(f"/{address}")
        assert answer.status_code == 200
        assert answer.data == content
        assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    "tail", ["", "/", ".txt", ".tar.gz", ".anything", "/any name", "/deep/er/name.py", "/%2e%2e/x", "/thumb"]
)
def test_a_hash_address_takes_any_extension_and_any_name(client, tail):
    told = upload(client)

    assert client.get(f"/{told['hash']}{tail}").data == b"hello\n"


@pytest.mark.parametrize("tail", ["", "/", ".txt", ".tar.gz", ".anything", "/any name", "/deep/er/name.py"])
def test_a_uuid_address_takes_any_extension_and_any_name(client, tail):
    told = upload(client)

    assert client.get(f"/{told['uuid']}{tail}").data == b"hello\n"


def test_upper_case_uuids_mean_the_same(client):
    assert client.get(f"/{upload(client)['uuid'].upper()}").status_code == 200


def test_head_says_what_get_would(client):
    told = upload(client)

    for address in (told["hash"], told["uuid"]):
        head, get = client.head(f"/{address}"), client.get(f"/{address}")
        assert head.data == b""
        assert head.headers == get.headers


@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_the_digest_is_in_etag_and_repr_digest(client, address):
    told = upload(client)
    answer = client.get(f"/{told[address]}")

    wanted = base64.b64encode(hashlib.sha256(b"hello\n").digest()).decode()
    assert answer.headers["ETag"] == f'"{told["sha256"]}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{wanted}:"


@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_every_stored_byte_leaves_sandboxed(client, address):
    told = upload(client, b"<script>alert(1)</script>", "x.html")
    answer = client.get(f"/{told[address]}")

    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == STORED_CSP
    assert STORED_CSP == "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_public_bytes_may_be_used_by_other_sites(client, address):
    answer = client.get(f"/{upload(client)[address]}")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


# ---- as what


@pytest.mark.parametrize(
    ("filename", "content", "content_type"),
    [
        ("a.html", b"<html>", "text/plain; charset=utf-8"),
        ("a.xhtml", b"<html>", "text/plain; charset=utf-8"),
        ("a.xml", b"<?xml version='1.0'?>", "text/plain; charset=utf-8"),
        ("a.js", b"alert(1)", "text/plain; charset=utf-8"),
        ("a.css", b"* {}", "text/plain; charset=utf-8"),
        ("a.svg", SVG, "text/plain; charset=utf-8"),
        ("a.md", "grüße".encode(), "text/plain; charset=utf-8"),
        ("a.txt", "grüße".encode("latin-1"), "text/plain"),
        ("a.txt", "grüße".encode("utf-16"), "text/plain; charset=utf-16"),
        ("a.png", PNG, "image/png"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", "video/mp4"),
        ("a.mp3", b"ID3\x03\x00\x00\x00\x00\x00\x00", "audio/mpeg"),
    ],
)
@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_text_is_plain_text_and_raster_images_audio_and_video_are_themselves(
    client, filename, content, content_type, address
):
    told = upload(client, content, filename)
    answer = client.get(f"/{told[address]}.{told['extension']}")

    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"].startswith("inline; ")


@pytest.mark.parametrize(
    ("filename", "content"),
    [("a.pdf", b"%PDF-1.7\n"), ("a.swf", b"CWS\x0f\xff"), ("a.exe", b"MZ\x90\x00"), ("a.bin", b"\x00\xff\x01")],
)
@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_pdf_and_the_rest_are_attachments(client, filename, content, address):
    told = upload(client, content, filename)
    answer = client.get(f"/{told[address]}")

    assert answer.headers["Content-Disposition"].startswith("attachment; ")


@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_svg_is_an_image_only_where_an_image_is_asked_for(client, address):
    told = upload(client, SVG, "a.svg")
    url = f"/{told[address]}.svg"
    as_image = client.get(url, headers={"Sec-Fetch-Dest": "image"})

    assert as_image.headers["Content-Type"] == "image/svg+xml"
    for destination in ("document", "iframe", "embed", "object", "empty", "script"):
        answer = client.get(url, headers={"Sec-Fetch-Dest": destination})
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8", destination
    assert "Sec-Fetch-Dest" in as_image.headers["Vary"]
    assert "Sec-Fetch-Dest" in client.get(url).headers["Vary"]


@pytest.mark.parametrize("address", ["hash", "uuid"])
def test_the_extension_in_the_url_sets_type_and_name_and_never_which_bytes(client, address):
    told = upload(client, PNG, "a.png")

    as_text = client.get(f"/{told[address]}.txt")
    as_pdf = client.get(f"/{told[address]}/paper.pdf")

    assert as_text.data == as_pdf.data == PNG
    assert as_text.headers["Content-Type"] == "text/plain"
    assert as_pdf.headers["Content-Type"] == "application/pdf"
    assert as_pdf.headers["Content-Disposition"] == 'attachment; filename="paper.pdf"'


def test_an_extension_that_nobody_knows_leaves_the_type_as_it_is(client):
    told = upload(client, PNG, "a.png")

    assert client.get(f"/{told['hash']}.wobble").headers["Content-Type"] == "image/png"


@pytest.mark.parametrize("extension", ["html", "svg", "xml", "xhtml", "js", "php", "mhtml", "htm", "shtml", "xsl"])
def test_no_extension_in_the_url_makes_a_browser_run_anything(client, extension):
    told = upload(client, b"<script>alert(1)</script>", "a.bin")

    for url in (f"/{told['hash']}.{extension}", f"/{told['uuid']}/x.{extension}"):
        answer = client.get(url)
        assert answer.mimetype in ("text/plain", "application/octet-stream"), url


# ---- a hash address speaks for the blob only


def test_a_hash_address_takes_its_type_from_the_content_not_from_any_upload(client):
    told = upload(client, PNG, "mine.png")
    upload(client, PNG, "theirs.txt")

    answer = client.get(f"/{told['hash']}")

    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{told["hash"]}.png"'


def test_a_hash_address_does_not_tell_the_name_of_an_upload(client):
    told = upload(client, b"hello\n", "secret-name.txt")

    for url in (f"/{told['hash']}", f"/{told['hash']}.txt", f"/{told['sha256']}"):
        assert "secret-name" not in str(client.get(url).headers)


def test_a_hash_address_does_not_tell_when_it_was_uploaded(client):
    assert "Last-Modified" not in client.get(f"/{upload(client)['hash']}").headers


def test_the_name_stands_at_the_uuid(client):
    told = upload(client, b"hello\n", "my name.txt")

    assert client.get(f"/{told['uuid']}").headers["Content-Disposition"] == 'inline; filename="my name.txt"'


@pytest.mark.parametrize("address", ["hash", "uuid"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("plain.txt", 'filename="plain.txt"'),
        ("gr%C3%BC%C3%9Fe.txt", "filename*=UTF-8''gr%C3%BC%C3%9Fe.txt"),
        ('quo"te.txt', "filename*=UTF-8''quo%22te.txt"),
        ("semi;colon.txt", 'filename="semi;colon.txt"'),
    ],
)
def test_the_name_in_the_url_is_the_name_of_the_download(client, address, name, said):
    answer = client.get(f"/{upload(client)[address]}/{name}")

    assert said in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "name", ["a%0d%0aSet-Cookie:%20x=1", "%00", "%E2%80%AEgpj.exe", "%ff%fe", "..%2f..%2fetc", "%5c"]
)
@pytest.mark.parametrize("address", ["hash", "uuid", "sha256"])
def test_no_name_in_a_url_gets_into_a_header_as_anything_but_a_name(client, name, address):
    answer = client.get(f"/{upload(client)[address]}/{name}")

    assert answer.status_code == (404 if "%0a" in name else 200)
    assert "Set-Cookie" not in answer.headers
    assert "\u202e" not in answer.headers.get("Content-Disposition", "")


# ---- md5


def test_md5_is_told_of_a_uuid(client):
    told = upload(client)

    for _ in range(2):
        answer = client.get(f"/{told['uuid']}/md5")
        assert answer.json == {"md5": "b1946ac92492d2347c6235b4d2611184"}


def test_hash_addresses_have_no_sub_resources(client):
    told = upload(client)

    for name in ("md5", "thumb"):
        assert client.get(f"/{told['hash']}/{name}").data == b"hello\n"


def test_md5_of_a_private_file_needs_its_key(client):
    told = upload(client, private="1")
    key = told["url"].partition("?")[2]

    assert client.get(f"/{told['uuid']}/md5").status_code == 404
    assert client.get(f"/{told['uuid']}/md5?{key}").json == {"md5": "b1946ac92492d2347c6235b4d2611184"}


# ---- what is not there


@pytest.mark.parametrize(
    "path",
    [
        "/0123456789abcdef",
        "/" + "0" * 64,
        "/11111111-1111-4111-8111-111111111111",
        "/11111111-1111-1111-8111-111111111111",
        "/humans.txt",
        "/.well-known/nothing",
        "/nothing",
        "/nothing/at/all",
        "/0123456789abcdeg",
        "/%00",
        "/🙂",
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_what_is_not_there_is_one_same_404(client, path, method):
    answer = getattr(client, method)(path)

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    if method == "get":
        assert answer.json["error"] == "not_found"
        assert answer.json["code"] == "INVALID_FILE_ERROR"


def test_content_goes_out_with_only_the_size_that_was_promised_when_it_is_big(client):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as each:
        each.writestr("zeros", bytes(3 << 20))
    told = upload(client, archive.getvalue(), "big.zip", headers={})

    assert client.get(path_of(told["url"])).data == archive.getvalue()


def test_a_key_reads_private_files_only_with_the_scope_for_reading(client, make_key):
    key = make_key("ann")
    only_uploads = make_key("ann", Scope.UPLOAD_FILE)
    told = upload(client, headers=bearer(only_uploads), private="owner")

    assert client.get(f"/{told['uuid']}", headers=bearer(key)).status_code == 200
    assert client.get(f"/{told['uuid']}", headers=bearer(only_uploads)).status_code == 404
    assert client.get(f"/{upload(client)['hash']}", headers=bearer(only_uploads)).status_code == 200
