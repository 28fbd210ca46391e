"""The review's data files: what each entry must hold, read and checked against one another."""

from dataclasses import dataclass
from pathlib import Path

from evidence.models import Citation, Coding, FrameworkItem, Reference
from partnerships.data_files import Entry, Field, Problems, read_entries, wrong_fields

DATA = Path(__file__).resolve().parent / "data"

ITEM_FILES = {
    "lessons.yaml": FrameworkItem.Kind.LESSON,
    "benefits.yaml": FrameworkItem.Kind.BENEFIT,
    "drivers.yaml": FrameworkItem.Kind.DRIVER,
    "barriers.yaml": FrameworkItem.Kind.BARRIER,
    "approaches.yaml": FrameworkItem.Kind.APPROACH,
    "outcomes.yaml": FrameworkItem.Kind.OUTCOME,
    "research_questions.yaml": FrameworkItem.Kind.RESEARCH_QUESTION,
}
RATED_KINDS = (FrameworkItem.Kind.DRIVER, FrameworkItem.Kind.BARRIER)
FINDING_FILES = (
    "findings_rationale.yaml",
    "findings_engagement.yaml",
    "findings_process.yaml",
    "findings_outcomes.yaml",
)


@dataclass(frozen=True)
class Review:
    """Everything the files say, checked; each list in the order of the review."""

    themes: list[Entry]
    references: list[Entry]
    programmes: list[Entry]
    items: list[Entry]
    statements: list[Entry]
    findings: list[Entry]
    synonyms: list[Entry]


def read_review(sectors: set[str], folder: Path = DATA) -> Review:
    """Read and check all files of ``folder``. ``sectors`` are the codes that entries may name.

    Raises DataFileError with every problem found.
    """
    problems = Problems()
    themes = read_entries(folder / "themes.yaml", key="slug", shape=THEME, problems=problems)
    references = read_entries(folder / "references.yaml", key="key", shape=REFERENCE, problems=problems)
    programmes = read_entries(folder / "programmes.yaml", key="slug", shape=PROGRAMME, problems=problems)
    synonyms = read_entries(folder / "synonyms.yaml", key="long", shape=SYNONYM, problems=problems)
    listed = {entry["key"]: entry["listed"] for entry in references}
    citation = {**CITATION, "reference": Field(choices=listed)}
    items = read_items(folder, {entry["slug"] for entry in themes}, sectors, problems)
    statements = read_statements(folder, items, problems)
    findings = read_findings(
        folder,
        {entry["slug"] for entry in programmes},
        sectors,
        {**CODING, "item": Field(choices={entry["code"] for _, entry in items})},
        citation,
        problems,
    )
    for path, entry in items:
        check_citations(path, entry["code"], entry["citations"], citation, listed, problems)
    for path, entry in findings:
        check_citations(path, entry["key"], entry["references"], citation, listed, problems)
    problems.raise_if_any()
    return Review(
        themes=themes,
        references=references,
        programmes=programmes,
        items=[entry for _, entry in items],
        statements=statements,
        findings=[entry for _, entry in findings],
        synonyms=synonyms,
    )


def read_items(
    folder: Path, themes: set[str], sectors: set[str], problems: Problems
) -> list[tuple[Path, Entry]]:
    """The framework items of all kinds; a parent stands before its children."""
    items: list[tuple[Path, Entry]] = []
    codes: set[str] = set()
    for name, kind in ITEM_FILES.items():
        path = folder / name
        shape = {
            **ITEM,
            "kind": Field(choices={kind.value}),
            "theme": Field(choices=themes),
            "sectors": Field(list, choices=sectors),
        }
        for entry in read_entries(path, key="code", shape=shape, problems=problems):
            if entry["code"] in codes:
                problems.add(path, entry["code"], "this code stands in another file too.")
            if entry.get("parent") and entry["parent"] not in codes:
                problems.add(path, entry["code"], f"its parent {entry['parent']} does not stand before it.")
            codes.add(entry["code"])
            items.append((path, entry))
    return items


def read_statements(folder: Path, items: list[tuple[Path, Entry]], problems: Problems) -> list[Entry]:
    """What people of a partnership rate: one statement for each driver and barrier, and for nothing else."""
    path = folder / "rating_statements.yaml"
    rated = [entry["code"] for _, entry in items if entry["kind"] in RATED_KINDS]
    shape = {**STATEMENT, "code": Field(choices=rated)}
    statements = read_entries(path, key="code", shape=shape, problems=problems)
    stated = {entry["code"] for entry in statements}
    for code in rated:
        if code not in stated:
            problems.add(path, code, "has no statement to be rated by.")
    return statements


