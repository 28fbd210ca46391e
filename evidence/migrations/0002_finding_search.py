"""The full-text index of findings, kept by the database itself so that no write path can miss it.

PostgreSQL: a stored column over a configuration of our own (English stems, accents folded), with a GIN index.
SQLite: an FTS5 table; `evidence.search_index` makes its triggers after every migration. Neither is a model field: `evidence.queries.search` is its one reader.
"""

from django.db import migrations

# The stop word before text and quote keeps a phrase from matching across the end of one part and the
# beginning of the next, as it would where two vectors are joined without a gap.
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS unaccent",
    "CREATE TEXT SEARCH CONFIGURATION evidence_english (COPY = english)",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english"
    " ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem",
    "ALTER TABLE evidence_finding ADD COLUMN search_vector tsvector GENERATED ALWAYS AS ("
    " setweight(to_tsvector('evidence_english', ref || ' ' || title), 'A')"
    " || setweight(to_tsvector('evidence_english', 'the ' || text), 'B')"
    " || setweight(to_tsvector('evidence_english', 'the ' || quote), 'C')) STORED",
    "CREATE INDEX finding_search ON evidence_finding USING gin (search_vector)",
]
POSTGRESQL_BACK = [
    "DROP INDEX finding_search",
    "ALTER TABLE evidence_finding DROP COLUMN search_vector",
    "DROP TEXT SEARCH CONFIGURATION evidence_english",
]

SQLITE = [
    "CREATE VIRTUAL TABLE evidence_finding_search USING fts5("
    " ref, title, text, quote, content='evidence_finding', content_rowid='id',"
    " tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')",
]
SQLITE_BACK = [
    "DROP TRIGGER IF EXISTS evidence_finding_search_insert",
    "DROP TRIGGER IF EXISTS evidence_finding_search_delete",
    "DROP TRIGGER IF EXISTS evidence_finding_search_update",
    "DROP TABLE evidence_finding_search",
]


def run(schema_editor, postgresql, sqlite):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


def build(apps, schema_editor):
    run(schema_editor, POSTGRESQL, SQLITE)


def remove(apps, schema_editor):
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]

    operations = [migrations.RunPython(build, remove)]
