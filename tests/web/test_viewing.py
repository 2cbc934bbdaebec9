"""`/view/ADDRESS`: what it tells, to whom, and what it never does (contract sections 1, 2 and 4)."""

from __future__ import annotations

import base64
import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pastebin.services.actor import Scope, User
from tests.browsing import log_in
from tests.conftest import bearer
from tests.forms import field, file, multipart, path_of, upload
from tests.web.pages import Element, facts_of, lines_of, read

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
MISSING = "/view/00000000-0000-4000-8000-000000000000"
HTML = {"Accept": "text/html"}


def see(client: FlaskClient, address: str, **arguments: Any) -> Element:
    answer = client.get(f"/view/{address}", **arguments)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def title_of(page: Element) -> str:
    return page.all("title")[0].text


def links_of(page: Element) -> list[str]:
    return [link["href"] for link in page.all("a")]


# ---- a file, by its UUID


def test_the_page_of_a_file_says_all_that_is_known(client: FlaskClient) -> None:
    sent = upload(client, b"x = 1\n" * 1000, "code.py", expire="2h", name="My script")

    page = see(client, sent["uuid"])

    facts = facts_of(page)
    assert title_of(page) == "My script"
    assert page.all("h1")[0].text == "My script"
    assert facts["Name"] == "My script"
    assert facts["File name"] == "code.py"
    assert facts["Size"] == "5.9 KiB (6,000 bytes)"
    assert facts["Type"] == "text/x-python, UTF-8"
    assert facts["SHA-256"] == sent["sha256"]
    assert facts["Address"] == sent["hash"]
    assert facts["UUID"] == sent["uuid"]
    assert facts["Private"] == "no"
    assert "in 1 hour" in facts["Expires"] or "in 2 hours" in facts["Expires"]
    assert "anonymously" in facts["Uploaded"]


def test_it_leads_to_every_address_of_the_file(client: FlaskClient) -> None:
    sent = upload(client, b"hello\n", "a name's.txt")

    page = see(client, sent["uuid"])

    facts = facts_of(page)
    assert facts["Raw"] == sent["urls"]["hash"]
    assert facts["With extension"] == sent["urls"]["ext"]
    assert facts["With name"] == sent["urls"]["full"]
    assert facts["From a shell"] == f"""curl -o 'a name'"'"'s.txt' {sent["url"]}"""
    for link in (sent["urls"]["hash"], sent["urls"]["ext"], sent["urls"]["full"]):
        assert client.get(path_of(link)).data == b"hello\n"
        assert link in links_of(page)


def test_text_is_shown_by_lines_that_can_be_linked_to(client: FlaskClient) -> None:
    sent = upload(client, b"def f():\r\n\treturn '<b>'\n\n# end", "a.py")

    page = see(client, sent["uuid"])

    assert lines_of(page) == ["def f():", "\treturn '<b>'", "", "# end"]
    assert {"#L1", "#L4"} <= set(links_of(page))
    assert [each.text for each in page.all("span") if each["class"] == "k"] == ["def", "return"]


