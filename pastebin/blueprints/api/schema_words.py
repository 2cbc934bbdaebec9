"""JSON Schemas of the OpenAPI document for people: what kind a value is, in a few words, and an example of it."""

import json
from collections.abc import Mapping
from typing import Any

_REF = "#/components/schemas/"
_NO_BOUND = 10**9
_FORMATS = {
    "uuid": "a UUID", "uri": "an address", "date-time": "a time", "binary": "a file",
}  # fmt: skip
_TYPES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "`true` or `false`",
    "null": "`null`", "object": "an object", "array": "a list",
}  # fmt: skip


class Resolver:
    """Reads schemas, and those that they refer to."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas

    def whole(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema itself, where it only names another."""
        reference = schema.get("$ref")
        if not reference:
            return schema
        found: Mapping[str, Any] = self._schemas[reference.removeprefix(_REF)]
        return found

    def kind(self, schema: Mapping[str, Any]) -> str:
        """What a value is: `a whole number, 0 to 50`, `text, at most 255 characters`."""
        schema = self.whole(schema)
        if "enum" in schema:
            return " or ".join(f"`{_written(each)}`" for each in schema["enum"])
        types = schema.get("type", "object")
        names = [types] if isinstance(types, str) else list(types)
        if names == ["array"]:
            return f"a list: {self.kind(schema.get('items', {}))}"
        words = " or ".join(_word(name, schema) for name in names)
        return ", ".join(filter(None, [words, _bounds(schema)]))

    def example(self, schema: Mapping[str, Any], *, wanted_only: bool = False) -> Any:
        """A value that fits; of an object only what has to be there, where that is *wanted_only*."""
        schema = self.whole(schema)
        for several in ("examples", "enum"):
            if several in schema:
                return schema[several][0]
        if "properties" in schema:
            return self._object(schema, wanted_only=wanted_only)
        if schema.get("type") == "array":
            return [self.example(schema.get("items", {}))]
        return {"boolean": True, "integer": schema.get("minimum", 1), "number": 1}.get(str(schema.get("type")), "…")

    def _object(self, schema: Mapping[str, Any], *, wanted_only: bool) -> dict[str, Any]:
        needed = [*schema.get("required", ()), *(each["required"][0] for each in schema.get("anyOf", ())[:1])]
        every = schema["properties"]
        if wanted_only:
            names = needed or [name for name in every if every[name].get("examples", [None])[0]][:2]
        else:
            names = [name for name in every if name in needed]
        return {name: self.example(every[name]) for name in every if name in names}


def _word(name: str, schema: Mapping[str, Any]) -> str:
    return _FORMATS.get(str(schema.get("format")), _TYPES[name]) if name == "string" else _TYPES[name]


def _bounds(schema: Mapping[str, Any]) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if longest is not None:
        return f"{shortest} to {longest} characters" if shortest > 1 else f"at most {longest} characters"
    if least is None:
        return ""
    return f"from {least}" if most is None or most >= _NO_BOUND - 1 else f"{least} to {most}"


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
