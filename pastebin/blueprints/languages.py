"""The languages that a text can be said to be in: where it is uploaded, and on its page."""

from pastebin import filetypes
from pastebin.errors import FieldsInvalid

# The extension that a text in it has, and its words. In the order of the words, plain text first.
LANGUAGES: tuple[tuple[str, str], ...] = (
    ("txt", "Plain text"),
    ("sh", "Bash or shell"),
    ("c", "C"),
    ("cs", "C#"),
    ("cpp", "C++"),
    ("clj", "Clojure"),
    ("css", "CSS"),
    ("dart", "Dart"),
    ("diff", "Diff or patch"),
    ("docker", "Dockerfile"),
    ("ex", "Elixir"),
    ("erl", "Erlang"),
    ("go", "Go"),
    ("graphql", "GraphQL"),
    ("hs", "Haskell"),
    ("tf", "HCL or Terraform"),
    ("html", "HTML"),
    ("ini", "INI or settings"),
    ("java", "Java"),
    ("js", "JavaScript"),
    ("json", "JSON"),
    ("jl", "Julia"),
    ("kt", "Kotlin"),
    ("tex", "LaTeX"),
    ("lua", "Lua"),
    ("mak", "Makefile"),
    ("md", "Markdown"),
    ("nix", "Nix"),
    ("pl", "Perl"),
    ("php", "PHP"),
    ("ps1", "PowerShell"),
    ("py", "Python"),
    ("r", "R"),
    ("rb", "Ruby"),
    ("rs", "Rust"),
    ("scala", "Scala"),
    ("sql", "SQL"),
    ("swift", "Swift"),
    ("toml", "TOML"),
    ("ts", "TypeScript"),
    ("vue", "Vue"),
    ("xml", "XML"),
    ("yaml", "YAML"),
)

_BY_WORD = {word: extension for extension, words in LANGUAGES for word in words.casefold().split(" or ")}
_BY_WORD["text"] = "txt"  # pastebinit says so where nobody said anything


def parse_language(text: str) -> str:
    """The extension of a text in this language: any extension, with or without its dot, or one of the words above.

    Raises:
        FieldsInvalid: it is neither.
    """
    given = text.strip().casefold()
    extension = _BY_WORD.get(given) or given.removeprefix(".")
    if filetypes.extension_of_name(f"paste.{extension}") != extension:
        raise FieldsInvalid(
            "A language is an extension, such as py or md, of 1 to 16 of the characters a to z and 0 to 9.",
            fields=["language"],
        )
    return extension
