"""The page of a file in a real browser: it shows what it should, and nothing in it runs."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.running import Server
from tests.screens import log_in, overflow

pytestmark = [pytest.mark.browser, pytest.mark.external]

# One red pixel.
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")
RUN = "document.title='it ran';fetch('https://elsewhere.invalid/')"
HOSTILE = {
    "a.html": f'<title>x</title><script>{RUN}</script><img src=x onerror="{RUN}">',
    "a.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUN}\"><script>{RUN}</script></svg>",
    "a.xml": f"<x xmlns:h='http://www.w3.org/1999/xhtml'><h:script>{RUN}</h:script></x>",
    "a.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><script>{RUN}</script></html>",
    "a.md": f"<script>{RUN}</script> [x](javascript:{RUN}) ![x](https://elsewhere.invalid/x.png)",
    "a.pdf": f"%PDF-1.4 /JS ({RUN})",
    "a.txt": f"</pre></main><script>{RUN}</script>",
    "a.js": RUN,
    "a\"><script>document.title='it ran'</script>.png": "GIF89a<script>" + RUN,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, only_own_settings: None) -> Iterator[Server]:
    """One for all of these tests: each has files of its own."""
    started = Server(tmp_path_factory.mktemp("viewing") / "served", RATE_LIMITS="off", WORKERS=1)
    yield started.start()
    started.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def upload(server: Server, content: bytes, name: str, **fields: str) -> dict[str, str]:
    files = {"file": (name, io.BytesIO(content))}
    answer = requests.post(f"{server.url}/api/upload", files=files, data=fields, timeout=20)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_nothing_hostile_runs_or_calls_out_on_the_page_of_a_file(server: Server, page: Page) -> None:
    outside: list[str] = []
    page.on("request", lambda request: outside.append(request.url) if server.url not in request.url else None)
    for name, content in HOSTILE.items():
        sent = upload(server, content.encode(), name)
        for address in (f"/view/{sent['uuid']}", f"/view/{sent['hash']}"):
            page.goto(server.url + address, wait_until="networkidle")
            assert page.title() in (sent["filename"], sent["hash"]), name
    assert not outside


def test_images_are_drawn(server: Server, page: Page) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'><rect width='30' height='20'/></svg>"
    for name, content, width in (("a.png", PNG, 1), ("a.svg", svg, 30)):
        for privacy in ("0", "1"):
            sent = upload(server, content, name, private=privacy)
            query = sent["url"].partition("?")[2]
            page.goto(f"{server.url}/view/{sent['uuid']}?{query}", wait_until="networkidle")
            assert page.eval_on_selector("main img", "image => image.naturalWidth") == width


def test_a_link_to_a_line_marks_it(server: Server, page: Page) -> None:
    sent = upload(server, b"".join(b"line %d\n" % number for number in range(1, 500)), "a.txt")
    page.goto(f"{server.url}/view/{sent['uuid']}#L300")

    assert page.text_content("span:target") == "300line 300\n"
    assert page.evaluate("document.querySelector(':target').getBoundingClientRect().top") >= 0
    assert page.evaluate("scrollY") > 0


def test_what_is_copied_is_the_text_without_its_numbers(server: Server, page: Page) -> None:
    text = "def f():\n\n    return '<&>'\n"
    sent = upload(server, text.encode(), "a.py")
    page.goto(f"{server.url}/view/{sent['uuid']}")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.lines'))")

    assert page.evaluate("getSelection().toString()").rstrip("\n") == text.rstrip("\n")


def test_nothing_is_wider_than_a_small_phone_or_breaks_the_policy(server: Server, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    contents = {
        "x" * 200 + ".txt": b"word " * 2000 + b"\n" + b"x" * 5000,
        "a.md": b"# " + b"x" * 300 + b"\n\n|" + b"a long cell|" * 20 + b"\n|" + b"-|" * 20 + b"\n\n`" + b"y" * 400,
        "a.bin": bytes(range(256)) * 4,
        "a.png": PNG,
        "a.mp3": b"\1\2\3",
        "a.mp4": b"\1\2\3",
    }  # fmt: skip
    for name, content in contents.items():
        for limit in ("", "3"):
            sent = upload(server, content, name, private="1", limit=limit)
            page.goto(f"{server.url}/view/{sent['uuid']}?{sent['url'].partition('?')[2]}")
            assert overflow(page) <= 0, (name, limit)
    assert not [complaint for complaint in complaints if "Content Security Policy" in complaint]


def test_an_owner_deletes_a_private_file_on_the_page_that_its_upload_led_to(server: Server, browser: Browser) -> None:
    """Without JavaScript, with which the upload page stays where it is."""
    page = browser.new_context(java_script_enabled=False).new_page()
    server.make_key("ann")
    log_in(page, server.url, "ann", "correct horse battery")
    page.goto(f"{server.url}/upload")
    page.set_input_files("#file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"mine"})
    page.select_option("#private", "1")
    page.locator("main form button[type=submit]").first.click()
    assert "key=" in page.url
    assert page.inner_text("#receipt-title") == "Uploaded"
    address = page.url

    page.click("#delete summary")
    page.click("#delete button")

    page.goto(address)
    assert page.inner_text("h1") == "404" or "no such file" in page.inner_text("main")
    page.context.close()


def test_after_a_limited_download_the_page_says_what_is_left(server: Server, page: Page) -> None:
    about = upload(server, b"twice", "twice.txt", limit="2")
    page.goto(f"{server.url}/view/{about['uuid']}")
    assert "can be downloaded 2 times" in page.inner_text("main")

    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    expect(page.get_by_text("can be downloaded once more")).to_be_visible()
    with page.expect_download():
        page.get_by_role("button", name="Download").click()
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_the_ways_to_see_a_markdown_text_look_like_a_choice(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/view/{upload(server, b'# Title', 'a.md')['uuid']}")
    switch = page.locator(".switch")

    assert switch.evaluate("each => getComputedStyle(each).listStyleType") == "none"
    assert "flex" in switch.evaluate("each => getComputedStyle(each).display")
