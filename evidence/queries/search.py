"""Full-text search, with the same behaviour on SQLite (FTS5) and PostgreSQL (tsvector).

A query is words, "phrases in quotes" and -exclusions; the last word may be unfinished. Whatever else people
type (operators, quotes left open, emoji) is taken for text, never for syntax. Findings have an index of their
own, documents the other; each ranks a row by that row alone, so what is hidden has no part in the order.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

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
# Signs by which PostgreSQL would take words for one address or number, and what stands for them meanwhile.
SIGNS = "/@_<>&~:.-+"
STAND_INS = "".join(chr(0xE010 + number) for number, _ in enumerate(SIGNS))

_PART = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"[^\W_]+")


class HasKey(Protocol):
    """A finding, or what stands for it in a list."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class Index:
    """One table that is searched. ``names`` are the columns that weigh most, ``parts`` the others in turn.

    On SQLite its virtual table is called as the table with ``_search``, and has the columns in this order.
    ``weights`` are, for the names and each part, what a word found there is worth and how often it counts.
    """

    table: str
    names: tuple[str, ...]
    parts: tuple[str, ...]
    weights: tuple[tuple[float, int], ...]

    @property
    def virtual(self) -> str:
        return f"{self.table}_search"

    @property
    def columns(self) -> tuple[str, ...]:
        return self.names + self.parts


FINDINGS = Index(
    "evidence_finding", ("ref", "title"), ("text", "quote"), weights=((4.0, 4), (1.0, 8), (0.5, 8))
)
# What is called so comes before the findings that speak of it.
DOCUMENTS = Index("evidence_searchdocument", ("key", "title"), ("text",), weights=((10.0, 2), (1.0, 6)))
# The same parts as PostgreSQL weighs them: D, C, B, A.
_LABELS = ("{0,0,0,1}", "{0,0,1,0}", "{0,1,0,0}")


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


def is_searchable(terms: Sequence[Term]) -> bool:
    """Whether there is a word to look for, and not only signs or exclusions."""
    return any(not term.excluded for term in terms)


def matching(findings: QuerySet[Finding], text: str) -> QuerySet[Finding]:
    """The findings that match a typed query, each with ``rank`` (higher is better).

    None match a query without a word to look for (only signs, or only exclusions).
    """
    return ranked(found_in(FINDINGS, findings, terms_of(text)), FINDINGS, terms_of(text))


def found_in(index: Index, rows: QuerySet[Any], terms: Sequence[Term]) -> QuerySet[Any]:
    """Those of the rows of an index's table that match."""
    if not is_searchable(terms):
        return rows.none()
    return rows.filter(pk__in=_keys(index, _query(terms)))


def ranked(rows: QuerySet[Any], index: Index, terms: Sequence[Term]) -> QuerySet[Any]:
    """The rows with ``rank``: how often what is looked for stands in each, names before texts."""
    if not is_searchable(terms):
        return rows.annotate(rank=Value(0.0))
    return rows.annotate(rank=_RANK[connection.vendor](index, [term for term in terms if not term.excluded]))


def _keys(index: Index, query: RawSQL) -> RawSQL:
    """The primary keys of all rows that match, whoever may see them."""
    look_up = {
        "postgresql": f"SELECT id FROM {index.table} WHERE search_vector @@ ({query.sql})",  # noqa: S608
        "sqlite": f"SELECT rowid FROM {index.virtual} WHERE {index.virtual} MATCH {query.sql}",  # noqa: S608
    }
    return RawSQL(look_up[connection.vendor], query.params)  # noqa: S611 — the query is a parameter of it


class _PostgreSQLRank(Func):
    output_field = FloatField()

    def __init__(self, index: Index, terms: Sequence[Term]) -> None:
        each = [_tsquery([term]) for term in terms]
        sums, parameters = [], []
        for label, (weight, most) in zip(_LABELS, index.weights, strict=False):
            hits = " + ".join(f"ts_rank_cd('{label}', ranked.search_vector, {query.sql})" for query in each)
            sums.append(f"{weight} * LEAST({hits}, {most})")
            parameters += [parameter for query in each for parameter in query.params]
        value = RawSQL(" + ".join(sums), parameters)  # noqa: S611 — fixed text; words are parameters
        super().__init__(value, F("pk"))
        self.template = "(SELECT %(expressions)s)"
        self.arg_joiner = f" FROM {index.table} AS ranked WHERE ranked.id = "


class _SQLiteRank(Func):
    output_field = FloatField()

    def __init__(self, index: Index, terms: Sequence[Term]) -> None:
        table = index.virtual
        groups = [index.names, *([part] for part in index.parts)]
        sums = []
        for group, (weight, most) in zip(groups, index.weights, strict=True):
            # A sign is put before each word that matches: as many as the text grows by.
            hits = " + ".join(
                f"length(highlight({table}, {index.columns.index(name)}, char(1), ''))"
                f" - length({table}.{name})"
                for name in group
            )
            sums.append(f"{weight} * min({hits}, {most})")
        super().__init__(Value(_fts5_query(terms)), F("pk"))
        self.template = f"(SELECT {' + '.join(sums)} FROM {table} WHERE {table} MATCH %(expressions)s)"  # noqa: S608
        self.arg_joiner = " AND rowid = "


_RANK: dict[str, Any] = {"postgresql": _PostgreSQLRank, "sqlite": _SQLiteRank}