def test_every_page_keeps_the_strict_policy_and_needs_no_script_or_style_in_it(client: FlaskClient) -> None:
    sent = upload(client, b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg")

    answer = client.get(f"/view/{sent['uuid']}")

    page = read(answer.text)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not page.all("script")
    assert not page.all("style")
    assert not re.search(r"<[^>]+ (?:style|on\w+)=", answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert [each["content"] for each in page.all("meta") if each["name"] == "robots"] == ["noindex"]


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xml", "a.md", "a.txt", "a.php", "a.csv", "a.diff", "a"])
@pytest.mark.parametrize("content", [b"</pre></code><script>alert(1)</script>", b"--><img src=x onerror=alert(1)>&lt;"])
def test_no_text_breaks_out_of_its_page(client: FlaskClient, name: str, content: bytes) -> None:
    sent = upload(client, content, name)

    page = see(client, sent["uuid"])

    assert lines_of(page) == [content.decode()]
    assert not page.all("script")
    assert all(image["src"].startswith(f"/{sent['uuid']}") for image in page.all("img"))


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>.txt",
        "\" onmouseover=\"alert(1).txt",
        "' onmouseover='alert(1).txt",
        "{{ 7 * 7 }}.txt",
        "&lt;b&gt;.txt",
        "שלום.txt",
        "$(reboot) `reboot`; reboot #.txt",
        "x" * 300 + ".txt",
    ],
)  # fmt: skip
@pytest.mark.parametrize("content", [b"text", PNG], ids=["text", "image"])
def test_no_name_breaks_out_of_its_page(client: FlaskClient, name: str, content: bytes) -> None:
    sent = upload(client, content, name)

    page = see(client, sent["uuid"])

    assert title_of(page) == sent["filename"]
    assert page.all("h1")[0].all("bdi")[0].text == sent["filename"]
    assert not page.all("script")
    assert not any(
        attribute.startswith("on") for each in page.all("img") + page.all("a") for attribute in each.attributes
    )


def test_an_image_is_shown_from_its_own_address_under_its_name(client: FlaskClient) -> None:
    sent = upload(client, PNG, "cat.png")

    (image,) = see(client, sent["uuid"]).all("img")

    assert image.attributes == {"src": f"/{sent['id']}", "alt": "cat.png"}
    assert client.get(image["src"]).data == PNG


@pytest.mark.parametrize(("name", "tag"), [("a.mp3", "audio"), ("a.mp4", "video")])
def test_sound_and_film_play_when_asked_to(client: FlaskClient, name: str, tag: str) -> None:
    sent = upload(client, b"\1\2\3", name)

    (medium,) = see(client, sent["uuid"]).all(tag)

    assert medium["src"] == f"/{sent['id']}"
    assert medium["preload"] == "metadata"
    assert "controls" in medium.attributes
    assert "autoplay" not in medium.attributes


def test_an_svg_is_an_image_for_an_image_and_text_beside_it(client: FlaskClient) -> None:
    content = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    sent = upload(client, content, "a.svg")

    page = see(client, sent["uuid"])

    source = page.all("img")[0]["src"]
    assert client.get(source, headers={"Sec-Fetch-Dest": "image"}).mimetype == "image/svg+xml"
    assert client.get(source).mimetype == "text/plain"
    assert lines_of(page) == [content.decode()]


def test_markdown_is_rendered_above_its_source(client: FlaskClient) -> None:
    sent = upload(client, b"# Hello\n\n<b onclick='x'>raw</b> ![pic](https://example.org/p.png)\n", "README.md")

    page = see(client, sent["uuid"])

    (article,) = page.all("article")
    assert article.all("h3")[0].text == "Hello"
    assert not article.all("b")
    assert not page.all("img")
    assert lines_of(page)[0] == "# Hello"


def test_of_anything_else_the_first_bytes_are_shown(client: FlaskClient) -> None:
    sent = upload(client, b"%PDF-1.4\n\xff\xfe" + bytes(1000), "a.pdf")

    page = see(client, sent["uuid"])

    (table,) = page.all("table")
    first = table.all("tr")[1]
    assert [each.text for each in first.all("th") + first.all("td")] == [
        "0000",
        "25 50 44 46 2d 31 2e 34 0a ff fe 00 00 00 00 00",
        "%PDF-1.4········",
    ]
    assert len(table.all("tr")) == 1 + 512 // 16


def test_a_file_of_no_bytes_has_a_page_too(client: FlaskClient) -> None:
    sent = upload(client, b"", "empty.txt")

    page = see(client, sent["uuid"])

    assert facts_of(page)["Size"] == "0 bytes"
    assert "nothing in it" in page.text


def test_of_a_large_text_the_beginning_is_shown_and_the_rest_linked(client: FlaskClient) -> None:
    sent = upload(client, b"one more line of text\n" * 100_000, "a.log")

    answer = client.get(f"/view/{sent['uuid']}")

    page = read(answer.text)
    assert len(lines_of(page)) == 20_000
    assert "beginning only" in page.text
    assert len(answer.data) < 3 << 20


