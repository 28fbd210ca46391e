"""Full-text search, with the same behaviour on SQLite (FTS5) and PostgreSQL (tsvector).

A query is words, "phrases in quotes" and -exclusions; the last word may be unfinished. Whatever else people
type (operators, quotes left open, emoji) is taken for text, never for syntax. Findings have an index of their
own, documents the other; each ranks a row by that row alone, so what is hidden has no part in the order.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection
from django.db.models import F, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat
from markupsafe import Markup, escape

from evidence.models import Finding
from evidence.queries.stop_words import STOP_WORDS

# Characters nobody types, around what matched, until the text is escaped and they become <mark>.
MARK_START, MARK_END = "\ue000", "\ue001"
SNIPPET_WORDS = 30
MOST_TERMS = 20
SHORTEST_STEM = 4
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
    """One part of a query: words that must stand together, or what means the same; or that must be absent."""

    words: tuple[str, ...]
    excluded: bool = False
    unfinished: bool = False
    # Each of the words somewhere, and not one after the other.
    apart: bool = False
    # Other words, one after the other, that mean the same.
    others: tuple[tuple[str, ...], ...] = ()


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


def matching(findings: QuerySet[Finding], terms: Sequence[Term]) -> QuerySet[Finding]:
    """The findings that match the terms of a query, each with ``rank`` (higher is better).

    None match a query without a word to look for (only signs, or only exclusions).
    """
    return ranked(found_in(FINDINGS, findings, terms), FINDINGS, terms)


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


class _OnSQLite(Func):
    """What the virtual table says of the row with a key; its two expressions are the query and the key."""

    template = "(SELECT %(said)s FROM %(table)s WHERE %(table)s MATCH %(expressions)s)"
    arg_joiner = " AND rowid = "
    output_field = TextField()


def _rank_on_sqlite(index: Index, terms: Sequence[Term]) -> Func:
    table = index.virtual
    groups = [index.names, *([part] for part in index.parts)]
    sums = []
    for group, (weight, most) in zip(groups, index.weights, strict=True):
        # A sign is put before each word that matches: as many as the text grows by.
        hits = " + ".join(
            f"length(highlight({table}, {index.columns.index(name)}, char(1), '')) - length({table}.{name})"
            for name in group
        )
        sums.append(f"{weight} * min({hits}, {most})")
    query = Value(_fts5_query(terms))
    return _OnSQLite(query, F("pk"), said=" + ".join(sums), table=table, output_field=FloatField())


_RANK: dict[str, Any] = {"postgresql": _PostgreSQLRank, "sqlite": _rank_on_sqlite}


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


def snippets(findings: Iterable[HasKey], terms: Sequence[Term]) -> dict[int, Markup]:
    """For each finding on a page the passage that matches, with what was looked for marked.

    One query for the whole page. Only title, text and quote of the given findings are shown, so the
    caller decides, by what it hands in, whose words appear.
    """
    keys = [finding.pk for finding in findings]
    if not keys or not is_searchable(terms):
        return {}
    _, passage = marked(FINDINGS, terms)
    rows = Finding.objects.filter(pk__in=keys).order_by().annotate(passage=passage)
    return {key: as_markup(text) for key, text in rows.values_list("pk", "passage") if text is not None}


def marked(index: Index, terms: Sequence[Term]) -> tuple[Func, Func]:
    """Expressions for the title of a row that matches, and for the passage of its text that does.

    What was looked for is between signs, of which ``as_markup`` makes marks. For the rows of one page.
    """
    return _MARKED[connection.vendor](index, [term for term in terms if not term.excluded])


def _marked_on_postgresql(index: Index, terms: Sequence[Term]) -> tuple[Func, Func]:
    def headline(text: Any, options: str) -> Func:
        shown = Func(text, Value(SIGNS), Value(STAND_INS), function="translate")
        options = f"StartSel={MARK_START}, StopSel={MARK_END}, {options}"
        query = _tsquery(terms, joined_by=" || ")
        return Func(
            Value("evidence_english"),
            shown,
            query,
            Value(options),
            function="ts_headline",
            output_field=TextField(),
        )

    texts = [part for name in index.parts for part in (Value(" "), F(name))][1:]
    text = Concat(*texts, output_field=TextField()) if len(texts) > 1 else texts[0]
    return headline(F("title"), "HighlightAll=true"), headline(text, f"MaxWords={SNIPPET_WORDS}, MinWords=15")


def _marked_on_sqlite(index: Index, terms: Sequence[Term]) -> tuple[Func, Func]:
    table = index.virtual
    place = index.columns.index
    title = f"highlight({table}, {place('title')}, '{MARK_START}', '{MARK_END}')"
    shown = [
        f"snippet({table}, {place(part)}, '{MARK_START}', '{MARK_END}', ' … ', {SNIPPET_WORDS})"
        for part in index.parts
    ]
    # From the first part that has a match; from the first of all where only the names have one.
    cases = "".join(f" WHEN instr({text}, '{MARK_START}') > 0 THEN {text}" for text in shown)
    query = Value(_fts5_query(terms))
    return (
        _OnSQLite(query, F("pk"), said=title, table=table),
        _OnSQLite(query, F("pk"), said=f"CASE{cases} ELSE {shown[0]} END", table=table),
    )


_MARKED: dict[str, Any] = {"postgresql": _marked_on_postgresql, "sqlite": _marked_on_sqlite}


_AS_TYPED = str.maketrans(STAND_INS, SIGNS)


def as_markup(passage: str) -> Markup:
    """What ``marked`` gives as HTML: escaped, and our own signs turned into marks."""
    safe = str(escape(" ".join(passage.translate(_AS_TYPED).split())))
    # The text is escaped; only our own two signs become markup.
    return Markup(safe.replace(MARK_START, "<mark>").replace(MARK_END, "</mark>"))  # noqa: S704


def _query(terms: Sequence[Term]) -> RawSQL:
    """The whole query in the language of the database's search."""
    return _tsquery(terms) if connection.vendor == "postgresql" else RawSQL("%s", [_fts5_query(terms)])


