"""What a page says, taken out of its HTML as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

VOID = {"meta", "link", "img", "input", "br", "hr", "source", "wbr"}


@dataclass
class Element:
    """A node of a page: its tag, attributes, and what is in it."""

    tag: str
    attributes: dict[str, str | None]
    content: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(each if isinstance(each, str) else each.text for each in self.content)

    def all(self, tag: str) -> list[Element]:
        """Every element of that tag in it, in the page's order."""
        inner = [each for each in self.content if isinstance(each, Element)]
        return [found for each in inner for found in ([each] if each.tag == tag else []) + each.all(tag)]

    @property
    def everything(self) -> list[Element]:
        """Every element in it."""
        inner = [each for each in self.content if isinstance(each, Element)]
        return [found for each in inner for found in (each, *each.everything)]

    @property
    def foreign_scripts(self) -> list[Element]:
        """Every script in it that is none of our own modules: what markup of a stranger's would be."""
        return [
            each
            for each in self.all("script")
            if each["type"] != "module" or not each["src"].startswith("/static/modules/") or each.content
        ]

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute) or ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.open[-1].content.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> where <{self.open[-1].tag}> is open"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def read(html: str) -> Element:
    """The page as elements; fails where they do not nest."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is never closed"
    return reader.open[0]


def lines_of(page: Element) -> list[str]:
    """The lines of the text that a page shows, without their numbers."""
    (block,) = [each for each in page.all("pre") if each["class"].startswith("lines")]
    parts = [each for each in block.content if isinstance(each, Element)]
    lines = [line for part in parts for line in (part.content if part["class"] == "chunk" else [part])]
    assert all(isinstance(line, Element) for line in lines)
    assert [each["id"] for each in lines] == [f"L{number}" for number in range(1, len(lines) + 1)]
    return [_without_number(line) for line in lines]


def _without_number(line: Element) -> str:
    number, *rest = line.content
    assert isinstance(number, Element)
    assert number["href"] == f"#{line['id']}"
    text = Element("line", {}, rest).text
    assert text.endswith("\n")
    return text[:-1]


def facts_of(page: Element) -> dict[str, str]:
    """Every term of a page's lists of facts, and what is said of it."""
    return {
        term.text: " ".join(_fact(said).split())
        for each in page.all("dl")
        for term, said in zip(each.all("dt"), each.all("dd"), strict=True)
    }


def _fact(said: Element) -> str:
    """What is said, without the buttons that copy it."""
    return "".join(
        each if isinstance(each, str) else _fact(each)
        for each in said.content
        if isinstance(each, str) or each.tag != "button"
    )


def see(client: FlaskClient, address: str, **arguments: Any) -> Element:
    """The page `/view/ADDRESS`."""
    answer = client.get(f"/view/{address}", **arguments)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def title_of(page: Element) -> str:
    """What a browser's tab says."""
    return page.all("title")[0].text


def links_of(page: Element) -> list[str]:
    """Where it leads."""
    return [link["href"] for link in page.all("a")]
