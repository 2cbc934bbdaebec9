"""Names that people give to things: files, API keys."""

from pastebin.errors import FieldsInvalid

LONGEST = 255


def check(name: str) -> str:
    """The name as it stands.

    Raises:
        FieldsInvalid: it is too long, or has invisible characters.
    """
    if len(name) > LONGEST or not name.isprintable():
        raise FieldsInvalid(f"A name has at most {LONGEST} characters, none of them invisible.", fields=["name"])
    return name
