"""What is kept of a private file's page makes no other page come sooner."""

from __future__ import annotations

import hashlib
import os

from flask.testing import FlaskClient

from pastebin.blueprints.previews import rendering
from tests.forms import path_of, upload


def kept_under(digest: str) -> bool:
    return any(digest in key for key in rendering._shelf._answers)


def test_a_rendering_of_a_private_file_is_not_kept_by_its_content(client: FlaskClient) -> None:
    content = b"# %s\n" % os.urandom(8).hex().encode()
    digest = hashlib.sha256(content).hexdigest()
    secret = upload(client, content, filename="a.md", private="1")

    page = client.get(f"/view{path_of(secret['url'])}")

    assert page.status_code == 200
    assert not kept_under(digest)
    public = upload(client, content, filename="a.md")
    client.get(f"/view/{public['uuid']}")
    assert kept_under(digest)
