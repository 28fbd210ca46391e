"""What is confidential, so that reading it leaves a record; the one place where that is said.

A query of what is to be read asks ``with_reading``, which tells with the thing itself whether its reading is
still to be recorded. Whoever shows it calls ``record_reading`` of evidence/actions/readings.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Exists, Model, OuterRef, Q, QuerySet, Value, When

from evidence.models import CaseStudy, Finding, SelfReport, Source
from evidence.models.visibility import Visibility
from partnerships.access import Permission, has_permission
from partnerships.audit import head_in_query, once_a_day
from partnerships.audit_words import LIST

NOTHING = Q(pk__in=[])


def open_findings(person: Any, path: str) -> Q:
    """The review's own evidence; what everybody may read; what others may read and rests on no source, so
    that nobody's words are in it; and one's own draft.
    """
    status, shared = Finding.Status, [Visibility.PARTNERSHIPS, Visibility.FUNDER]
    published = {f"{path}status": status.PUBLISHED}
    return (
        Q(**{f"{path}origin": Finding.Origin.LITERATURE})
        | Q(**published, **{f"{path}visibility": Visibility.PUBLIC})
        | Q(**published, **{f"{path}visibility__in": shared, f"{path}quote": "", f"{path}source": None})
        | Q(**{f"{path}status": status.DRAFT, f"{path}created_by": person})
    )


def open_sources(person: Any, path: str) -> Q:
    """None: they are never for everybody."""
    return NOTHING


def open_studies(person: Any, path: str) -> Q:
    """A story for everybody, unless sources are shown with it; and the draft of those who write it."""
    study = CaseStudy.objects.filter(pk=OuterRef(f"{path}pk"))
    public = Q(**{f"{path}status": CaseStudy.Status.PUBLISHED, f"{path}visibility": Visibility.PUBLIC})
    if has_permission(person, Permission.READ_SHARED_WITH_FUNDER):
        public &= Q(~Exists(Source.objects.filter(case_study=OuterRef(f"{path}pk"))))
    own = study.filter(Q(created_by=person) | Q(evaluators=person), status=CaseStudy.Status.DRAFT)
    return public | Q(Exists(own))


def open_reports(person: Any, path: str) -> Q:
    """Those of one's own partnerships, and those of which one only knows."""
    readable = SelfReport.objects.read_by(person).filter(pk=OuterRef(f"{path}pk"))
    known = Q(~Exists(readable))
    if not has_permission(person, Permission.FILL_IN_REPORTS):
        return known
    return known | Q(**{f"{path}partnership__in": person.reported_partnership_ids})


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be confidential."""

    open_to: Callable[[Any, str], Q]  # for a person: what of it is no matter for the record
    verb: str
    key: str  # the field by which people name it


KINDS: dict[type[Model], Kind] = {
    Finding: Kind(open_findings, "finding.read", "ref"),
    Source: Kind(open_sources, "source.read", "ref"),
    CaseStudy: Kind(open_studies, "case-study.read", "slug"),
    SelfReport: Kind(open_reports, "self-report.read", "ref"),
}


def with_reading(
    person: Any,
    things: QuerySet[Any],
    of: type[Model] | None = None,
    path: str = "",
    *,
    in_list: bool = False,
) -> Any:
    """The things with ``reading_due``: whether this person's reading of each is to be recorded.

    It is empty where the thing is not confidential for this person or was read today already, otherwise the
    head of the audit record at this moment. ``of`` and ``path`` name what is shown with them, where it is not
    the things themselves. ``in_list`` asks for the list of them instead. It takes no further query.
    """
    if not person.is_authenticated:
        return things.annotate(reading_due=Value("", output_field=CharField()))
    model = of or things.model
    kind = KINDS[model]
    key = Value(LIST) if in_list else OuterRef(f"{path}{kind.key}")
    due = Case(
        When(kind.open_to(person, path), then=Value("")),
        once_a_day(by=person, verb=kind.verb, target=model, key=key),
        default=head_in_query(),
        output_field=CharField(),
    )
    return things.annotate(reading_due=due)