def test_an_extension_says_in_which_language_a_text_is(client: FlaskClient) -> None:
    sent = upload(client, b"def f(): pass\n", "notes.txt")

    page = see(client, f"{sent['uuid']}.py")

    assert "Python" in page.text


# ---- a content, by its hash


def test_the_page_of_a_hash_speaks_for_the_content_alone(client: FlaskClient) -> None:
    sent = upload(client, b"some content\n", "secret-name.txt", name="Secret title")

    page = see(client, sent["hash"])

    facts = facts_of(page)
    assert title_of(page) == sent["hash"]
    assert facts["Size"] == "13 bytes"
    assert facts["SHA-256"] == sent["sha256"]
    assert lines_of(page) == ["some content"]
    assert not {"Name", "File name", "Uploaded", "Views", "UUID", "Private"} & set(facts)
    assert "ecret" not in page.text
    assert sent["uuid"] not in client.get(f"/view/{sent['hash']}").text


def test_the_page_of_a_hash_lists_the_callers_own_files_with_it(
    app: Flask, client: FlaskClient, make_key: Callable[..., str]
) -> None:
    mine = upload(client, b"shared\n", "mine.txt", bearer(make_key("ann")))
    hidden = upload(client, b"shared\n", "hidden.txt", bearer(make_key("ann")), private="owner")
    other = upload(client, b"shared\n", "other.txt", bearer(make_key("bob")))

    page = see(client, mine["hash"], headers=bearer(make_key("ann")))

    assert {f"/view/{mine['uuid']}", f"/view/{hidden['uuid']}"} <= {path_of(link) for link in links_of(page)}
    assert other["uuid"] not in str(links_of(page))
    assert "mine.txt" not in see(client, mine["hash"]).text


def test_a_whole_digest_is_an_address_of_the_page(client: FlaskClient) -> None:
    sent = upload(client)

    assert title_of(see(client, sent["sha256"])) == sent["hash"]


def test_upper_case_leads_to_lower_case(client: FlaskClient) -> None:
    sent = upload(client, b"hello there")

    answer = client.get(f"/view/{sent['hash'].upper()}.py?x=1")

    assert answer.status_code == 301
    assert path_of(answer.location) == f"/view/{sent['hash']}.py?x=1"


# ---- who may see it


def test_a_private_file_is_seen_with_its_key_alone(client: FlaskClient) -> None:
    sent = upload(client, b"private text\n", "hidden.txt", private="1")
    key = sent["url"].partition("?key=")[2]

    assert client.get(f"/view/{sent['uuid']}").status_code == 404
    assert client.get(f"/view/{sent['uuid']}?key=d3Jvbmc").status_code == 404
    assert client.get(f"/view/{sent['sha256']}").status_code == 404
    page = see(client, f"{sent['uuid']}?key={key}")

    assert lines_of(page) == ["private text"]
    assert facts_of(page)["Private"].startswith("yes")
    assert all(f"?key={key}" in facts_of(page)[name] for name in ("Raw", "With extension", "With name", "This page"))


def test_a_private_image_is_fetched_with_the_key_that_was_given(client: FlaskClient) -> None:
    sent = upload(client, PNG, "hidden.png", private="1")
    key = sent["url"].partition("?key=")[2]

    answer = client.get(f"/view/{sent['uuid']}?key={key}")

    (image,) = read(answer.text).all("img")
    assert image["src"] == f"/{sent['id']}?key={key}"
    assert client.get(image["src"]).data == PNG
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_its_owner_needs_no_key(app: Flask, client: FlaskClient, make_key: Callable[..., str]) -> None:
    sent = upload(client, b"mine alone\n", "mine.txt", bearer(make_key("ann")), private="owner")

    assert client.get(f"/view/{sent['uuid']}", headers=bearer(make_key("bob"))).status_code == 404
    page = see(client, sent["uuid"], headers=bearer(make_key("ann")))

    assert lines_of(page) == ["mine alone"]
    assert "by you" in facts_of(page)["Uploaded"]
    assert "Authorization: Bearer" in facts_of(page)["From a shell"]


