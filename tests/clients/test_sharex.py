"""ShareX: the uploader file it is given, and what it then does, step by step."""

from __future__ import annotations

import json

from tests.forms import file, multipart, path_of


def test_the_uploader_file_is_served_for_download(client):
    answer = client.get("/api/clients/sharex.sxcu")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(answer.text)["DestinationType"] == "ImageUploader, TextUploader, FileUploader"


def test_an_uploader_file_that_somebody_shares_keeps_its_name_and_never_runs(client):
    shared = client.get("/api/clients/sharex.sxcu").data
    stored = client.post("/api/upload", **multipart(file(shared, "team.sxcu"))).get_json()

    answer = client.get(path_of(stored["urls"]["full"]))

    assert stored["extension"] == "sxcu"
    assert answer.data == shared
    assert 'filename="team.sxcu"' in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_screenshot_goes_up_and_its_deletion_link_opens_a_page(client):
    uploader = json.loads(client.get("/api/clients/sharex.sxcu").text)
    image = file(b"\x89PNG\r\n\x1a\n" + bytes(40), "shot.png", name=uploader["FileFormName"])

    answer = client.post(path_of(uploader["RequestURL"]), **multipart(image)).get_json()

    assert client.get(path_of(answer["url"])).mimetype == "image/png"
    deletion = client.get(path_of(answer["deletion_url"]), headers={"Accept": "text/html"})
    assert deletion.mimetype == "text/html"
    assert client.get(path_of(answer["url"])).status_code == 200
