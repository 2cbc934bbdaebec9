"""Images cropped, scaled and as thumbnails, by every address (seed 000; contract section 4)."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from pastebin.images import pool
from pastebin.services import views
from pastebin.waiting import in_person
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import upload

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF", "avif": "AVIF"}


def picture(width: int = 120, height: int = 80, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A gradient, so that places can be told apart."""
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def opened(answer: Any) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.data))


@pytest.fixture
def photo(client: FlaskClient) -> dict[str, Any]:
    """A public JPEG of 120 x 80 pixels."""
    return dict(upload(client, picture(), "photo.jpg"))


@pytest.fixture
def made(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How many images were rendered so far."""
    caplog.set_level(logging.DEBUG, "pastebin.images.derived")
    return lambda: sum(record.message.startswith("made ") for record in caplog.records)


def derived_files(app: Flask) -> list[Path]:
    return [path for path in (Path(app.instance_path) / "derived").glob("[0-9a-f][0-9a-f]/*") if path.is_file()]


# ---- what comes back


@pytest.mark.parametrize(
    ("query", "size"),
    [
        ("scale=50", (60, 40)),
        ("scale=200", (240, 160)),
        ("scalex=30", (30, 20)),
        ("scaley=20", (30, 20)),
        ("scalex=10&scaley=70", (10, 70)),
        ("cropx=10", (100, 80)),
        ("cropy=15", (120, 50)),
        ("cropx=10&cropy=15&scale=50", (50, 25)),
        ("scalex=30&scale=7", (30, 20)),
        ("scale=50&nothing=of+ours", (60, 40)),
        ("scale=+50+", (60, 40)),
        ("cropx=10&scale=", (100, 80)),
    ],
)
def test_the_query_says_how_large_it_is(client, photo, query, size):
    answer = client.get(f"/{photo['hash']}?{query}")

    assert opened(answer).size == size
    assert answer.content_type == "image/jpeg"


@pytest.mark.parametrize("query", ["", "cropx=0", "cropx=0&cropy=0", "scale=", "size=3"])
def test_what_changes_nothing_are_the_bytes_as_they_were(client, photo, query):
    answer = client.get(f"/{photo['hash']}?{query}")

    assert answer.headers["ETag"] == f'"{photo["sha256"]}"'


@pytest.mark.parametrize("address", ["hash", "uuid"])
@pytest.mark.parametrize("tail", ["", "/", ".jpg", "/any name.jpg", ".txt"])
def test_every_address_of_an_image_takes_the_query(client, photo, address, tail):
    if (address, tail) == ("hash", "/"):
        tail = ""

    answer = client.get(f"/{photo[address]}{tail}?scale=50")

    assert opened(answer).size == (60, 40)
    assert answer.content_type == "image/jpeg"


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("where", ["{0}.{1}", "{0}/my cat.{1}"])
def test_the_extension_in_the_url_chooses_the_format(client, photo, extension, where):
    answer = client.get("/" + where.format(photo["hash"], extension) + "?scale=50")

    assert opened(answer).format == FORMATS[extension]
    assert answer.content_type == Image.MIME[FORMATS[extension]]
    assert f".{extension}" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(("tail", "kind"), [("", "JPEG"), (".jpg", "JPEG"), (".webp", "WEBP")])
def test_a_scale_of_100_is_a_copy_without_what_the_original_says_of_itself(client, tail, kind):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    out = io.BytesIO()
    Image.new("RGB", (120, 80)).save(out, "JPEG", exif=exif)
    told = upload(client, out.getvalue(), "photo.jpg")

    answer = client.get(f"/{told['hash']}{tail}?scale=100")

    assert (opened(answer).format, opened(answer).size) == (kind, (120, 80))
    assert b"taken at home" in out.getvalue()
    assert b"taken at home" not in answer.data


@pytest.mark.parametrize(
    ("path", "name"),
    [("/{uuid}/thumb", "photo-thumb.jpg"), ("/{uuid}?scale=50", "photo.jpg"), ("/{hash}/cat.png?scale=50", "cat.png")],
)
def test_it_is_saved_under_the_name_of_its_original_with_its_own_extension(client, photo, path, name):
    answer = client.get(path.format(**photo))

    assert f'filename="{name}"' in answer.headers["Content-Disposition"]


def test_what_is_too_large_is_told_apart_original_and_result(make_app):
    client = make_app(MAX_IMAGE_PIXELS=200_000).test_client()
    small, large = upload(client, picture(), "small.jpg"), upload(client, picture(500, 500), "large.jpg")

    result = client.get(f"/{small['hash']}?scalex=900").json
    original = client.get(f"/{large['hash']}?scalex=9").json

    assert result["message"].startswith("The result would have 900 x 600 pixels")
    assert result["fields"] == ["scalex"]
    assert original["message"].startswith("The original has 500 x 500 pixels")
    assert client.get(f"/{small['uuid']}/thumb").status_code == 200  # whose size nobody has asked for


def test_without_a_transform_any_extension_is_the_bytes_unchanged(client, photo):
    assert client.get(f"/{photo['hash']}.webp").headers["ETag"] == f'"{photo["sha256"]}"'


@pytest.mark.parametrize("size", [(120, 80), (4, 900), (2000, 30), (512, 512), (1, 1)])
def test_a_thumbnail_is_512_by_512_whatever_it_is_of(client, size):
    told = upload(client, picture(*size), "photo.jpg")

    answer = client.get(f"/{told['uuid']}/thumb")

    assert (opened(answer).size, opened(answer).format) == ((512, 512), "JPEG")


def test_a_thumbnail_with_alpha_is_png(client):
    told = upload(client, picture(kind="PNG", mode="RGBA"), "icon.png")

    answer = client.get(f"/{told['uuid']}/thumb")

    assert (opened(answer).format, opened(answer).mode) == ("PNG", "RGBA")
    assert answer.content_type == "image/png"


@pytest.mark.parametrize("path", ["/{hash}/thumb", "/{uuid}.jpg/thumb", "/{uuid}/thumb.jpg", "/{uuid}/x/thumb"])
def test_elsewhere_thumb_is_a_name_like_any_other(client, photo, path):
    answer = client.get(path.format(**photo))

    assert answer.headers["ETag"] == f'"{photo["sha256"]}"'


# ---- its headers


@pytest.mark.parametrize("path", ["/{uuid}/thumb", "/{hash}?scale=50", "/{uuid}.png?cropx=5"])
def test_what_is_made_has_a_digest_and_an_etag_of_its_own(client, photo, path):
    answer = client.get(path.format(**photo))

    digest = hashlib.sha256(answer.data)
    assert answer.headers["ETag"] == f'"{digest.hexdigest()}"' != f'"{photo["sha256"]}"'
    assert answer.headers["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_it_is_answered_with_304_and_in_ranges_like_any_file(client, photo):
    path = f"/{photo['hash']}?scale=50"
    whole = client.get(path)

    unmodified = client.get(path, headers={"If-None-Match": whole.headers["ETag"]})
    part = client.get(path, headers={"Range": "bytes=10-19"})
    beyond = client.get(path, headers={"Range": f"bytes={len(whole.data)}-"})

    assert (unmodified.status_code, unmodified.data) == (304, b"")
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert beyond.status_code == 416


def test_the_originals_etag_is_not_its(client, photo):
    answer = client.get(f"/{photo['hash']}?scale=50", headers={"If-None-Match": f'"{photo["sha256"]}"'})

    assert answer.status_code == 200


def test_head_says_what_get_does(client, photo):
    path = f"/{photo['hash']}?scale=50"
    assert client.head(path).status_code == 200  # makes it

    head, get = client.head(path), client.get(path)

    assert (head.status_code, head.data) == (200, b"")
    assert list(head.headers) == list(get.headers)


def test_caches_may_keep_it_as_long_as_its_original(client, photo):
    private = upload(client, picture(), "p.jpg", private="1")
    key = private["url"].partition("?")[2]

    by_hash = client.get(f"/{photo['hash']}?scale=50")
    by_uuid = client.get(f"/{photo['uuid']}/thumb")
    by_key = client.get(f"/{private['uuid']}/thumb?{key}")
    short = client.get(f"/{upload(client, picture(9, 9), 's.jpg', expire='60s')['hash']}?scale=50")

    assert by_hash.headers["Cache-Control"] == "public, max-age=3600, immutable"
    assert by_uuid.headers["Cache-Control"] == "no-cache"
    assert by_key.headers["Cache-Control"] == "private, no-store"
    assert "Access-Control-Allow-Origin" not in by_key.headers
    assert 0 < int(short.headers["Cache-Control"].split("max-age=")[1].split(",")[0]) <= 60


# ---- what cannot be


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("scale=0", "scale"),
        ("scale=-1", "scale"),
        ("scale=1.5", "scale"),
        ("scale=big", "scale"),
        ("scale=%C2%B2", "scale"),
        ("scalex=0", "scalex"),
        ("scaley=-3", "scaley"),
        ("cropx=-1", "cropx"),
        ("cropy=none", "cropy"),
        ("cropx=60", "cropx"),
        ("cropy=40", "cropy"),
        ("cropx=99999999999999999999", "cropx"),
    ],
)
def test_nonsense_is_a_400_that_names_the_field(client, photo, query, field):
    answer = client.get(f"/{photo['hash']}?{query}")

    assert answer.status_code == 400
    assert answer.json["code"] == "INVALID_FIELDS_ERROR"
    assert answer.json["fields"] == [field]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("query", ["scale=100000", "scalex=20000&scaley=20000", "scalex=999999999"])
def test_more_pixels_than_allowed_are_a_400(client, photo, query):
    assert client.get(f"/{photo['hash']}?{query}").status_code == 400


def test_an_image_with_more_pixels_than_allowed_is_a_400_and_still_served(make_app):
    client = make_app(MAX_IMAGE_PIXELS=9000).test_client()
    told = upload(client, picture(), "photo.jpg")

    assert client.get(f"/{told['uuid']}/thumb").status_code == 400
    assert client.get(f"/{told['uuid']}").status_code == 200


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"hello\n", "a.txt"),
        (b"hello\n", "a.png"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a.png"),
        (b"%PDF-1.4\n", "a.pdf"),
        (b"", "a.jpg"),
        (picture()[:300], "cut.jpg"),
    ],
)
def test_what_is_no_image_is_a_400_in_words(client, content, name):
    told = upload(client, content, name)

    answers = [client.get(f"/{told['uuid']}/thumb"), client.get(f"/{told['hash']}.png?scale=50")]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert {answer.json["code"] for answer in answers} == {"INVALID_FIELDS_ERROR"}


def test_what_cannot_be_made_is_not_tried_again_and_again(client, made, caplog):
    told = upload(client, picture()[:300], "cut.jpg")

    answers = [client.get(f"/{told['uuid']}/thumb") for _ in range(3)]

    assert len({(answer.status_code, answer.data) for answer in answers}) == 1
    assert made() == 0


# ---- whom it is for


def test_private_images_are_transformed_for_those_who_may_see_them(app, client, make_user, make_key):
    ann, key = log_in(app, make_user("ann")).client, make_key("ann")
    told = upload(client, picture(), "mine.jpg", headers=bearer(key), private="owner")

    for path in (f"/{told['uuid']}/thumb", f"/{told['uuid']}.png?scale=50"):
        assert client.get(path).status_code == 404
        assert client.get(path, headers=bearer(key)).status_code == 200
        assert ann.get(path).status_code == 200


def test_a_private_image_without_its_key_is_as_if_it_were_not_there(client):
    told = upload(client, picture(), "p.jpg", private="1")
    nowhere = "11111111-1111-4111-8111-111111111111"

    for tail in ("/thumb", "?scale=50", ".webp?scale=50", "?scale=nonsense", "/thumb?key=wrong"):
        there, not_there = client.get(f"/{told['uuid']}{tail}"), client.get(f"/{nowhere}{tail}")
        assert (there.status, there.data, list(there.headers)) == (
            not_there.status, not_there.data, list(not_there.headers),
        )  # fmt: skip
        assert there.status_code == 404


def test_what_was_made_of_a_private_image_makes_no_strangers_come_sooner(client, made):
    private = upload(client, picture(), "p.jpg", private="1")
    client.get(f"/{private['uuid']}/thumb?{private['url'].partition('?')[2]}")
    public = upload(client, picture(), "q.jpg")

    client.get(f"/{public['uuid']}/thumb")

    assert made() == 2


def test_what_was_made_of_public_bytes_is_there_for_all_who_have_them(client, made):
    addresses = [upload(client, picture(), f"{name}.jpg")["uuid"] for name in "abc"]

    answers = {client.get(f"/{uuid}/thumb").data for uuid in addresses}

    assert len(answers) == 1
    assert made() == 1


def test_a_limited_image_is_not_given_away_in_another_size(client, make_key):
    key = make_key("ann")
    told = upload(client, picture(), "once.jpg", headers=bearer(key), limit="1")

    refused = [client.get(f"/{told['uuid']}{tail}") for tail in ("/thumb", "?scale=99", ".png?scale=100")]

    assert [answer.status_code for answer in refused] == [400, 400, 400]
    assert client.get(f"/{told['uuid']}/thumb", headers=bearer(key)).status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 200
    assert client.get(f"/{told['uuid']}").status_code == 404


# ---- keeping it


def test_it_is_made_once_and_recipes_that_mean_the_same_are_one(client, photo, made):
    for tail in ("?scale=50", ".jpg?scale=50", "?cropx=0&scale=050", "/name.jpeg?scale=50&x=y"):
        client.get(f"/{photo['hash']}{tail}")

    assert made() == 1


def test_without_room_to_keep_it_it_is_made_each_time(make_app, made):
    app = make_app(DERIVED_CACHE_SIZE=0)
    client = app.test_client()
    told = upload(client, picture(), "photo.jpg")

    answers = [client.get(f"/{told['uuid']}/thumb") for _ in range(2)]

    assert [opened(answer).size for answer in answers] == [(512, 512)] * 2
    assert made() == 2
    assert derived_files(app) == []


def test_it_goes_with_the_last_that_names_its_original(app, client, make_key, sweep):
    key = make_key("ann")
    files = [upload(client, picture(), "photo.jpg", headers=bearer(key)) for _ in range(2)]
    client.get(f"/{files[0]['uuid']}/thumb")

    client.delete(f"/{files[0]['uuid']}", headers=bearer(key))
    sweep()
    assert len(derived_files(app)) == 1

    client.delete(f"/{files[1]['uuid']}", headers=bearer(key))
    sweep()
    assert derived_files(app) == []


def test_what_was_made_of_a_private_file_goes_with_it_though_its_bytes_stay(app, client, make_key, sweep):
    key = make_key("ann")
    private = upload(client, picture(), "p.jpg", headers=bearer(key), private="owner")
    upload(client, picture(), "public.jpg")
    client.get(f"/{private['uuid']}/thumb", headers=bearer(key))

    client.delete(f"/{private['uuid']}", headers=bearer(key))
    sweep()

    assert derived_files(app) == []


def test_what_was_public_leaves_nothing_made_of_it_that_a_stranger_could_find_by_its_time(app, client, make_key, sweep):
    key = make_key("ann")
    told = upload(client, picture(), "p.jpg", headers=bearer(key))
    client.get(f"/{told['uuid']}/thumb")
    client.patch(f"/api/users/me/files/{told['uuid']}", json={"private": "owner"}, headers=bearer(key))

    sweep()

    assert derived_files(app) == []


def test_a_deleted_image_is_gone_in_every_size_at_once(client, make_key):
    key = make_key("ann")
    told = upload(client, picture(), "photo.jpg", headers=bearer(key))
    paths = [f"/{told['uuid']}/thumb", f"/{told['hash']}?scale=50"]
    assert [client.get(path).status_code for path in paths] == [200, 200]

    client.delete(f"/{told['uuid']}", headers=bearer(key))

    assert [client.get(path).status_code for path in paths] == [404, 404]


@pytest.fixture
def passed_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of requests that the lane left to Flask."""
    seen: list[str] = []
    lane: Any = app.wsgi_app
    behind = lane._application

    def noting(environ: Any, start_response: Any) -> Any:
        seen.append(environ["PATH_INFO"])
        return behind(environ, start_response)

    monkeypatch.setattr(lane, "_application", noting)
    return seen


def test_a_thumbnail_that_is_asked_for_again_does_not_reach_flask(client, photo, passed_on):
    path = f"/{photo['uuid']}/thumb"
    first = client.get(path)
    passed_on.clear()

    second = client.get(path)

    assert passed_on == []
    assert (second.data, second.headers["ETag"]) == (first.data, first.headers["ETag"])
    assert "RateLimit-Remaining" not in second.headers


def test_one_that_was_sent_again_and_again_and_has_gone_from_the_disk_is_made_anew(app, client, made):
    noise = io.BytesIO()
    Image.effect_noise((700, 700), 99).convert("RGBA").save(noise, "PNG")  # larger than what the lane holds itself
    path = f"/{upload(client, noise.getvalue(), 'noise.png')['uuid']}/thumb"
    answers = [client.get(path) for _ in range(2)]
    for kept in derived_files(app):
        kept.unlink()

    answers.append(client.get(path))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert made() == 2


def test_a_thumbnail_in_the_lane_is_gone_at_once_when_its_file_becomes_private(client, make_key):
    key = make_key("ann")
    told = upload(client, picture(), "photo.jpg", headers=bearer(key))
    for _ in range(2):
        assert client.get(f"/{told['uuid']}/thumb").status_code == 200

    client.patch(f"/api/users/me/files/{told['uuid']}", json={"private": "owner"}, headers=bearer(key))

    assert client.get(f"/{told['uuid']}/thumb").status_code == 404


def test_a_thumbnail_is_no_view_and_another_size_is_one(app, client, make_key):
    key = make_key("ann")
    told = upload(client, picture(), "photo.jpg", headers=bearer(key))
    for tail in ("/thumb", "/thumb", "?scale=50", "?scale=50", ".jpg"):
        client.get(f"/{told['uuid']}{tail}")

    with app.app_context():
        views.write()

    about = client.get(f"/api/users/me/files/{told['uuid']}", headers=bearer(key)).json
    assert about["views"] == 3


# ---- what changes while it is waited for


@pytest.fixture
def busy(app: Flask) -> Iterator[ExitStack]:
    """All processes that render have something else to do, until it is closed."""
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(app.extensions["pastebin.derived"]._pool.renderer(in_person))
        yield stack


def asked_meanwhile(app: Flask, paths: list[str], act: Callable[[], object], busy: ExitStack) -> list[int]:
    """What those are answered who were waiting for images when something was done."""
    with ThreadPoolExecutor(len(paths)) as threads:
        answers = [threads.submit(app.test_client().get, path) for path in paths]
        time.sleep(0.3)
        act()
        busy.close()
        return [answer.result().status_code for answer in answers]


@pytest.mark.parametrize("change", ["hide", "limit", "delete"])
def test_who_was_waiting_gets_nothing_that_was_hidden_limited_or_deleted_meanwhile(app, client, make_key, busy, change):
    key = make_key("ann")
    told = upload(client, picture(), "photo.jpg", headers=bearer(key))
    path, body = f"/api/users/me/files/{told['uuid']}", {"hide": {"private": "owner"}, "limit": {"limit": 3}}

    def act() -> None:
        if change == "delete":
            client.delete(path, headers=bearer(key))
        else:
            assert client.patch(path, json=body[change], headers=bearer(key)).status_code == 200

    statuses = asked_meanwhile(app, [f"/{told['uuid']}/thumb", f"/{told['hash']}?scale=50"], act, busy)

    assert statuses == [400 if change == "limit" else 404, 404]
    assert derived_files(app) == []


def test_who_was_waiting_for_what_is_still_there_gets_it(app, client, busy):
    told = upload(client, picture(), "photo.jpg")

    statuses = asked_meanwhile(app, [f"/{told['uuid']}/thumb", f"/{told['hash']}?scale=50"], lambda: None, busy)

    assert statuses == [200, 200]
    assert len(derived_files(app)) == 2


# ---- the rate limit


def test_waiting_in_vain_counts_too(make_app, monkeypatch):
    client = make_app(API_RATE="4/1min").test_client()
    told = upload(client, picture(), "photo.jpg")
    monkeypatch.setattr(pool, "_MOST_WAITING", 0)

    statuses = [client.get(f"/{told['hash']}?scalex={width}").status_code for width in range(1, 6)]

    assert statuses == [503, 503, 503, 429, 429]


def test_what_must_be_made_counts_against_the_general_limit_and_what_is_there_does_not(make_app):
    client = make_app(API_RATE="4/1min").test_client()
    told = upload(client, picture(), "photo.jpg")  # the first of four
    path = f"/{told['hash']}?scalex="

    first = [client.get(path + str(width)) for width in (10, 11, 12)]
    refused = client.get(path + "13")
    again = client.get(path + "10")

    assert [answer.status_code for answer in first] == [200, 200, 200]
    assert first[2].headers["RateLimit-Remaining"] == "0"
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert again.status_code == 200
    assert "RateLimit-Remaining" not in again.headers
    assert client.get(f"/{told['hash']}").status_code == 200
