"""Reading the product's own YAML data files; errors say which file, which entry and what is wrong."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# The one written in C takes a tenth of the time; YAML can be built without it.
SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Entry = dict[str, Any]


class DataFileError(Exception):
    """The data files can't be loaded; ``problems`` holds a line for each thing that is wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Field:
    """What an entry's field must be. ``choices`` may be codes of other entries, read before."""

    type: type | tuple[type, ...] = str
    required: bool = True
    choices: Collection[str] | None = None


@dataclass
class Problems:
    """Everything that is wrong, gathered so that one run tells it all."""

    lines: list[str] = field(default_factory=list)

    def add(self, path: Path, entry: str, text: str) -> None:
        self.lines.append(f"{path.name}, {entry}: {text}")

    def raise_if_any(self) -> None:
        """Raises DataFileError when something was added."""
        if self.lines:
            raise DataFileError(self.lines)


def read_entries(path: Path, *, key: str, shape: dict[str, Field], problems: Problems) -> list[Entry]:
    """The entries of one file that have the given shape; what is wrong with the others goes to ``problems``.

    ``key`` is the field that names an entry in messages and must be unique in the file.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=SafeLoader)  # noqa: S506 — it is a safe one
    except (OSError, yaml.YAMLError) as error:
        problems.add(path, "whole file", f"can't be read: {error}")
        return []
    if not isinstance(content, list):
        problems.add(path, "whole file", "must be a list of entries.")
        return []
    good, seen = [], set()
    for position, entry in enumerate(content, start=1):
        name = f"entry {position}"
        if not isinstance(entry, dict):
            problems.add(path, name, "must be a mapping of fields.")
            continue
        name = str(entry.get(key) or name)
        wrong = wrong_fields(entry, shape)
        if name in seen:
            wrong.append(f"{key} stands twice in the file.")
        seen.add(name)
        for text in wrong:
            problems.add(path, name, text)
        if not wrong:
            good.append(entry)
    return good


def wrong_fields(entry: Entry, shape: dict[str, Field], within: str = "") -> list[str]:
    """What is wrong with the fields of one mapping; ``within`` names the field that holds it, if one does."""
    wrong = [f"{within}unknown field {name!r}." for name in entry if name not in shape]
    for name, expected in shape.items():
        value = entry.get(name)
        if value in (None, "") and not expected.required:
            continue
        if value in (None, ""):
            wrong.append(f"{within}{name} is missing.")
        elif not isinstance(value, expected.type):
            wrong.append(f"{within}{name} is a {type(value).__name__}, which it can't be.")
        elif expected.choices is not None:
            values = value if isinstance(value, list) else [value]
            unknown = [str(one) for one in values if one not in expected.choices]
            if unknown:
                wrong.append(f"{within}{name}: {', '.join(unknown)} is not known.")
    return wrong