def test_a_key_that_may_not_read_sees_no_page(client: FlaskClient, make_key: Callable[..., str]) -> None:
    key = make_key("ann", Scope.UPLOAD_FILE)
    sent = upload(client, headers=bearer(key))

    assert client.get(f"/view/{sent['uuid']}", headers=bearer(key)).status_code == 403


def test_what_is_not_there_and_what_is_hidden_get_the_same_answer(
    client: FlaskClient, make_key: Callable[..., str]
) -> None:
    private = upload(client, b"one", private="1")
    owners = upload(client, b"two", headers=bearer(make_key()), private="owner")
    limited = upload(client, b"three", limit="1")
    addresses = [
        f"/view/{private['uuid']}", f"/view/{private['sha256'][:16]}", f"/view/{owners['uuid']}",
        f"/view/{limited['sha256'][:16]}", "/view/0123456789abcdef", "/view/nonsense", "/view/..", MISSING,
    ]  # fmt: skip

    answers = [client.get(address, headers=HTML) for address in addresses]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(answer.headers.items()) for answer in answers}) == 1


def test_an_expired_file_has_no_page(client: FlaskClient) -> None:
    sent = upload(client, expire="1s")
    time.sleep(1.1)

    assert client.get(f"/view/{sent['uuid']}").status_code == 404
    assert client.get(f"/view/{sent['hash']}").status_code == 404


def test_a_file_whose_bytes_are_gone_has_no_page(app: Flask, client: FlaskClient) -> None:
    sent = upload(client)
    (blob,) = Path(app.instance_path).glob(f"blobs/*/{sent['sha256']}")
    blob.unlink()

    assert client.get(f"/view/{sent['uuid']}").status_code == 404


# ---- limited files


def test_looking_at_a_limited_file_spends_nothing_and_shows_nothing_of_it(client: FlaskClient) -> None:
    sent = upload(client, b"the only copy", "once.txt", limit="1")

    for _ in range(5):
        page = see(client, sent["uuid"])
        client.head(f"/view/{sent['uuid']}")

    assert "the only copy" not in page.text
    assert facts_of(page)["Downloads left"] == "1 of 1"
    assert client.get(f"/{sent['uuid']}").data == b"the only copy"
    assert client.get(f"/view/{sent['uuid']}").status_code == 404


@pytest.mark.parametrize("content", [PNG, b"text"], ids=["image", "text"])
def test_nothing_on_the_page_of_a_limited_file_leads_to_its_bytes_unasked(client: FlaskClient, content: bytes) -> None:
    sent = upload(client, content, "once.png", limit="3")

    page = see(client, sent["uuid"])

    assert not page.all("img")
    assert not [link for link in links_of(page) if path_of(link).startswith(f"/{sent['uuid']}")]
    (form,) = [each for each in page.all("form") if sent["uuid"] in each["action"]]
    assert form["method"] == "get"
    assert client.get(form["action"]).data == content
    assert facts_of(see(client, sent["uuid"]))["Downloads left"] == "2 of 3"


def test_the_button_of_a_private_limited_file_sends_its_key(client: FlaskClient) -> None:
    sent = upload(client, b"secret", limit="2", private="1")
    key = sent["url"].partition("?key=")[2]

    page = see(client, f"{sent['uuid']}?key={key}")

    (form,) = [each for each in page.all("form") if sent["uuid"] in each["action"]]
    fields = {each["name"]: each["value"] for each in form.all("input")}
    assert client.get(form["action"], query_string=fields).data == b"secret"


# ---- deleting


def test_its_owner_can_delete_a_file_on_its_page(app: Flask, make_user: Callable[..., User]) -> None:
    browser = log_in(app, make_user("ann"))
    sent = upload(browser.client, headers=browser.csrf)

    page = see(browser.client, sent["uuid"])

    (form,) = [each for each in page.all("form") if sent["uuid"] in each["action"]]
    fields = {each["name"]: each["value"] for each in form.all("input")}
    assert browser.client.post(form["action"], data=fields).status_code in (200, 303)
    assert browser.client.get(f"/view/{sent['uuid']}").status_code == 404


