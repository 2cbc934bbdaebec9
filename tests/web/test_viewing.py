"""`/view/ADDRESS`: what it tells, to whom, and what it never does (contract sections 1, 2 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import bearer
from tests.forms import path_of, upload
from tests.running import Server
from tests.web.pages import facts_of, lines_of, links_of, read, see, title_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


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
    assert facts["Readable by"] == "anyone with the link"
    assert facts["Fetched"].startswith("not yet by others")
    assert "in 1 hour" in facts["Expires"] or "in 2 hours" in facts["Expires"]
    assert "anonymously" in facts["Uploaded"]


def test_it_leads_to_every_address_of_the_file(client: FlaskClient) -> None:
    sent = upload(client, b"hello\n", "a name's.txt")

    page = see(client, sent["uuid"])

    facts = facts_of(page)
    assert facts["Raw"] == sent["urls"]["hash"]
    assert facts["Direct link"] == sent["urls"]["ext"]
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
    assert not page.foreign_scripts
    assert not page.all("style")
    assert not any(re.fullmatch(r"style|on\w+", name) for each in page.everything for name in each.attributes)
    assert answer.headers["Cache-Control"] == "no-store"
    assert [each["content"] for each in page.all("meta") if each["name"] == "robots"] == ["noindex"]


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xml", "a.md", "a.txt", "a.php", "a.csv", "a.diff", "a"])
@pytest.mark.parametrize("content", [b"</pre></code><script>alert(1)</script>", b"--><img src=x onerror=alert(1)>&lt;"])
def test_no_text_breaks_out_of_its_page(client: FlaskClient, name: str, content: bytes) -> None:
    sent = upload(client, content, name)

    page = see(client, sent["uuid"])

    assert lines_of(page) == [content.decode()]
    assert not page.foreign_scripts
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
    assert not page.foreign_scripts
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


def test_rendered_and_source_are_links_that_keep_the_key(client: FlaskClient) -> None:
    sent = upload(client, b"# Hello\n", "a.md", private="1")
    key = sent["url"].partition("?key=")[2]

    page = see(client, f"{sent['uuid']}?key={key}")

    rendered, source = (f"/view/{sent['uuid']}?{query}key={key}" for query in ("", "as=source&"))
    assert {rendered, source} <= set(links_of(page))
    for address in (rendered, source):
        (current,) = [
            each for each in read(client.get(address).text).all("a")
            if each["aria-current"] == "page" and sent["uuid"] in each["href"]
        ]  # fmt: skip
        assert current["href"] == address


def test_a_pdf_is_said_to_be_a_download(client: FlaskClient) -> None:
    sent = upload(client, b"%PDF-1.4 " + bytes(100), "plan.pdf")

    page = see(client, sent["uuid"])

    assert "A PDF is not opened here" in page.text
    assert [each["download"] for each in page.all("a") if "download" in each.attributes] == ["plan.pdf"]


def test_the_line_for_markdown_is_a_link_whatever_the_name(client: FlaskClient) -> None:
    text = upload(client, b"hello", "a](x) [*b_.txt")
    image = upload(client, PNG, "a.png")

    of_text, of_image = (facts_of(see(client, each["uuid"]))["Markdown"] for each in (text, image))

    assert of_text == rf"[a\](x) \[\*b\_.txt](http://localhost/view/{text['uuid']})"
    assert of_image == f"![a.png]({image['url']})"


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


def test_a_language_is_chosen_by_a_form_that_leads_to_its_address(client: FlaskClient) -> None:
    sent = upload(client, b"select = 1\n", "notes.txt", private="1")
    key = sent["url"].partition("?key=")[2]
    page = see(client, f"{sent['uuid']}?key={key}")
    (form,) = [each for each in page.all("form") if each["class"] == "source__language"]
    fields = {each["name"]: each["value"] for each in form.all("input")}

    answer = client.get(form["action"], query_string={**fields, "language": "sql"})

    assert answer.status_code == 303
    assert answer.location == f"/view/{sent['uuid']}.sql?key={key}"
    shown = read(client.get(answer.location).text)
    assert "SQL" in shown.text
    assert [each["value"] for each in shown.all("option") if "selected" in each.attributes] == ["sql"]


@pytest.mark.parametrize(("language", "ending"), [("", ""), ("x y", ""), ("//evil.example/", ""), ("py", ".py")])
def test_only_an_extension_is_a_language(client: FlaskClient, language: str, ending: str) -> None:
    sent = upload(client)

    answer = client.get(f"/view/{sent['hash']}", query_string={"language": language})

    assert answer.location == f"/view/{sent['hash']}{ending}"


def test_plain_text_is_a_choice_too(client: FlaskClient) -> None:
    sent = upload(client, b"def f(): pass\n", "a.py")

    page = see(client, f"{sent['uuid']}.txt")

    assert not [each for each in page.all("span") if each["class"] == "k"]
    assert lines_of(page) == ["def f(): pass"]


def test_what_is_said_to_be_markdown_is_rendered_and_what_is_said_to_be_none_is_not(client: FlaskClient) -> None:
    sent, readme = upload(client, b"# Hello\n", "a.txt"), upload(client, b"# Hi\n", "a.md")

    assert see(client, f"{sent['uuid']}.md").all("article")
    assert not see(client, f"{readme['uuid']}.py").all("article")


# ---- a content, by its hash


def test_the_page_of_a_hash_speaks_for_the_content_alone(client: FlaskClient) -> None:
    sent = upload(client, b"some content\n", "secret-name.txt", name="Secret title")

    page = see(client, sent["hash"])

    facts = facts_of(page)
    assert title_of(page) == sent["hash"]
    assert facts["Size"] == "13 bytes"
    assert facts["SHA-256"] == sent["sha256"]
    assert lines_of(page) == ["some content"]
    assert not {"Name", "File name", "Uploaded", "Fetched", "UUID", "Readable by"} & set(facts)
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


# ---- nothing else


@pytest.mark.parametrize("method", ["delete", "patch"])
def test_the_page_is_for_reading(client: FlaskClient, method: str) -> None:
    sent = upload(client)

    answer = getattr(client, method)(f"/view/{sent['uuid']}")

    assert answer.status_code in (404, 405)


def test_a_hostile_text_still_gets_its_page(client: FlaskClient) -> None:
    sent = upload(client, b"/" * (256 * 1024), "a.c")

    page = see(client, sent["uuid"])

    assert lines_of(page) == ["/" * (256 * 1024)]
    assert "without colours" in page.text


@pytest.mark.slow
@pytest.mark.alone
def test_hostile_texts_hold_nobody_else_up(make_server: Callable[..., Server]) -> None:
    """One worker; while it shows them, it answers the others."""
    server = make_server(WORKERS=1, RATE_LIMITS="off")
    pages = []
    for number in range(8):
        hostile = f"{number}\n".encode() + b"/" * (255 * 1024)
        sent = requests.post(f"{server.url}/api/upload", files={"file": ("a.c", hostile)}, timeout=20).json()
        pages.append(f"{server.url}/view/{sent['uuid']}")

    with ThreadPoolExecutor(len(pages)) as visitors:
        shown = [visitors.submit(requests.get, page, timeout=60) for page in pages]
        slowest = max(requests.get(f"{server.url}/upload", timeout=20).elapsed.total_seconds() for _ in range(100))

    assert {each.result().status_code for each in shown} == {200}
    assert slowest < 1
