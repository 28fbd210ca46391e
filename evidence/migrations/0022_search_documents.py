"""Documents: what the search looks through besides findings, indexed as findings are.

On PostgreSQL both indexes now split words as SQLite does and keep the most common ones, so that a phrase means
the same on both. The column of findings is computed anew, which takes a minute for a million of them.
"""

import django.db.models.deletion
from django.db import migrations, models

# Signs by which PostgreSQL would take words for one address, file, number or tag.
VECTOR = "to_tsvector('evidence_english', translate({}, '/@_<>&~:.-+', '           '))"


def vector(*parts):
    """The index of these texts by weight; a word that nobody writes keeps phrases from running over a gap."""
    gap = "'zqgapzq ' || "
    weighted = [
        f"setweight({VECTOR.format(text if weight == 'A' else gap + text)}, '{weight}')"
        for text, weight in zip(parts, "ABC")
    ]
    return " || ".join(weighted)


def column(table, *parts):
    return (
        f"ALTER TABLE {table} ADD COLUMN search_vector tsvector GENERATED ALWAYS AS ({vector(*parts)}) STORED"
    )


POSTGRESQL = [
    "CREATE TEXT SEARCH DICTIONARY evidence_stem (TEMPLATE = snowball, Language = english)",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english"
    " ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, hword, hword_part, word"
    " WITH unaccent, evidence_stem",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english ALTER MAPPING FOR numword WITH unaccent, simple",
    "ALTER TABLE evidence_finding DROP COLUMN search_vector",
    column("evidence_finding", "ref || ' ' || title", "text", "quote"),
    "CREATE INDEX finding_search ON evidence_finding USING gin (search_vector)",
    column("evidence_searchdocument", "key || ' ' || title", "text"),
    "CREATE INDEX document_search ON evidence_searchdocument USING gin (search_vector)",
]
POSTGRESQL_BACK = [
    "DROP INDEX document_search",
    "ALTER TABLE evidence_searchdocument DROP COLUMN search_vector",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english"
    " ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english"
    " ALTER MAPPING FOR asciiword, asciihword, hword_asciipart WITH english_stem",
    "ALTER TEXT SEARCH CONFIGURATION evidence_english ALTER MAPPING FOR numword WITH simple",
    "ALTER TABLE evidence_finding DROP COLUMN search_vector",
    "ALTER TABLE evidence_finding ADD COLUMN search_vector tsvector GENERATED ALWAYS AS ("
    " setweight(to_tsvector('evidence_english', ref || ' ' || title), 'A')"
    " || setweight(to_tsvector('evidence_english', 'the ' || text), 'B')"
    " || setweight(to_tsvector('evidence_english', 'the ' || quote), 'C')) STORED",
    "CREATE INDEX finding_search ON evidence_finding USING gin (search_vector)",
    "DROP TEXT SEARCH DICTIONARY evidence_stem",
]
SQLITE = [
    "CREATE VIRTUAL TABLE evidence_searchdocument_search USING fts5("
    " key, title, text, content='evidence_searchdocument', content_rowid='id',"
    " tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')",
]
SQLITE_BACK = ["DROP TABLE evidence_searchdocument_search"]


def run(schema_editor, postgresql, sqlite):
    for statement in postgresql if schema_editor.connection.vendor == "postgresql" else sqlite:
        schema_editor.execute(statement)


def build(apps, schema_editor):
    run(schema_editor, POSTGRESQL, SQLITE)


def remove(apps, schema_editor):
    run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)
    # The triggers of what is searched call these functions, and are made again by the release that has them.
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype"
                " AND proname LIKE 'evidence\\_search\\_%'"
            )
            for (name,) in cursor.fetchall():
                schema_editor.execute(f"DROP FUNCTION {name}() CASCADE")
    else:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                " AND (name LIKE 'evidence\\_search\\_%' ESCAPE '\\' OR tbl_name = 'evidence_searchdocument')"
            )
            for (name,) in cursor.fetchall():
                schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0021_briefs"),
        ("partnerships", "0004_replies_and_due_dates"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("item", "Framework item"),
                            ("reference", "Reference"),
                            ("programme", "Programme"),
                            ("partnership", "Partnership"),
                            ("organisation", "Organisation"),
                            ("case-study", "Case study"),
                            ("self-report", "Self-report"),
                            ("file", "File"),
                        ],
                        editable=False,
                        max_length=12,
                    ),
                ),
                (
                    "is_copy",
                    models.BooleanField(
                        default=False,
                        editable=False,
                        help_text="Of a file: whether these are the words of its clean copy.",
                    ),
                ),
                ("key", models.CharField(editable=False, help_text="As its address has it.", max_length=80)),
                (
                    "detail",
                    models.CharField(
                        blank=True, editable=False, help_text="Its kind among its own.", max_length=20
                    ),
                ),
                ("title", models.TextField(blank=True, editable=False)),
                ("text", models.TextField(blank=True, editable=False)),
                (
                    "dated",
                    models.DateTimeField(
                        editable=False,
                        help_text="The newest first goes by it; empty for what has no day.",
                        null=True,
                    ),
                ),
                (
                    "case_study",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.casestudy",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.attachment",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.frameworkitem",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partnerships.organisation",
                    ),
                ),
                (
                    "partnership",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="partnerships.partnership",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.programme",
                    ),
                ),
                (
                    "reference",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.reference",
                    ),
                ),
                (
                    "self_report",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="evidence.selfreport",
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "key", "is_copy"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("item",),
                        name="one_search_document_of_item",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("reference",),
                        name="one_search_document_of_reference",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("programme",),
                        name="one_search_document_of_programme",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("partnership",),
                        name="one_search_document_of_partnership",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("organisation",),
                        name="one_search_document_of_organisation",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("case_study",),
                        name="one_search_document_of_case_study",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("self_report",),
                        name="one_search_document_of_self_report",
                        violation_error_message="There is a document of this already.",
                    ),
                    models.UniqueConstraint(
                        fields=("file", "is_copy"),
                        name="one_search_document_of_file",
                        violation_error_message="There is a document of this already.",
                    ),
                ],
            },
        ),
        migrations.RunPython(build, remove),
    ]