def test_nobody_else_is_offered_to(app: Flask, client: FlaskClient, make_user: Callable[..., User]) -> None:
    ann, bob = log_in(app, make_user("ann")), log_in(app, make_user("bob"))
    sent = upload(ann.client, headers=ann.csrf)

    for other in (client, bob.client):
        page = see(other, sent["uuid"])

        assert not [each for each in page.all("form") if sent["uuid"] in each["action"]]
        assert "elete" not in page.text


# ---- the receipt


def send(client: FlaskClient, *parts: bytes) -> str:
    """Upload by the browser's form; the path that it is led to."""
    answer = client.post("/upload", **multipart(*parts))
    assert answer.status_code == 303
    return path_of(answer.location)


def deletions(page: Element) -> list[str]:
    return re.findall(r"https?://[^/]+(/delete/[^\s]+)", page.text)


def test_after_an_upload_the_deletion_link_is_shown_once(client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))

    first, second = read(client.get(where).text), read(client.get(where).text)

    (deletion,) = deletions(first)
    assert "Uploaded" in [each.text for each in first.all("h2")]
    assert client.get(deletion).status_code == 200
    assert not deletions(second)
    assert "Uploaded" not in [each.text for each in second.all("h2")]


def test_the_receipt_of_several_files_lists_them_all(client: FlaskClient) -> None:
    where = send(client, file(b"one", "1.txt"), file(b"two", "2.txt"), file(b"three", "3.txt"))

    page = read(client.get(where).text)

    links = deletions(page)
    assert len(set(links)) == 3
    assert {"1.txt", "2.txt", "3.txt"} <= {each.text for each in page.all("h3")}
    for link in links:
        assert client.post(link).status_code in (200, 303)
    assert client.get(where).status_code == 404


def test_a_receipt_is_only_for_the_browser_that_uploaded(app: Flask, client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))

    assert not deletions(read(app.test_client().get(where).text))
    assert deletions(read(client.get(where).text))


def test_a_look_ahead_does_not_use_the_receipt_up(client: FlaskClient) -> None:
    where = send(client, file(b"hello", "a.txt"))
    client.head(where)

    assert deletions(read(client.get(where).text))


def test_a_receipt_of_a_private_file_leads_to_its_page_with_the_key(client: FlaskClient) -> None:
    where = send(client, field("private", "1"), file(b"hello", "a.txt"))

    assert "?key=" in where
    assert deletions(read(client.get(where).text))


@pytest.mark.parametrize("forged", ["nonsense", "!!!", "A" * 4000, "", "AAAA", "é"])
def test_a_forged_receipt_says_nothing(client: FlaskClient, forged: str) -> None:
    sent = upload(client)
    client.set_cookie("pastebin_receipt", forged)

    page = see(client, sent["uuid"])

    assert not deletions(page)


def test_a_receipt_with_a_wrong_token_says_nothing(client: FlaskClient) -> None:
    sent = upload(client)
    client.set_cookie("pastebin_receipt", base64.urlsafe_b64encode(uuid.UUID(sent["uuid"]).bytes + bytes(16)).decode())

    assert not deletions(see(client, sent["uuid"]))


# ---- nothing else


@pytest.mark.parametrize("method", ["post", "delete", "patch"])
def test_the_page_is_for_reading(client: FlaskClient, method: str) -> None:
    sent = upload(client)

    answer = getattr(client, method)(f"/view/{sent['uuid']}")

    assert answer.status_code in (404, 405)


def test_a_hostile_text_still_gets_its_page(client: FlaskClient) -> None:
    sent = upload(client, b"/" * (256 * 1024), "a.c")

    page = see(client, sent["uuid"])

    assert lines_of(page) == ["/" * (256 * 1024)]
    assert "without colours" in page.text