def _beginning(word: str) -> str:
    """What begins with a word. SQLite takes beginnings to their stems too, in which a final y is an i."""
    if word.endswith("y") and len(word) > SHORTEST_STEM:
        return f'("{word}" * OR "{word[:-1]}" *)'
    return f'"{word}" *'


def _fts5_query(terms: Sequence[Term]) -> str:
    """FTS5 syntax with every word quoted, so that none is taken for an operator."""

    def phrase(words: Iterable[str]) -> str:
        return f'"{" ".join(words)}"'

    def part(term: Term) -> str:
        typed = [phrase([word]) for word in term.words] if term.apart else [phrase(term.words)]
        if term.unfinished:
            typed[-1] = _beginning(term.words[-1])
        ways = [" AND ".join(typed), *map(phrase, term.others)]
        return f"({' OR '.join(f'({way})' for way in ways)})"

    wanted = " AND ".join(part(term) for term in terms if not term.excluded)
    unwanted = "".join(f" NOT {part(term)}" for term in terms if term.excluded)
    return f"({wanted}){unwanted}" if unwanted else wanted


def _tsquery(terms: Sequence[Term], *, joined_by: str = " && ") -> RawSQL:
    """A tsquery expression with its parameters."""
    parts: list[str] = []
    parameters: list[str] = []
    for term in terms:
        ways, words = _ways_on_postgresql(term)
        parts.append(f"!! ({' || '.join(ways)})" if term.excluded else f"({' || '.join(ways)})")
        parameters += words
    return RawSQL(joined_by.join(parts), parameters)  # noqa: S611 — fixed text; what people typed is a parameter


def _ways_on_postgresql(term: Term) -> tuple[list[str], list[str]]:
    """The tsqueries any of which meets a term, and their parameters."""
    phrase = "phraseto_tsquery('evidence_english', %s)"
    typed = list(term.words) if term.apart else [" ".join(term.words)]
    parts, parameters = [phrase] * len(typed), typed
    if term.unfinished:
        # The last word as typed, or as the beginning of a longer one.
        parts[-1] = f"({phrase} || to_tsquery('simple', %s))"
        parameters = [*typed, f"{_without_accents(term.words[-1])}:*"]
    ways = [f"({' && '.join(parts)})", *[phrase] * len(term.others)]
    return ways, [*parameters, *map(" ".join, term.others)]


def _without_accents(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(character for character in decomposed if character.isalnum()) or word
