"""What keeps the search in step with what it looks through, whatever writes it: triggers of the database.

Findings are indexed as they are: on SQLite by a virtual table, on PostgreSQL by a column that the database
computes. All else has a row of `SearchDocument`, which triggers write when the thing changes, and which
is indexed in the same way. The words of self-reports and of files need more than SQL: actions write these.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

FINDINGS = "evidence_finding"
DOCUMENTS = "evidence_searchdocument"
# The virtual table of SQLite over the columns of each table; its name is the table's with "_search".
COLUMNS = {FINDINGS: ("ref", "title", "text", "quote"), DOCUMENTS: ("key", "title", "text")}
PREFIX = "evidence_search_"
WRITTEN = ("key", "detail", "title", "text", "dated")
# Functions that the databases call differently.
JOINED = {"sqlite": "group_concat", "postgresql": "string_agg"}
LIST = {"sqlite": "json_each", "postgresql": "jsonb_array_elements_text"}


@dataclass(frozen=True)
class Watch:
    """A change in a table, and of which things it changes the words. NEW and OLD are the changed row."""

    table: str
    event: str
    which: str


@dataclass(frozen=True)
class Kind:
    """How the documents of one kind are made: their words, from which tables, and what changes them.

    ``{joined}`` and ``{list}`` stand for the database's own functions.
    """

    name: str
    column: str
    key: str
    title: str
    text: str
    tables: str
    watched: tuple[Watch, ...]
    detail: str = "''"
    dated: str = "NULL"
    only: str = "it.id IS NOT NULL"
    is_copy: bool = False
    # Actions write the text of this kind; the triggers leave it alone.
    keeps_text: bool = False

    @property
    def table(self) -> str:
        """The table of the things themselves: the first one, with the alias ``it``."""
        return self.tables.split(" ", 1)[0]

    def refresh(self, vendor: str, which: str) -> str:
        """The statement that writes the documents of the things that ``which`` chooses."""
        columns = [name for name in WRITTEN if not (self.keeps_text and name == "text")]
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
        words = f"{self.key}, {self.detail}, {self.title}, {self.text}, {self.dated}"
        words = words.format(joined=JOINED[vendor], list=LIST[vendor])
        is_copy = {"sqlite": int, "postgresql": bool}[vendor](self.is_copy)
        unique = f"{self.column}, is_copy" if self.column == "file_id" else self.column
        return (
            f"INSERT INTO {DOCUMENTS} (kind, {self.column}, is_copy, {', '.join(WRITTEN)})"
            f" SELECT '{self.name}', it.id, {is_copy}, {words} FROM {self.tables}"
            f" WHERE {which} AND {self.only}"
            f" ON CONFLICT ({unique}) DO UPDATE SET {changes}"
        )


def lines(*parts: str) -> str:
    """SQL for these texts, each on a line of its own."""
    return " || '\n' || ".join(parts)


def inserted_or_changed(table: str, *columns: str) -> tuple[Watch, Watch]:
    this = "it.id = NEW.id"
    return Watch(table, "INSERT", this), Watch(table, f"UPDATE OF {', '.join(columns)}", this)


OF_PARTNERSHIP = Watch("partnerships_partnership", "UPDATE OF name", "it.partnership_id = NEW.id")
KINDS = (
    Kind(
        "item",
        "item_id",
        key="it.code",
        detail="it.kind",
        title="it.title",
        text=lines(
            "it.statement",
            "it.plain_statement",
            'it."group"',
            "COALESCE((SELECT {joined}(value, ' ') FROM {list}(it.synonyms) AS words), '')",
        ),
        tables="evidence_frameworkitem AS it",
        watched=inserted_or_changed(
            "evidence_frameworkitem",
            "code",
            "kind",
            "title",
            "statement",
            "plain_statement",
            '"group"',
            "synonyms",
        ),
    ),
    Kind(
        "reference",
        "reference_id",
        key="it.key",
        title="COALESCE(NULLIF(it.title, ''), it.cited_as)",
        text=lines(
            "it.cited_as",
            "COALESCE((SELECT {joined}(value, ' ') FROM {list}(it.authors) AS words), '')",
            "it.publisher",
            "it.place",
            "it.series",
            "it.journal",
            "it.note",
        ),
        tables="evidence_reference AS it",
        watched=inserted_or_changed(
            "evidence_reference",
            "key",
            "title",
            "cited_as",
            "authors",
            "publisher",
            "place",
            "series",
            "journal",
            "note",
        ),
    ),
    Kind(
        "programme",
        "programme_id",
        key="it.slug",
        title="it.name",
        text=lines("it.short_name", "it.description", "it.note"),
        tables="evidence_programme AS it",
        watched=inserted_or_changed(
            "evidence_programme", "slug", "name", "short_name", "description", "note"
        ),
    ),
    Kind(
        "partnership",
        "partnership_id",
        key="it.slug",
        title="it.name",
        text=lines(
            "it.operating_area",
            "COALESCE((SELECT {joined}(area.name, ' ') FROM partnerships_area AS area"
            " JOIN partnerships_partnership_areas AS pair ON pair.area_id = area.id"
            " WHERE pair.partnership_id = it.id), '')",
            "it.legal_form",
            "it.note",
        ),
        tables="partnerships_partnership AS it",
        watched=(
            *inserted_or_changed(
                "partnerships_partnership", "slug", "name", "operating_area", "legal_form", "note"
            ),
            Watch("partnerships_partnership_areas", "INSERT", "it.id = NEW.partnership_id"),
            Watch("partnerships_partnership_areas", "DELETE", "it.id = OLD.partnership_id"),
            Watch(
                "partnerships_area",
                "UPDATE OF name",
                "it.id IN (SELECT partnership_id FROM partnerships_partnership_areas WHERE area_id = NEW.id)",
            ),
        ),
    ),
    Kind(
        "organisation",
        "organisation_id",
        key="it.slug",
        detail="it.kind",
        title="it.name",
        text=lines("it.note", "it.charity_number", "it.company_number", "it.ukprn", "it.org_id"),
        tables="partnerships_organisation AS it",
        watched=inserted_or_changed(
            "partnerships_organisation",
            "slug",
            "kind",
            "name",
            "note",
            "charity_number",
            "company_number",
            "ukprn",
            "org_id",
        ),
    ),
    Kind(
        "case-study",
        "case_study_id",
        key="it.slug",
        title="partnership.name || ', wave ' || CAST(wave.number AS TEXT)",
        text=lines("it.narrative", "it.methods"),
        dated="COALESCE(it.published_at, it.created_at)",
        tables="evidence_casestudy AS it"
        " JOIN partnerships_partnership AS partnership ON partnership.id = it.partnership_id"
        " JOIN evidence_wave AS wave ON wave.id = it.wave_id",
        watched=(
            *inserted_or_changed(
                "evidence_casestudy",
                "slug",
                "partnership_id",
                "wave_id",
                "narrative",
                "methods",
                "published_at",
            ),
            OF_PARTNERSHIP,
            Watch("evidence_wave", "UPDATE OF number", "it.wave_id = NEW.id"),
        ),
    ),
    Kind(
        "self-report",
        "self_report_id",
        key="it.ref",
        title="partnership.name || ', ' || round.title",
        text="''",
        dated="COALESCE(it.submitted_at, it.invited_at)",
        tables="evidence_selfreport AS it"
        " JOIN partnerships_partnership AS partnership ON partnership.id = it.partnership_id"
        " JOIN evidence_round AS round ON round.id = it.round_id",
        watched=(
            *inserted_or_changed("evidence_selfreport", "ref", "submitted_at"),
            OF_PARTNERSHIP,
            Watch("evidence_round", "UPDATE OF title", "it.round_id = NEW.id"),
        ),
        keeps_text=True,
    ),
    *(
        Kind(
            "file",
            "file_id",
            key="it.ref",
            detail="it.kind",
            title="CASE it.description WHEN '' THEN it.name"
            " ELSE it.description || ' (' || it.name || ')' END",
            text="''",
            dated="it.created_at",
            tables="evidence_attachment AS it",
            watched=inserted_or_changed("evidence_attachment", "ref", "kind", "name", "description", "copy"),
            only=only,
            is_copy=is_copy,
            keeps_text=True,
        )
        for is_copy, only in (
            (False, "it.erased_at IS NULL"),
            (True, "it.erased_at IS NULL AND it.copy <> ''"),
        )
    ),
)


def triggers(vendor: str) -> dict[str, tuple[Watch, str]]:
    """By name, the triggers that a database needs: upon which change, and the statements they run."""
    found: dict[str, tuple[Watch, str]] = {}
    for kind in KINDS:
        name = f"{PREFIX}{kind.column.removesuffix('_id')}{'_copy' if kind.is_copy else ''}"
        for number, watch in enumerate(kind.watched):
            found[f"{name}_{number}"] = (watch, f"{kind.refresh(vendor, watch.which)};")
        gone = Watch(kind.table, "DELETE", "")
        found[f"{name}_gone"] = (gone, f"DELETE FROM {DOCUMENTS} WHERE {kind.column} = OLD.id;")
    found[f"{PREFIX}file_erased"] = (
        Watch("evidence_attachment", "UPDATE OF erased_at", ""),
        f"DELETE FROM {DOCUMENTS} WHERE file_id = NEW.id AND NEW.erased_at IS NOT NULL;",
    )
    if vendor == "sqlite":
        found |= {
            f"{table}_search_{event.split()[0].lower()}": (Watch(table, event, ""), statements)
            for table in COLUMNS
            for event, statements in index_statements(table)
        }
    return found


def index_statements(table: str) -> Iterator[tuple[str, str]]:
    """What SQLite's virtual table over a table needs upon each change of a row."""
    columns, index = COLUMNS[table], f"{table}_search"
    named, new = ", ".join(columns), ", ".join(f"NEW.{name}" for name in columns)
    add = f"INSERT INTO {index}(rowid, {named}) VALUES (NEW.id, {new});"
    remove = (
        f"INSERT INTO {index}({index}, rowid, {named})"
        f" VALUES ('delete', OLD.id, {', '.join(f'OLD.{name}' for name in columns)});"
    )
    yield "INSERT", add
    yield "DELETE", remove
    yield f"UPDATE OF {named}", f"{remove} {add}"


