"""Full-text search of findings, with the same behaviour on SQLite (FTS5) and PostgreSQL (tsvector).

A query is words, "phrases in quotes" and -exclusions; the last word may be unfinished. Whatever else people
type (operators, quotes left open, emoji) is taken for text, never for syntax.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from markupsafe import Markup, escape

from evidence.models import Finding
from evidence.queries.stop_words import STOP_WORDS

# Characters nobody types, around what matched, until the text is escaped and they become <mark>.
MARK_START, MARK_END = "\ue000", "\ue001"
SNIPPET_WORDS = 30
MOST_TERMS = 20

_INDEX = "evidence_finding_search"
_PART = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"\w+")


class HasKey(Protocol):
    """A finding, or what stands for it in a list."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Term:
    """One part of a query: the words that must stand together, and whether they must be absent."""

    words: tuple[str, ...]
    excluded: bool = False
    unfinished: bool = False


def terms_of(text: str) -> list[Term]:
    """The terms of a typed query; empty when nothing in it can be searched for.

    Stop words are left out, but not from a phrase with other words.
    """
    text = unicodedata.normalize("NFC", text)
    terms = []
    for minus, phrase, word in _PART.findall(text):
        if words := tuple(found.lower() for found in _WORD.findall(phrase or word)):
            terms.append(Term(words=words, excluded=bool(minus)))
    terms = [term for term in terms if not STOP_WORDS.issuperset(term.words)]
    terms = terms[:MOST_TERMS]
    ends_in_a_word = bool(text) and text[-1].isalnum()
    if terms and ends_in_a_word and not terms[-1].excluded and len(terms[-1].words) == 1:
        terms[-1] = Term(words=terms[-1].words, unfinished=True)
    return terms


