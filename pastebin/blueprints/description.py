"""What a view says of itself for the OpenAPI document, beside its docstring and its gate.

Data only: every protocol may describe its views, and knows nothing of who
reads it. Schemas are called by their names in `schemas`, which is loaded, with
all that it takes, where somebody wants the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from pastebin.errors import PastebinError

View = TypeVar("View", bound=Callable[..., object])

SchemaName = str

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """One way in which a view answers when all goes well.

    `schema` is None where the body is no JSON; `headers` are those that a
    client may want, each with a sentence.
    """

    about: str
    schema: SchemaName | None = None
    media_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Description:
    """What a view takes and gives. Errors that follow from its gate are not listed again."""

    tag: str
    answers: Mapping[int, Answer]
    body: Mapping[str, SchemaName | None]
    body_needed: bool
    query: SchemaName | None
    path: Mapping[str, str]
    errors: tuple[type[PastebinError], ...]
    headers: Mapping[str, str] = field(default_factory=dict)


def describes(  # noqa: PLR0913 - all but two by their names
    tag: str,
    answers: Mapping[int, Answer],
    *,
    body: Mapping[str, SchemaName | None] | None = None,
    body_needed: bool = False,
    query: SchemaName | None = None,
    path: Mapping[str, str] | None = None,
    errors: tuple[type[PastebinError], ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Callable[[View], View]:
    """Describe a view.

    Args:
        tag: under which heading it stands.
        answers: by status.
        body: schemas of the request's body by media type; None for a body that is no form and no JSON.
        body_needed: whether a request without a body is refused.
        query: fields that may stand in the query.
        path: a sentence for each variable of the path.
        errors: what it may refuse with, beside what the gate and the reading of a body do.
        headers: a sentence for each header of its own that may be sent.
    """
    described = Description(tag, answers, body or {}, body_needed, query, path or {}, errors, headers or {})

    def attach(view: View) -> View:
        view.description = described  # type: ignore[attr-defined]  # functions carry what is hung on them
        return view

    return attach


def undocumented(view: View) -> View:
    """Mark a view that is no endpoint for clients: it answers what is not there."""
    view.description = None  # type: ignore[attr-defined]  # functions carry what is hung on them
    return view


def description_of(view: Callable[..., object]) -> Description | None:
    """What a view says of itself; None where it is no endpoint for clients.

    Raises:
        AttributeError: it says nothing.
    """
    return cast("Description | None", view.description)  # type: ignore[attr-defined]  # see `describes`
