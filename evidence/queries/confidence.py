"""Judgements of confidence as people read them, and the evidence beneath them as it was and is.

What has changed since a judgement is told from what the reader may see; a change that they may not know of
is none for them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from evidence.models import (
    PRINCIPLES,
    AssessedFinding,
    AssessedIndicator,
    Assessment,
    Coding,
    Component,
    ComponentConcern,
    Finding,
    FrameworkItem,
    Source,
)
from evidence.queries.appraisals import QUALITY_COLUMNS
from partnerships.access import Permission, has_permission
from partnerships.models import Partnership

Indicator = AssessedIndicator.Kind
PRINCIPLES_BY_KEY = {principle.key: principle for principle in PRINCIPLES}

# Which indicators speak to which component, after the questions that GRADE-CERQual asks of each.
INDICATORS_OF: dict[str, tuple[str, ...]] = {
    Component.METHODS: (Indicator.SOURCES, Indicator.QUALITY),
    Component.COHERENCE: (Indicator.DIRECTIONS,),
    Component.ADEQUACY: (Indicator.PARTNERSHIPS, Indicator.LITERATURE),
    Component.RELEVANCE: (Indicator.SECTORS,),
}


def published_codings(person: Any, item: FrameworkItem | OuterRef) -> QuerySet[Coding]:
    """The codings to an item of the published findings that this person may see: what can be judged."""
    return Coding.objects.visible_to(person).filter(item=item, finding__status=Finding.Status.PUBLISHED)


def published_on(person: Any, items: Iterable[int]) -> QuerySet[Coding]:
    """The same for several items by their primary keys."""
    return Coding.objects.visible_to(person).filter(
        item__in=list(items), finding__status=Finding.Status.PUBLISHED
    )


def news_for(person: Any) -> QuerySet[Coding]:
    """For a query over judgements: the codings that each does not know, or not as they now are."""
    known = AssessedFinding.objects.filter(
        assessment=OuterRef(OuterRef("pk")), finding=OuterRef("finding"), direction=OuterRef("direction")
    )
    return published_codings(person, OuterRef("item")).filter(
        ~Exists(known) | Q(finding__updated_at__gt=OuterRef("made_at"))
    )


def assessments_for(person: Any) -> QuerySet[Assessment]:
    """The judgements that this person may read, each with ``is_stale`` and ``is_reworded``.

    Stale: evidence that the reader may see has come or changed since. Reworded: the item says something else
    than what was judged. The evaluation team also learns that evidence has gone.
    """
    assessments = Assessment.objects.visible_to(person).select_related("item", "made_by")
    stale: Any = Exists(news_for(person))
    if has_permission(person, Permission.READ_TEAM):
        stale = stale | Exists(AssessedFinding.objects.filter(assessment=OuterRef("pk")).filter(gone()))
    return assessments.annotate(is_stale=stale, is_reworded=Q(item__version__gt=F("item_version")))


def gone() -> Any:
    """That a finding judged is not published any more, or speaks to the item no more."""
    still = Coding.objects.filter(finding=OuterRef("finding"), item=OuterRef("assessment__item"))
    return ~Q(finding__status=Finding.Status.PUBLISHED) | ~Exists(still)


def current_assessments(person: Any) -> QuerySet[Assessment]:
    """Of each item the last judgement that this person may read."""
    later = Assessment.objects.visible_to(person).filter(item=OuterRef("item"))
    return assessments_for(person).filter(number=Subquery(later.order_by("-number").values("number")[:1]))


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that came, changed or went since a judgement."""

    ref: str
    title: str
    href: str
    what: str


def changes_since(person: Any, assessment: Assessment) -> list[Change]:
    """What the reader may see that has changed beneath a judgement since it was made."""
    return changes_beneath(person, [assessment])[assessment.pk]


def changes_beneath(person: Any, assessments: Sequence[Assessment]) -> dict[int, list[Change]]:
    """The same for judgements of different items, by their primary keys, in as many queries as for one."""
    changes: dict[int, list[Change]] = {assessment.pk: [] for assessment in assessments}
    by_item = {assessment.item_id: assessment for assessment in assessments}
    beneath = AssessedFinding.objects.filter(assessment__in=assessments)
    judged = {
        (assessment, finding): direction
        for assessment, finding, direction in beneath.values_list("assessment", "finding", "direction")
    }
    now = published_on(person, by_item).select_related("finding").order_by("finding__ref")
    for coding in now:
        assessment = by_item[coding.item_id]
        direction_then = judged.get((assessment.pk, coding.finding_id), "")
        if what := what_changed(coding, direction_then, assessment):
            changes[assessment.pk].append(change_to(coding.finding, what))
    if has_permission(person, Permission.READ_TEAM):
        lost = AssessedFinding.objects.visible_to(person).filter(gone(), assessment__in=assessments)
        for row in lost.select_related("finding").order_by("finding__ref"):
            what = "It is not published under this item any more."
            changes[row.assessment_id].append(change_to(row.finding, what))
    return changes


def what_changed(coding: Coding, direction_then: str, assessment: Assessment) -> str:
    """What is different about one coding, or nothing."""
    if not direction_then:
        return f"New: {coding.get_direction_display().lower()}."
    if direction_then != coding.direction:
        before = Coding.Direction(direction_then).label.lower()
        return f"Its direction was “{before}” and is “{coding.get_direction_display().lower()}”."
    return "Reworded." if coding.finding.updated_at > assessment.made_at else ""


def change_to(finding: Finding, what: str) -> Change:
    return Change(finding.ref, finding.title, finding.get_absolute_url(), what)


