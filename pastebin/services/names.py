"""Names that people give to things: files, API keys; and other lines of text."""

from pastebin.errors import FieldsInvalid

LONGEST = 255


def check(text: str, *, called: str = "name", at_most: int = LONGEST) -> str:
    """The line as it stands.

    Args:
        called: what it is, as its field is called.
        at_most: characters.

    Raises:
        FieldsInvalid: it is too long, or has invisible characters.
    """
    if len(text) > at_most or not text.isprintable():
        raise FieldsInvalid(f"A {called} has at most {at_most} characters, none of them invisible.", fields=[called])
    return text