def words_of(text: str) -> list[str]:
    """The words of a text as people write it, each once, in their order."""
    return list(dict.fromkeys(_WORD.findall(unicodedata.normalize("NFC", text).lower())))


def having(word: str) -> Q:
    """The findings in which a word stands."""
    return Q(pk__in=_keys(FINDINGS, _query([Term(words=(word,))])))


def numbers_of_findings(words: Sequence[str], *, most: int) -> dict[str, int]:
    """In how many findings each word stands, counted up to ``most``; one query.

    It counts what nobody may see too: for choosing words, never to be shown.
    """
    if not words:
        return {}
    found = [_keys(FINDINGS, _query([Term(words=(word,))])) for word in words]
    counts = [
        f"(SELECT count(*) FROM ({keys.sql} LIMIT {most}) AS counted)"  # noqa: S608
        for keys in found
    ]
    with connection.cursor() as cursor:
        # Fixed text; the words are parameters.
        cursor.execute(f"SELECT {', '.join(counts)}", [part for keys in found for part in keys.params])
        return dict(zip(words, cursor.fetchone(), strict=True))


class Passage(NamedTuple):
    """What is shown of a match: its title, and the place in its text, with what was looked for marked."""

    title: Markup
    text: Markup


def snippets(findings: Iterable[HasKey], text: str) -> dict[int, Markup]:
    """For each finding on a page the passage that matches, with what was looked for marked.

    One query for the whole page. Only title, text and quote of the given findings are shown, so the
    caller decides, by what it hands in, whose words appear.
    """
    found = passages(FINDINGS, [finding.pk for finding in findings], terms_of(text))
    return {key: passage.text for key, passage in found.items()}


def passages(index: Index, keys: Sequence[int], terms: Sequence[Term]) -> dict[int, Passage]:
    """By primary key, what is shown of these rows: from the first part that has a match; one query."""
    wanted = [term for term in terms if not term.excluded]
    if not keys or not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(*_PASSAGES[connection.vendor](index, wanted, list(keys)))
        return {key: Passage(_marked(title), _marked(text)) for key, title, text in cursor.fetchall()}


def _passages_on_postgresql(index: Index, terms: Sequence[Term], keys: list[int]) -> tuple[str, list[Any]]:
    query = _tsquery(terms, joined_by=" || ")
    shown, marks = "translate({}, %s, %s)", f"StartSel={MARK_START}, StopSel={MARK_END}"
    text = " || ' ' || ".join(index.parts)
    return (
        f"SELECT id, ts_headline('evidence_english', {shown.format('title')}, {query.sql}, %s),"  # noqa: S608
        f" ts_headline('evidence_english', {shown.format(text)}, {query.sql}, %s)"
        f" FROM {index.table} WHERE id = ANY(%s)",
        [
            *(SIGNS, STAND_INS, *query.params, f"{marks}, HighlightAll=true"),
            *(SIGNS, STAND_INS, *query.params, f"{marks}, MaxWords={SNIPPET_WORDS}, MinWords=15"),
            keys,
        ],
    )


def _passages_on_sqlite(index: Index, terms: Sequence[Term], keys: list[int]) -> tuple[str, list[Any]]:
    table = index.virtual
    column = index.columns.index
    title = f"highlight({table}, {column('title')}, '{MARK_START}', '{MARK_END}')"
    shown = [
        f"snippet({table}, {column(part)}, '{MARK_START}', '{MARK_END}', ' … ', {SNIPPET_WORDS})"
        for part in index.parts
    ]
    otherwise = "".join(f" WHEN instr({text}, '{MARK_START}') > 0 THEN {text}" for text in shown)
    places = ", ".join(["%s"] * len(keys))
    return (
        f"SELECT rowid, {title}, CASE{otherwise} ELSE {shown[0]} END"  # noqa: S608 — fixed names
        f" FROM {table} WHERE {table} MATCH %s AND rowid IN ({places})",
        [_fts5_query(terms), *keys],
    )


_PASSAGES: dict[str, Any] = {"postgresql": _passages_on_postgresql, "sqlite": _passages_on_sqlite}


_AS_TYPED = str.maketrans(STAND_INS, SIGNS)


def _marked(passage: str) -> Markup:
    safe = str(escape(" ".join(passage.translate(_AS_TYPED).split())))
    # The text is escaped; only our own two signs become markup.
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))  # noqa: S704


def _query(terms: Sequence[Term]) -> RawSQL:
    """The whole query in the language of the database's search."""
    return _tsquery(terms) if connection.vendor == "postgresql" else RawSQL("%s", [_fts5_query(terms)])


def _fts5_query(terms: Sequence[Term]) -> str:
    """FTS5 syntax with every word quoted, so that none is taken for an operator."""

    def phrase(term: Term) -> str:
        quoted = '"' + " ".join(term.words) + '"'
        return f"{quoted} *" if term.unfinished else quoted

    wanted = " AND ".join(phrase(term) for term in terms if not term.excluded)
    unwanted = "".join(f" NOT {phrase(term)}" for term in terms if term.excluded)
    return f"({wanted}){unwanted}" if unwanted else wanted


def _tsquery(terms: Sequence[Term], *, joined_by: str = " && ") -> RawSQL:
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
    return RawSQL(joined_by.join(parts), parameters)  # noqa: S611 — fixed text; what people typed is a parameter


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if character.isalnum()) or word
