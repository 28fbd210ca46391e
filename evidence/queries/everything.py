"""The search over everything at once: what a person may find, in what order, and how many of each kind.

Findings are searched in their own index, all else among the documents. Both are narrowed to what the person
may see before anything is counted, ranked or cut, so hidden rows change neither numbers nor order.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils.text import Truncator
from markupsafe import Markup, escape

from evidence.models import (
    Attachment,
    CaseStudy,
    Finding,
    FrameworkItem,
    Reference,
    SearchDocument,
    SelfReport,
    Source,
    Visibility,
)
from evidence.models.refs import REF_ALPHABET
from evidence.queries.search import (
    DOCUMENTS,
    FINDINGS,
    Index,
    Term,
    as_markup,
    found_in,
    is_searchable,
    marked,
    ranked,
)
from evidence.queries.synonyms import terms_with_synonyms
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
# So many findings are put in order; of more, the newest.
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
    """What somebody finds with a query. Nothing is asked of the database before it is needed, and then once.

    Two queries find and number everything, whichever kinds are asked for; each page takes one more.
    """

    def __init__(
        self, person: Any, text: str, kinds: Iterable[str] = (), ordering: str = "relevance"
    ) -> None:
        self.person = person
        self.terms = terms_with_synonyms(text)
        self.kinds = set(kinds) or set(KINDS)
        self.ordering = ordering

    @property
    def is_searchable(self) -> bool:
        """Whether there is a word to look for."""
        return is_searchable(self.terms)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """How many of each kind there are; findings up to one more than ``MOST_FINDINGS``."""
        return Counter(row.match_kind for row in self._found)

    @property
    def has_more(self) -> bool:
        """Whether there are more findings than are put in order."""
        return FINDING in self.kinds and self.numbers.get(FINDING, 0) > MOST_FINDINGS

    def keys(self) -> set[str]:
        """What was found, as texts by which two findings of it can be compared."""
        return {f"{row.match_kind} {row.match_pk}" for row in self._listed}

    def count(self) -> int:
        """How many can be paged through."""
        return len(self._listed)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, rows: slice) -> list[Result]:
        return results([(row.match_kind, row.match_pk) for row in self._listed[rows]], self.terms)

    @cached_property
    def _listed(self) -> list[Any]:
        """What was found of the kinds asked for, without the oldest finding where there are too many."""
        listed = [row for row in self._found if row.match_kind in self.kinds]
        if self.has_more:
            findings = (row for row in listed if row.match_kind == FINDING)
            listed.remove(min(findings, key=lambda row: (row.match_dated, row.match_pk)))
        return listed

    @cached_property
    def _found(self) -> list[Any]:
        """Kind, primary key, rank and day of all that matches, in order."""
        if not self.is_searchable:
            return []
        findings = found_in(FINDINGS, Finding.objects.visible_to(self.person), self.terms)
        newest = findings.order_by("-created_at", "-pk").values("pk")[: MOST_FINDINGS + 1]
        documents = found_in(DOCUMENTS, SearchDocument.objects.visible_to(self.person), self.terms)
        rows = (
            ranked(Finding.objects.filter(pk__in=newest), FINDINGS, self.terms).annotate(
                match_kind=Value(FINDING), match_dated=F("created_at")
            ),
            ranked(documents, DOCUMENTS, self.terms).annotate(
                match_kind=F("kind"), match_dated=Coalesce("dated", Value(LONG_AGO))
            ),
        )
        first, second = (
            matches.order_by()
            .annotate(match_pk=F("pk"), match_rank=F("rank"))
            .values_list("match_kind", "match_pk", "match_rank", "match_dated", named=True)
            for matches in rows
        )
        return list(first.union(second, all=True).order_by(*_BY[self.ordering]))


# What is read of a finding and of a document to show it: names of ours, and paths.
OF_FINDINGS = {
    name: name for name in ("ref", "title", "text", "origin", "status", "visibility", "is_demonstration")
}
OF_DOCUMENTS = {
    "kind": "kind",
    "key": "key",
    "detail": "detail",
    "cited_as": "reference__cited_as",
    "study_status": "case_study__status",
    "study_visibility": "case_study__visibility",
    "report_status": "self_report__status",
    "finding": "file__finding__ref",
    "source": "file__source__ref",
    "case_study": "file__case_study__slug",
    "self_report": "file__self_report__ref",
    "demonstration_1": "organisation__is_demonstration",
    "demonstration_2": "case_study__is_demonstration",
    "demonstration_3": "self_report__round__is_demonstration",
    "demonstration_4": "file__is_demonstration",
}


def results(rows: Sequence[tuple[str, int]], terms: Sequence[Term]) -> list[Result]:
    """What stands in the rows of a page, in their order; one query.

    ``rows`` are kinds and primary keys of things that match, and that the person may see.
    """
    if not rows:
        return []
    findings = Finding.objects.filter(pk__in=[pk for kind, pk in rows if kind == FINDING])
    documents = SearchDocument.objects.filter(pk__in=[pk for kind, pk in rows if kind != FINDING])
    first, second = (
        _shown(findings, FINDINGS, OF_FINDINGS, terms),
        _shown(documents, DOCUMENTS, OF_DOCUMENTS, terms),
    )
    found = {
        (is_finding, pk): _result_of_finding(row, title, text)
        if is_finding
        else _result_of_document(row, title, text)
        for is_finding, pk, row, title, text in first.union(second, all=True)
        if title is not None and text is not None
    }
    # What was changed or deleted since it was found is left out.
    return [found[kind == FINDING, pk] for kind, pk in rows if (kind == FINDING, pk) in found]


def _shown(
    rows: QuerySet[Any], index: Index, columns: dict[str, str], terms: Sequence[Term]
) -> QuerySet[Any, Any]:
    title, text = marked(index, terms)
    return (
        rows.order_by()
        .annotate(
            is_finding=Value(index == FINDINGS),
            match_pk=F("pk"),
            row=JSONObject(**columns),
            match_title=title,
            match_text=text,
        )
        .values_list("is_finding", "match_pk", "row", "match_title", "match_text")
    )


def _result_of_finding(row: dict[str, Any], title: str, text: str) -> Result:
    return Result(
        kind=FINDING,
        kind_label="Finding",
        key=row["ref"],
        title=as_markup(title) or escape(Truncator(row["text"]).words(12)),
        text=as_markup(text),
        href=reverse("evidence:finding-detail", args=[row["ref"]]),
        details=[row["ref"]],
        origin=row["origin"],
        status="" if row["status"] == Finding.Status.PUBLISHED else row["status"],
        visibility="" if row["visibility"] == Finding.Visibility.PUBLIC else row["visibility"],
        is_demonstration=bool(row["is_demonstration"]),
    )


def _result_of_document(row: dict[str, Any], title: str, text: str) -> Result:
    if row["kind"] == SearchDocument.Kind.CASE_STUDY:
        text = _MARKDOWN.sub("", text)
    status, visibility = row["study_status"], row["study_visibility"]
    return Result(
        kind=row["kind"],
        kind_label=_label_of(row),
        key=row["key"],
        title=as_markup(title),
        text=as_markup(text),
        href=_address_of(row),
        details=_details_of(row),
        status=status if status and status != CaseStudy.Status.PUBLISHED else "",
        visibility=visibility if visibility and visibility != Visibility.PUBLIC else "",
        is_demonstration=any(row[name] for name in OF_DOCUMENTS if name.startswith("demonstration")),
    )


def _label_of(row: dict[str, Any]) -> str:
    if row["kind"] == SearchDocument.Kind.ITEM:
        return str(FrameworkItem.Kind(row["detail"]).label)
    return str(SearchDocument.Kind(row["kind"]).label)


def _details_of(row: dict[str, Any]) -> list[str]:
    """What tells one thing from others of its kind, on the line above its title."""
    kinds = SearchDocument.Kind
    if row["kind"] == kinds.ITEM:
        return [row["key"]]
    if row["kind"] == kinds.REFERENCE:
        return [row["cited_as"]]
    if row["kind"] == kinds.ORGANISATION:
        return [str(Organisation.Kind(row["detail"]).label)]
    if row["kind"] == kinds.SELF_REPORT:
        return [row["key"], str(SelfReport.Status(row["report_status"]).label)]
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


# What a file can belong to: what names it, its page, and the place there.
OWNERS = (
    ("finding", "evidence:finding-detail", "#files"),
    ("source", "evidence:source-detail", "#files"),
    ("case_study", "evidence:case-study-detail", "#files"),
    ("self_report", "evidence:report-detail", ""),
)


def _owner_of(row: dict[str, Any]) -> tuple[str, str]:
    """What a file belongs to in words, and where it is listed there."""
    name, page, place = next(owner for owner in OWNERS if row[owner[0]])
    words = "of a case study" if name == "case_study" else f"of {name.replace('_', '-')} {row[name]}"
    return words, reverse(page, args=[row[name]]) + place


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