def read_findings(
    folder: Path,
    programmes: set[str],
    sectors: set[str],
    coding: dict[str, Field],
    citation: dict[str, Field],
    problems: Problems,
) -> list[tuple[Path, Entry]]:
    """The claims of the review that rest on a citation."""
    shape = {
        **FINDING,
        "programme": Field(required=False, choices=programmes),
        "sectors": Field(list, choices=sectors),
    }
    findings: list[tuple[Path, Entry]] = []
    keys: set[str] = set()
    for name in FINDING_FILES:
        path = folder / name
        for entry in read_entries(path, key="key", shape=shape, problems=problems):
            if entry["key"] in keys:
                problems.add(path, entry["key"], "this key stands in another file too.")
            keys.add(entry["key"])
            check_codings(path, entry, coding, problems)
            findings.append((path, entry))
    return findings


def check_codings(path: Path, entry: Entry, shape: dict[str, Field], problems: Problems) -> None:
    seen = set()
    for coding in entry["codings"]:
        for text in wrong_fields(coding, shape, within="codings, "):
            problems.add(path, entry["key"], text)
        item, direction = str(coding.get("item")), coding.get("direction")
        if item in seen:
            problems.add(path, entry["key"], f"codings, item {item} stands twice.")
        seen.add(item)
        if item.startswith("Q") and direction != Coding.Direction.CONTEXT:
            problems.add(path, entry["key"], f"codings, item {item} is a question: its direction is context.")


def check_citations(
    path: Path,
    name: str,
    citations: list[Entry],
    shape: dict[str, Field],
    listed: dict[str, bool],
    problems: Problems,
) -> None:
    """A citation's state must agree with whether the review's list has the reference."""
    for citation in citations:
        for text in wrong_fields(citation, shape, within="citations, "):
            problems.add(path, name, text)
        reference, state = citation.get("reference"), citation.get("state")
        if reference in listed and listed[reference] == (state == Citation.State.UNRESOLVED):
            problems.add(path, name, f"citations, {reference} is {state}, but its entry says otherwise.")


THEME = {
    "slug": Field(),
    "title": Field(),
    "question": Field(),
    "introduction": Field(),
    "section": Field(),
    "order": Field(int),
}
REFERENCE = {
    "key": Field(),
    "type": Field(choices=Reference.Type.values),
    "authors": Field(list, required=False),
    "cited_as": Field(),
    "year": Field(int, required=False),
    "suffix": Field(required=False),
    "title": Field(required=False),
    "publisher": Field(required=False),
    "place": Field(required=False),
    "series": Field(required=False),
    "number": Field(required=False),
    "journal": Field(required=False),
    "volume": Field(required=False),
    "issue": Field(required=False),
    "pages": Field(required=False),
    "listed": Field(bool),
    "note": Field(required=False),
}
PROGRAMME = {
    "slug": Field(),
    "name": Field(),
    "short_name": Field(required=False),
    "description": Field(required=False),
    "note": Field(required=False),
}
CITATION = {
    "reference": Field(),
    "state": Field(choices=Citation.State.values),
    "printed": Field(),
    "note": Field(required=False),
}
CODING = {
    "item": Field(),
    "direction": Field(choices=Coding.Direction.values),
    "note": Field(required=False),
}
ITEM = {
    "code": Field(),
    "kind": Field(),
    "title": Field(),
    "statement": Field(),
    "plain_statement": Field(),
    "meaning": Field(),
    "counts_for": Field(),
    "counts_against": Field(required=False),
    "synonyms": Field(list, required=False),
    "theme": Field(),
    "group": Field(required=False),
    "sectors": Field(list),
    "section": Field(),
    "parent": Field(required=False),
    "citations": Field(list),
}
SYNONYM = {"short": Field(), "long": Field()}
STATEMENT = {
    "code": Field(),
    "statement": Field(),
    "question": Field(),
}
FINDING = {
    "key": Field(),
    "title": Field(),
    "text": Field(),
    "programme": Field(required=False),
    "section": Field(),
    "sectors": Field(list),
    "references": Field(list),
    "codings": Field(list),
}