def ensure_search_triggers(using: str = "default", **kwargs: Any) -> None:
    """Make the triggers that are missing or of an earlier release, and what hangs on them anew.

    Runs after every ``migrate``: on SQLite, altering a table means making it anew, without its triggers.
    """
    connection = connections[using]
    tables = connection.introspection.table_names()
    if DOCUMENTS not in tables:
        return
    with connection.cursor() as cursor:
        if ENSURE[connection.vendor](cursor):
            for statement in refreshing(connection.vendor):
                cursor.execute(statement)


def drop_triggers_before_migrating(using: str = "default", plan: Any = (), **kwargs: Any) -> None:
    """On SQLite, take away the triggers that read other tables: none of these could be made anew otherwise.

    Runs before every ``migrate`` that has something to do; `ensure_search_triggers` puts them back.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            if name.startswith(PREFIX):
                cursor.execute(f"DROP TRIGGER {name}")


def refreshing(vendor: str) -> Iterator[str]:
    """The statements that write all documents but the texts of self-reports and files, and index them."""
    for kind in KINDS:
        yield kind.refresh(vendor, "it.id > 0")
    if vendor == "sqlite":
        for table in COLUMNS:
            yield f"INSERT INTO {table}_search({table}_search) VALUES ('rebuild')"


def ensure_on_sqlite(cursor: Any) -> bool:
    """Whether a trigger had to be made."""
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    present = dict(cursor.fetchall())
    stale = False
    for name, (watch, statements) in triggers("sqlite").items():
        definition = f"CREATE TRIGGER {name} AFTER {watch.event} ON {watch.table} BEGIN {statements} END"
        if present.get(name) != definition:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(definition)
            stale = True
    return stale


def ensure_on_postgresql(cursor: Any) -> bool:
    """The same, where a trigger calls a function of its name."""
    cursor.execute(
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid"
        " JOIN pg_class ON pg_class.oid = tgrelid AND pg_class.relnamespace = current_schema()::regnamespace"
        " WHERE NOT tgisinternal"
    )
    present = dict(cursor.fetchall())
    stale = False
    for name, (watch, statements) in triggers("postgresql").items():
        body = f"BEGIN {statements} RETURN NULL; END"
        if present.get(name) != body:
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$"
            )
            cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {watch.table}")
            cursor.execute(
                f"CREATE TRIGGER {name} AFTER {watch.event} ON {watch.table}"
                f" FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
            stale = True
    return stale


ENSURE = {"sqlite": ensure_on_sqlite, "postgresql": ensure_on_postgresql}
