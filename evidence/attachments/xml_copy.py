"""Copying XML while it is read: element by element, so that memory stays flat, and nothing is expanded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from evidence.attachments.formats import Refused

BYTES_AT_A_TIME = 1 << 16
LONGEST_NAME_OR_VALUE = 1 << 20
DEEPEST = 200


@dataclass
class Budget:
    """How many elements may still be read, over all parts of one file."""

    elements: int

    def spend(self) -> None:
        self.elements -= 1
        if self.elements < 0:
            raise Refused("It holds more than can be looked into. Divide it into smaller files.")


@dataclass
class Element:
    """The start of an element. ``attributes`` are by name space and name; a value may be changed."""

    space: str
    name: str
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)


# Whether an element stays; False drops it with everything inside.
Rule = Callable[[Element], bool]
# The text of the element that was met last, as it stays.
TextRule = Callable[[str], str]


def unchanged(text: str) -> str:
    return text


class Copier:
    """Reads XML and writes it again, without comments, and without what the rule drops."""

    def __init__(self, copy: IO[bytes], rule: Rule, budget: Budget, text_rule: TextRule = unchanged) -> None:
        self.copy, self.rule, self.budget, self.text_rule = copy, rule, budget, text_rule
        self.declared: list[str] = []
        self.depth = self.dropping_from = self.unanswered = 0
        parser = expat.ParserCreate(namespace_separator="\n")
        parser.namespace_prefixes = True
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self.refuse
        parser.StartNamespaceDeclHandler = self.declare
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        self.parser = parser

    def read(self, source: IO[bytes]) -> None:
        """Copy all of it. Raises Refused for what is no XML, declares a type or entities, or is too deep."""
        self.write("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\n")
        try:
            while part := source.read(BYTES_AT_A_TIME):
                self.unanswered += len(part)
                self.parser.Parse(part, False)
                if self.unanswered > LONGEST_NAME_OR_VALUE:
                    raise Refused("It is damaged: a part of it has no end.")
            self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("It is damaged: a part of it can't be read.") from error

    def write(self, text: str) -> None:
        self.copy.write(text.encode())

    def refuse(self, *_: object) -> None:
        raise Refused("It defines entities or a document type, which no such file needs.")

    def declare(self, prefix: str | None, space: str | None) -> None:
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        self.declared.append(f" {name}={quoteattr(space or '')}")

    def start(self, name: str, listed: list[str]) -> None:
        self.budget.spend()
        self.unanswered = 0
        self.depth += 1
        if self.depth > DEEPEST:
            raise Refused("It is damaged: its parts lie too deep inside each other.")
        declared, self.declared = "".join(self.declared), []
        if self.dropping_from:
            return
        space, local, written = split(name)
        names = {split(name)[:2]: split(name)[2] for name in listed[::2]}
        element = Element(space, local, dict(zip(names, listed[1::2], strict=True)))
        if not self.rule(element):
            self.dropping_from = self.depth
            return
        attributes = "".join(f" {names[key]}={quoteattr(value)}" for key, value in element.attributes.items())
        self.write(f"<{written}{declared}{attributes}>")

    def end(self, name: str) -> None:
        if not self.dropping_from:
            self.write(f"</{split(name)[2]}>")
        elif self.dropping_from == self.depth:
            self.dropping_from = 0
        self.depth -= 1

    def text(self, text: str) -> None:
        self.unanswered = 0
        if not self.dropping_from:
            self.write(escape(self.text_rule(text), {"\r": "&#13;"}))


def split(name: str) -> tuple[str, str, str]:
    """Name space, name, and the name as it is written with its prefix."""
    parts = name.split("\n")
    if len(parts) == 1:
        return "", name, name
    space, local, *prefix = parts
    return space, local, f"{prefix[0]}:{local}" if prefix else local
