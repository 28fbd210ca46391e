"""The search over everything at once: what a person may find, in what order, and how many of each kind.

Findings are searched in their own index, all else among the documents. Both are narrowed to what the person
may see before anything is counted, ranked or cut, so hidden rows change neither numbers nor order.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.text import Truncator
from markupsafe import Markup, escape

from evidence.models import Attachment, Finding, FrameworkItem, Reference, SearchDocument, SelfReport, Source
from evidence.models.refs import REF_ALPHABET
from evidence.queries.search import (
    DOCUMENTS,
    FINDINGS,
    Passage,
    Term,
    found_in,
    is_searchable,
    passages,
    ranked,
    terms_of,
)
from partnerships.models import Organisation

FINDING = "finding"
KINDS = {
    FINDING: "Findings",
    SearchDocument.Kind.ITEM: "Framework items",
    SearchDocument.Kind.CASE_STUDY: "Case studies",
    SearchDocument.Kind.SELF_REPORT: "Self-reports",
    SearchDocument.Kind.FILE: "Files",
    SearchDocument.Kind.PARTNERSHIP: "Partnerships",
    SearchDocument.Kind.ORGANISATION: "Organisations",
    SearchDocument.Kind.REFERENCE: "References",
    SearchDocument.Kind.PROGRAMME: "Programmes",
}
ORDERINGS = {"relevance": "Best match first", "newest": "Newest first"}
# So many findings are counted and put in order; of more, the newest.
MOST_FINDINGS = 1_000
LONG_AGO = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
_BY = {
    "relevance": ("-match_rank", "-match_dated", "match_kind", "-match_pk"),
    "newest": ("-match_dated", "-match_rank", "match_kind", "-match_pk"),
}

_CODE = re.compile(r"[A-Za-z]\d{1,3}[A-Za-z]?")
_REF = re.compile(rf"([FPS])-[{REF_ALPHABET}]{{8}}")
# The signs of a narrative's headings, lists and stress.
_MARKDOWN = re.compile(r"[#*]+ ?")
_KEY = re.compile(r"[\w-]{3,40}")


@dataclass(frozen=True)
class Result:
    """One thing that was found, as a page or the API shows it. ``title`` and ``text`` are safe HTML."""

    kind: str
    kind_label: str
    key: str
    title: Markup
    text: Markup
    href: str
    details: Sequence[str] = ()
    origin: str = ""
    status: str = ""
    visibility: str = ""
    is_demonstration: bool = False


class Matches:
    """What somebody finds with a query. Nothing is asked of the database before it is needed."""

    def __init__(
        self, person: Any, text: str, kinds: Iterable[str] = (), ordering: str = "relevance"
    ) -> None:
        self.person = person
        self.terms = terms_of(text)
        self.kinds = list(kinds) or list(KINDS)
        self.ordering = ordering
        self._numbers: dict[str, int] | None = None

    @property
    def is_searchable(self) -> bool:
        """Whether there is a word to look for."""
        return is_searchable(self.terms)

    @property
    def numbers(self) -> dict[str, int]:
        """How many of each kind there are, whichever kinds are asked for; findings up to one more than
        ``MOST_FINDINGS``.
        """
        if self._numbers is None:
            self._numbers = self._counted() if self.is_searchable else {}
        return self._numbers

    @property
    def has_more(self) -> bool:
        """Whether there are more findings than are counted and put in order."""
        return FINDING in self.kinds and self.numbers.get(FINDING, 0) > MOST_FINDINGS

    def count(self) -> int:
        """How many can be paged through."""
        return sum(min(self.numbers.get(kind, 0), self._most(kind)) for kind in self.kinds)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, rows: slice) -> list[Result]:
        return results(self.person, list(self._in_order()[rows]), self.terms) if self.count() else []

    def _most(self, kind: str) -> int:
        return MOST_FINDINGS if kind == FINDING else self.numbers.get(kind, 0)

    def _findings(self, most: int) -> QuerySet[Finding]:
        found = found_in(FINDINGS, Finding.objects.visible_to(self.person), self.terms)
        newest = found.order_by("-created_at", "-pk").values("pk")[:most]
        return Finding.objects.filter(pk__in=newest).order_by()

    def _documents(self) -> QuerySet[SearchDocument]:
        return found_in(DOCUMENTS, SearchDocument.objects.visible_to(self.person).order_by(), self.terms)

    def _counted(self) -> dict[str, int]:
        findings = self._findings(MOST_FINDINGS + 1).annotate(match_kind=Value(FINDING))
        documents = self._documents().annotate(match_kind=F("kind"))
        numbers, more = (
            rows.values("match_kind").annotate(number=Count("pk")).values_list("match_kind", "number")
            for rows in (findings, documents)
        )
        return {kind: number for kind, number in numbers.union(more, all=True) if number}

    def _in_order(self) -> QuerySet[Any]:
        findings = self._findings(MOST_FINDINGS if FINDING in self.kinds else 0)
        documents = self._documents().filter(kind__in=self.kinds)
        rows = (
            ranked(findings, FINDINGS, self.terms).annotate(
                match_kind=Value(FINDING), match_dated=F("created_at")
            ),
            ranked(documents, DOCUMENTS, self.terms).annotate(
                match_kind=F("kind"), match_dated=Coalesce("dated", Value(LONG_AGO))
            ),
        )
        first, second = (
            matches.annotate(match_pk=F("pk"), match_rank=F("rank")).values_list(
                "match_kind", "match_pk", "match_rank", "match_dated"
            )
            for matches in rows
        )
        return first.union(second, all=True).order_by(*_BY[self.ordering])


def results(person: Any, rows: Sequence[tuple[Any, ...]], terms: Sequence[Term]) -> list[Result]:
    """What stands in the rows of a page, in their order; at most four queries.

    ``rows`` begin with kind and primary key, of things that the person may see.
    """
    findings = [pk for kind, pk, *_ in rows if kind == FINDING]
    documents = [pk for kind, pk, *_ in rows if kind != FINDING]
    found = {(FINDING, pk): result for pk, result in _findings(findings, terms)}
    found |= {("", pk): result for pk, result in _documents(documents, terms)}
    keys = [(FINDING if kind == FINDING else "", pk) for kind, pk, *_ in rows]
    return [found[key] for key in keys if key in found]


def _findings(keys: list[int], terms: Sequence[Term]) -> Iterable[tuple[int, Result]]:
    if not keys:
        return
    shown = passages(FINDINGS, keys, terms)
    columns = ("pk", "ref", "title", "text", "origin", "status", "visibility", "is_demonstration")
    for row in Finding.objects.filter(pk__in=keys).values(*columns):
        otherwise = Passage(escape(row["title"]), escape(Truncator(row["text"]).words(30)))
        title, text = shown.get(row["pk"], otherwise)
        yield (
            row["pk"],
            Result(
                kind=FINDING,
                kind_label="Finding",
                key=row["ref"],
                title=title or escape(Truncator(row["text"]).words(12)),
                text=text,
                href=reverse("evidence:finding-detail", args=[row["ref"]]),
                details=[row["ref"]],
                origin=row["origin"],
                status="" if row["status"] == Finding.Status.PUBLISHED else row["status"],
                visibility="" if row["visibility"] == Finding.Visibility.PUBLIC else row["visibility"],
                is_demonstration=row["is_demonstration"],
            ),
        )


MARKED_AS_DEMONSTRATION = ("organisation", "case_study", "self_report__round", "file")
OF_DOCUMENTS = (
    "pk",
    "kind",
    "key",
    "detail",
    "title",
    *(f"{path}__is_demonstration" for path in MARKED_AS_DEMONSTRATION),
    "reference__cited_as",
    "case_study__status",
    "case_study__visibility",
    "self_report__status",
    "file__finding__ref",
    "file__source__ref",
    "file__case_study__slug",
    "file__self_report__ref",
)


def _documents(keys: list[int], terms: Sequence[Term]) -> Iterable[tuple[int, Result]]:
    if not keys:
        return
    shown = passages(DOCUMENTS, keys, terms)
    for row in SearchDocument.objects.filter(pk__in=keys).values(*OF_DOCUMENTS):
        title, text = shown.get(row["pk"], Passage(escape(row["title"]), Markup()))
        status = row["case_study__status"]
        visibility = row["case_study__visibility"]
        yield (
            row["pk"],
            Result(
                kind=row["kind"],
                kind_label=str(_label_of(row)),
                key=row["key"],
                title=title,
                text=Markup(_MARKDOWN.sub("", text))  # noqa: S704 — it was safe, and only signs are taken away
                if row["kind"] == SearchDocument.Kind.CASE_STUDY
                else text,
                href=_address_of(row),
                details=_details_of(row),
                status=status if status and status != "published" else "",
                visibility=visibility if visibility and visibility != "public" else "",
                is_demonstration=any(row[f"{path}__is_demonstration"] for path in MARKED_AS_DEMONSTRATION),
            ),
        )


def _label_of(row: dict[str, Any]) -> str:
    if row["kind"] == SearchDocument.Kind.ITEM:
        return str(FrameworkItem.Kind(row["detail"]).label)
    return str(SearchDocument.Kind(row["kind"]).label)


def _details_of(row: dict[str, Any]) -> list[str]:
    """What tells one thing from others of its kind, on the line below its title."""
    kinds = SearchDocument.Kind
    if row["kind"] == kinds.ITEM:
        return [row["key"]]
    if row["kind"] == kinds.REFERENCE:
        return [row["reference__cited_as"]]
    if row["kind"] == kinds.ORGANISATION:
        return [str(Organisation.Kind(row["detail"]).label)]
    if row["kind"] == kinds.SELF_REPORT:
        return [row["key"], str(SelfReport.Status(row["self_report__status"]).label)]
    if row["kind"] == kinds.FILE:
        return [str(Attachment.Kind(row["detail"]).label), _owner_of(row)[0]]
    return []


def _address_of(row: dict[str, Any]) -> str:
    kinds = SearchDocument.Kind
    if row["kind"] == kinds.ITEM:
        return FrameworkItem(code=row["key"], kind=row["detail"]).get_absolute_url()
    if row["kind"] == kinds.FILE:
        return _owner_of(row)[1]
    page = "report" if row["kind"] == kinds.SELF_REPORT else row["kind"]
    return reverse(f"evidence:{page}-detail", args=[row["key"]])


# What a file can belong to: the column that names it, what it is called, and its page.
OWNERS = (
    ("file__finding__ref", "finding", "evidence:finding-detail", "#files"),
    ("file__source__ref", "source", "evidence:source-detail", "#files"),
    ("file__case_study__slug", "case study", "evidence:case-study-detail", "#files"),
    ("file__self_report__ref", "self-report", "evidence:report-detail", ""),
)


def _owner_of(row: dict[str, Any]) -> tuple[str, str]:
    """What a file belongs to in words, and where it is listed there."""
    column, name, page, place = next(owner for owner in OWNERS if row[owner[0]])
    words = f"of a {name}" if column.endswith("slug") else f"of {name} {row[column]}"
    return words, reverse(page, args=[row[column]]) + place


def address_of_code(person: Any, text: str) -> str:
    """Where a code, a ref or the key of a reference leads, typed alone: the page of what the person may see.

    Empty for anything else, also for what exists and is hidden.
    """
    typed = text.strip()
    thing: Any = None
    if ref := _REF.fullmatch(typed.upper()):
        model: Any = {"F": Finding, "P": SelfReport, "S": Source}[ref[1]]
        thing = model.objects.visible_to(person).filter(ref=typed.upper()).first()
    elif _CODE.fullmatch(typed):
        thing = FrameworkItem.objects.visible_to(person).filter(code__iexact=typed).first()
    elif _KEY.fullmatch(typed) and any(character.isdecimal() for character in typed):
        thing = Reference.objects.visible_to(person).filter(key__iexact=typed).first()
    return thing.get_absolute_url() if thing else ""
