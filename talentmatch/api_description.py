"""The API's description: made once in a process, served as OpenAPI, and set as a page for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

# How the names of a list's pages begin in the description.
PAGE = "Paginated"
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def description() -> dict[str, Any]:
    """The OpenAPI description, the same for every caller."""
    return SchemaGenerator().get_schema(request=None, public=True)


class OnceGenerator(SchemaGenerator):
    """Hands out the description instead of making it for every request."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return description()


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API. ``parameters`` and ``body`` are rows of a table."""

    name: str
    anchor: str
    text: str
    parameters: list[list[str]]
    body: list[list[str]]
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """Everything under one word of the address."""

    name: str
    operations: list[Operation]


@dataclass(frozen=True)
class Shape:
    """What is sent under one name; ``fields`` are rows of a table."""

    name: str
    text: str
    fields: list[list[str]]


def sections() -> list[Section]:
    """The operations by subject, in the order of the addresses."""
    by_subject: dict[str, list[Operation]] = {}
    for path, operations in description()["paths"].items():
        for method in METHODS:
            if stated := operations.get(method):
                by_subject.setdefault(stated["tags"][0], []).append(operation(method, path, stated))
    return [Section(name, operations) for name, operations in by_subject.items()]


def operation(method: str, path: str, stated: dict[str, Any]) -> Operation:
    parameters = [
        [row["name"], row["in"], words(row["schema"]), first_line(row)]
        for row in stated.get("parameters", [])
    ]
    body = body_of(stated)
    return Operation(
        name=f"{method.upper()} {path}",
        anchor=stated["operationId"],
        text=stated.get("description", ""),
        parameters=parameters,
        body=field_rows(component(body)) if body else [],
        answers=[(code, answer(response)) for code, response in stated["responses"].items()],
    )


def body_of(stated: dict[str, Any]) -> dict[str, Any] | None:
    """The schema of what is sent with an operation."""
    content = stated.get("requestBody", {}).get("content", {})
    return next((sent["schema"] for sent in content.values()), None)


def shapes() -> list[Shape]:
    """What is sent under a name of its own; the bodies of operations are told where they are sent."""
    told = {
        name_of(body)
        for operations in description()["paths"].values()
        for method in METHODS
        if method in operations and (body := body_of(operations[method]))
    }
    return [
        Shape(name, schema.get("description", ""), field_rows(schema))
        for name, schema in components().items()
        if "properties" in schema and name not in told and not name.startswith(PAGE)
    ]


def components() -> dict[str, Any]:
    return description()["components"]["schemas"]


def component(schema: dict[str, Any]) -> dict[str, Any]:
    return components()[name_of(schema)]


def name_of(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def shape_name(schema: dict[str, Any]) -> str:
    name = name_of(schema)
    return f"a page of {name.removeprefix(PAGE).removesuffix('List')}" if name.startswith(PAGE) else name


def answer(response: dict[str, Any]) -> str:
    """What an answer holds, in words."""
    content = next(iter(response.get("content", {}).values()), None)
    return words(content["schema"]) if content else response.get("description", "") or "Nothing"


def field_rows(schema: dict[str, Any]) -> list[list[str]]:
    required = schema.get("required", [])
    return [
        [name, words(field), "yes" if name in required else "no", first_line(field)]
        for name, field in schema["properties"].items()
    ]


def first_line(stated: dict[str, Any]) -> str:
    """A description without the list of choices, which ``words`` gives."""
    text = str(stated.get("description", "")).partition("\n\n*")[0]
    return "" if text.startswith("*") else text


def words(schema: dict[str, Any]) -> str:
    """A type in words: text, list of text, one of several values, the name of a shape."""
    return " or ".join(dict.fromkeys(kinds(schema)))


def kinds(schema: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        named = component(schema)
        yield from kinds(named) if "enum" in named else [shape_name(schema)]
    for part in [*schema.get("allOf", []), *schema.get("oneOf", [])]:
        yield from kinds(part)
    if schema.get("type") == "array":
        item = words(schema["items"])
        yield item.replace("one of", "any of") if item.startswith("one of") else f"list of {item}"
    elif "enum" in schema:
        values = [str(value) for value in schema["enum"] if value not in ("", None)]
        yield f"one of {', '.join(values)}" if values else "empty"
    elif "type" in schema:
        yield {"date": "date", "date-time": "moment", "uri": "address"}.get(
            schema.get("format", ""),
            {"string": "text", "boolean": "true or false"}.get(schema["type"], schema["type"]),
        )
    if schema.get("nullable"):
        yield "null"