# The indicators, from the data


def derived_indicators(person: Any, item: FrameworkItem) -> dict[str, str]:
    """What the data says of the evidence beneath an item, in words, by indicator."""
    codings: list[Any] = list(
        published_codings(person, item).values(
            "direction", "finding", "finding__origin", "finding__source", "finding__source__kind"
        )
    )
    programme = [row for row in codings if row["finding__origin"] != Finding.Origin.LITERATURE]
    literature = [row for row in codings if row["finding__origin"] == Finding.Origin.LITERATURE]
    findings = Finding.objects.filter(pk__in=[row["finding"] for row in programme])
    partnerships = findings.exclude(partnerships=None).values_list("partnerships__name", flat=True)
    sectors = findings.exclude(sectors=None).values_list("sectors__name", flat=True)
    references = Finding.objects.filter(pk__in=[row["finding"] for row in literature])
    return {
        Indicator.SOURCES: sources_in_words(programme),
        Indicator.QUALITY: quality_in_words(findings),
        Indicator.DIRECTIONS: directions_in_words(programme),
        Indicator.PARTNERSHIPS: partnerships_in_words(set(partnerships)),
        Indicator.SECTORS: listed(Counter(sectors)) or "No finding names a sector",
        Indicator.LITERATURE: literature_in_words(
            literature, references.exclude(references=None).values("references").distinct().count()
        ),
    }


def sources_in_words(rows: list[dict[str, Any]]) -> str:
    """Distinct sources by kind, since several findings of one interview are one voice."""
    kinds = {row["finding__source"]: row["finding__source__kind"] for row in rows if row["finding__source"]}
    labels = Counter(Source.Kind(kind).label.lower() for kind in kinds.values())
    return f"{len(kinds)} in all: {listed(labels)}" if kinds else "None of the programme's own"


def quality_in_words(findings: QuerySet[Finding]) -> str:
    """How many findings were appraised, by themselves or by their source, and whether their method suits."""
    appropriateness = PRINCIPLES_BY_KEY["appropriateness"]
    columns = (QUALITY_COLUMNS["quality_of"], QUALITY_COLUMNS["quality_appropriateness"])
    steps = list(findings.values_list(*columns))
    appraised = [step for of, step in steps if of]
    labels = Counter(appropriateness.words(step) for step in appraised if step)
    return f"{len(appraised)} of {len(steps)} findings appraised{f': {listed(labels)}' if labels else ''}"


def directions_in_words(rows: list[dict[str, Any]]) -> str:
    labels = Counter(Coding.Direction(row["direction"]).label.lower() for row in rows)
    return listed(labels) or "No finding of the programme's own"


def partnerships_in_words(names: Iterable[str]) -> str:
    """How many of all partnerships, and which, as far as a line holds them."""
    named = sorted(names)
    shown = ", ".join(named) if len(named) <= 6 else f"{', '.join(named[:5])} and {len(named) - 5} more"
    return f"{len(named)} of {Partnership.objects.count()} partnerships{f': {shown}' if named else ''}"


def literature_in_words(rows: list[dict[str, Any]], publications: int) -> str:
    return f"{len(rows)} findings of the 2014 review, from {publications} publications"


def listed(counts: Counter[str]) -> str:
    """Counts in words, the largest first: "interview (6), workshop (2)"."""
    return ", ".join(f"{name} ({number})" for name, number in counts.most_common())


# Two judgements beside each other


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a judgement in words, and how it read in the judgement before."""

    name: str
    value: str
    before: str

    @property
    def is_changed(self) -> bool:
        return self.value != self.before


def with_parts(person: Any, assessments: QuerySet[Assessment]) -> QuerySet[Assessment]:
    """Judgements with their concerns, and with the indicators as far as this person may read them."""
    indicators = Prefetch("indicators", AssessedIndicator.objects.visible_to(person))
    return assessments.prefetch_related("concerns", indicators)


def parts_of(assessment: Assessment) -> dict[str, str]:
    """Everything a judgement ``with_parts`` says, in words, in the order in which it is read."""
    parts = {"Confidence": assessment.get_confidence_display(), "Explanation": assessment.explanation}
    concerns: dict[str, ComponentConcern] = {row.component: row for row in assessment.concerns.all()}
    for component in Component:
        row = concerns[component]
        parts[component.label] = f"{concern_in_words(row)}. {row.reason}".strip()
    for indicator in assessment.indicators.all():
        parts[f"Indicator: {indicator.get_kind_display().lower()}"] = indicator_in_words(indicator)
    return parts | ({"Dissent": assessment.dissent} if assessment.dissent else {})


def concern_in_words(row: ComponentConcern) -> str:
    """How much concern one component gives, and of what kind: "Minor (partial)"."""
    kind = f" ({row.get_relevance_display().lower()})" if row.relevance else ""
    return f"{row.get_concern_display()}{kind}"


def indicator_in_words(indicator: AssessedIndicator) -> str:
    """What the data said, and what it was read as instead."""
    corrected = f" Read as: {indicator.corrected} ({indicator.reason})" if indicator.corrected else ""
    return indicator.derived + corrected


def compared(assessment: Assessment, before: Assessment | None) -> list[Part]:
    """The parts of a judgement beside those of the one before it; without one, beside nothing new."""
    now, then = parts_of(assessment), parts_of(before) if before else {}
    names = [*now, *(name for name in then if name not in now)]
    if before is None:
        then = now
    return [Part(name, now.get(name, "Nothing"), then.get(name, "Nothing")) for name in names]
