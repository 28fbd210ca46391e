"""What the documents name exists: commands, settings, files, addresses."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "templates/**/*.md", "tests/**/*.md", "evidence/**/*.md")
    for path in ROOT.glob(pattern)
)
# What the product writes for itself; not there in a fresh copy.
VAR = ROOT / "var"
# Read by tools and tests rather than by the settings.
OTHER_NAMES = {"TEST_REQUIRE", "CHROMIUM"}


def names_in_settings() -> set[str]:
    """Every name that the settings ask the environment for."""
    tree = ast.parse((ROOT / "talentmatch" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def names_in_example() -> list[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return [match[1] for line in lines if (match := re.match(r"#?([A-Z][A-Z_]+)=", line))]


def test_the_example_lists_every_setting_once() -> None:
    assert "SECRET_KEY" in names_in_settings()
    assert sorted(names_in_example()) == sorted(names_in_settings())


def test_every_setting_is_explained() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    settings_lines = [number for number, line in enumerate(lines) if re.match(r"#?[A-Z][A-Z_]+=", line)]
    assert [lines[number] for number in settings_lines if not lines[number - 1].startswith("# ")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_only_what_exists(document: Path) -> None:
    text = document.read_text()
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))
    commands = set(re.findall(r"manage\.py ([a-z_]+)", code))
    assert commands - set(get_commands()) == set(), "unknown commands"
    environment = set(re.findall(r"\b([A-Z]+(?:_[A-Z]+)+)=", code))
    assert environment - names_in_settings() - OTHER_NAMES == set(), "unknown settings"
    links = [link for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) if "://" not in link]
    assert [link for link in links if not (document.parent / link).exists()] == [], "broken links"
    top = "|".join(
        path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path != VAR
    )
    # Whole paths only: patterns and placeholders are left to the reader.
    paths = re.findall(rf"`((?:{top})/[\w./-]+)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == [], "unknown files"
