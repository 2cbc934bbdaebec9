"""`thumbnail` in what is told of a file: there where a thumbnail can be had, and for whom."""

from __future__ import annotations

import pytest

from pastebin.services import keys
from pastebin.services.actor import Scope
from tests.conftest import bearer
from tests.forms import path_of, upload

GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def test_an_image_has_one_at_its_uuid(client):
    told = upload(client, GIF, "dot.gif")

    assert told["thumbnail"] == f"http://localhost/{told['uuid']}/thumb"


@pytest.mark.parametrize(
    ("content", "name"), [(b"text", "a.txt"), (b"text", "a.gif"), (SVG, "a.svg"), (b"%PDF-1.7\n", "a.pdf")]
)
def test_what_no_image_can_be_made_of_has_none_whatever_its_name_says(client, content, name):
    assert "thumbnail" not in upload(client, content, name)


def test_an_image_that_is_called_otherwise_keeps_it(client, make_key):
    ann = bearer(make_key("ann"))
    told = upload(client, GIF, "dot.gif", headers=ann)

    renamed = client.put(f"/api/users/me/files/{told['id']}/extension", json={"extension": "txt"}, headers=ann).json

    assert renamed["type"] == "text/plain"
    assert renamed["thumbnail"] == told["thumbnail"]


def test_what_has_a_download_limit_has_none(client):
    assert "thumbnail" not in upload(client, GIF, "dot.gif", limit="3")


def test_of_a_private_image_it_carries_the_key_for_its_owner_and_not_for_staff(app, client, make_key, make_user):
    root = make_user("root", is_staff=True)
    with app.app_context():
        staff = bearer(keys.issue(root, scopes=[*Scope]).secret)
    told = upload(client, GIF, "dot.gif", headers=bearer(make_key("ann")), private="1")

    seen = client.get(f"/api/files/{told['id']}", headers=staff).json

    assert told["thumbnail"] == f"http://localhost/{told['uuid']}/thumb?{path_of(told['url']).partition('?')[2]}"
    assert seen["thumbnail"] == f"http://localhost/{told['uuid']}/thumb"


def test_of_an_image_for_its_owner_alone_it_needs_no_key(client, make_key):
    told = upload(client, GIF, "dot.gif", headers=bearer(make_key("ann")), private="owner")

    assert told["thumbnail"] == f"http://localhost/{told['uuid']}/thumb"
