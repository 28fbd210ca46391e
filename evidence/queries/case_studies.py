"""What the pages of case studies and sources show besides the rows themselves."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from evidence.models import CaseStudy, Source, Wave
from evidence.queries.bearing import with_findings
from partnerships.models import Partnership


def sources_of(person: Any, study: CaseStudy) -> QuerySet[Source]:
    """The sources of a case study that this person may see, oldest first, each with ``finding_count``."""
    sources = Source.objects.visible_to(person).filter(case_study=study).select_related("respondent_sector")
    return with_findings(person, sources, "source").order_by("collected_on", "pk")


@dataclass(frozen=True)
class Interviews:
    """How many interviews were planned, and how many were held."""

    planned: int | None
    held: int


def interviews_of(study: CaseStudy, sources: list[Source]) -> Interviews:
    held = sum(source.kind == Source.Kind.INTERVIEW for source in sources)
    return Interviews(planned=study.planned_interviews, held=held)


Options = list[tuple[str, str, None, bool]]


def filter_options(person: Any, chosen: dict[str, list[str]]) -> dict[str, Options]:
    """The partnerships and waves that there are case studies of, to choose from; two queries."""
    studies = CaseStudy.objects.visible_to(person)
    partnerships = Partnership.objects.visible_to(person).filter(pk__in=studies.values("partnership"))
    waves = Wave.objects.visible_to(person).filter(pk__in=studies.values("wave"))
    return {
        "partnership": [
            (slug, name, None, slug in chosen["partnership"])
            for slug, name in partnerships.values_list("slug", "name")
        ],
        "wave": [(str(wave.number), str(wave), None, str(wave.number) in chosen["wave"]) for wave in waves],
    }