def matching(findings: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """The findings that match a typed query, each with ``rank`` (higher is better).

    None match a query without a word to look for (only signs, or only exclusions).
    """
    terms = terms_of(text)
    if not any(not term.excluded for term in terms):
        return findings.none().annotate(rank=Value(0.0))
    query = _tsquery(terms) if connection.vendor == "postgresql" else RawSQL("%s", [_fts5_query(terms)])
    keys, rank = _LOOK_UP[connection.vendor]
    found = RawSQL(keys.format(query.sql), query.params)  # noqa: S611 — the query is a parameter of it
    return findings.filter(pk__in=found).annotate(rank=rank(query, F("pk")))


class _PostgreSQLRank(Func):
    """How well a finding matches; its two expressions are the query and the finding's key."""

    template = "(SELECT ts_rank_cd(ranked.search_vector, %(expressions)s))"
    arg_joiner = ") FROM evidence_finding AS ranked WHERE ranked.id = ("
    output_field = FloatField()


class _SQLiteRank(Func):
    """As for PostgreSQL; the ref and the title weigh most, the quote least."""

    template = (
        "(SELECT -bm25(evidence_finding_search, 8.0, 8.0, 4.0, 2.0) FROM evidence_finding_search"
        " WHERE evidence_finding_search MATCH %(expressions)s)"
    )
    arg_joiner = " AND rowid = "
    output_field = FloatField()


_LOOK_UP = {
    "postgresql": ("SELECT id FROM evidence_finding WHERE search_vector @@ ({})", _PostgreSQLRank),
    "sqlite": (
        "SELECT rowid FROM evidence_finding_search WHERE evidence_finding_search MATCH {}",
        _SQLiteRank,
    ),
}


def words_of(text: str) -> list[str]:
    """The words of a text as people write it, each once, in their order."""
    return list(dict.fromkeys(_WORD.findall(unicodedata.normalize("NFC", text).lower())))


def having(word: str) -> Q:
    """The findings in which a word stands."""
    query = _query_of_word(word)
    keys, _ = _LOOK_UP[connection.vendor]
    return Q(pk__in=RawSQL(keys.format(query.sql), query.params))  # noqa: S611 — the word is a parameter


def numbers_of_findings(words: Sequence[str], *, most: int) -> dict[str, int]:
    """In how many findings each word stands, counted up to ``most``; one query.

    It counts what nobody may see too: for choosing words, never to be shown.
    """
    if not words:
        return {}
    keys, _ = _LOOK_UP[connection.vendor]
    queries = [_query_of_word(word) for word in words]
    counts = [
        f"(SELECT count(*) FROM ({keys.format(query.sql)} LIMIT {most}) AS counted)"  # noqa: S608
        for query in queries
    ]
    with connection.cursor() as cursor:
        # Fixed text; the words are parameters.
        cursor.execute(f"SELECT {', '.join(counts)}", [part for query in queries for part in query.params])
        return dict(zip(words, cursor.fetchone(), strict=True))


def _query_of_word(word: str) -> RawSQL:
    terms = [Term(words=(word,))]
    return _tsquery(terms) if connection.vendor == "postgresql" else RawSQL("%s", [_fts5_query(terms)])


def snippets(findings: Iterable[HasKey], text: str) -> dict[int, Markup]:
    """For each finding on a page the passage that matches, with what was looked for marked.

    One query for the whole page. Only title, text and quote of the given findings are shown, so the
    caller decides, by what it hands in, whose words appear.
    """
    keys = [finding.pk for finding in findings]
    terms = [term for term in terms_of(text) if not term.excluded]
    if not keys or not terms:
        return {}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            query = _tsquery(terms)
            options = f"StartSel={MARK_START}, StopSel={MARK_END}, MaxWords={SNIPPET_WORDS}, MinWords=15"
            cursor.execute(
                "SELECT id, ts_headline('evidence_english', text || ' ' || quote, "  # noqa: S608
                f"{query.sql}, %s) FROM evidence_finding WHERE id = ANY(%s)",
                [*query.params, options, keys],
            )
        else:
            places = ", ".join(["%s"] * len(keys))
            passage = f"snippet({_INDEX}, %s, '{MARK_START}', '{MARK_END}', ' … ', {SNIPPET_WORDS})"
            cursor.execute(
                # From the text; from the quote when only that has it (columns 2 and 3 of the index).
                f"SELECT rowid, CASE WHEN instr({passage}, '{MARK_START}') = 0"  # noqa: S608 — fixed names
                f" AND instr({passage}, '{MARK_START}') > 0 THEN {passage} ELSE {passage} END"
                f" FROM {_INDEX} WHERE {_INDEX} MATCH %s AND rowid IN ({places})",
                [2, 3, 3, 2, _fts5_query(terms), *keys],
            )
        return {key: _marked(passage) for key, passage in cursor.fetchall()}


def _marked(passage: str) -> Markup:
    safe = str(escape(passage))
    # The text is escaped; only our own two signs become markup.
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))  # noqa: S704


def _fts5_query(terms: list[Term]) -> str:
    """FTS5 syntax with every word quoted, so that none is taken for an operator."""

    def phrase(term: Term) -> str:
        quoted = '"' + " ".join(term.words) + '"'
        return f"{quoted} *" if term.unfinished else quoted

    wanted = " AND ".join(phrase(term) for term in terms if not term.excluded)
    unwanted = "".join(f" NOT {phrase(term)}" for term in terms if term.excluded)
    return f"({wanted}){unwanted}" if unwanted else wanted


def _tsquery(terms: list[Term]) -> RawSQL:
    """A tsquery expression with its parameters."""
    parts, parameters = [], []
    for term in terms:
        if term.unfinished:
            # The word as typed, or as the beginning of a longer one.
            part = "(plainto_tsquery('evidence_english', %s) || to_tsquery('simple', %s))"
            parameters += [term.words[0], f"{_without_accents(term.words[0])}:*"]
        else:
            part = "phraseto_tsquery('evidence_english', %s)"
            parameters.append(" ".join(term.words))
        parts.append(f"!! {part}" if term.excluded else part)
    return RawSQL(" && ".join(parts), parameters)  # noqa: S611 — fixed text; what people typed is a parameter


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if character.isalnum()) or word
