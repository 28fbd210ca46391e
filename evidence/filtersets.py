"""Filters of the framework and its evidence, the same for pages, exports and the API."""

from collections.abc import Collection
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import F, QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from evidence.models import (
    PRINCIPLES,
    Assessment,
    CaseStudy,
    Coding,
    Confidence,
    Edition,
    Finding,
    FrameworkItem,
    Principle,
    Programme,
    Questionnaire,
    Reference,
    Round,
    SearchDocument,
    SelfReport,
    Source,
    Step,
    Theme,
    Visibility,
    Wave,
)
from evidence.models.finding import area_known_to
from evidence.queries.appraisals import State, appraised, judged
from evidence.queries.everything import KINDS, Matches
from evidence.queries.everything import ORDERINGS as SEARCH_ORDERINGS
from evidence.queries.references import with_cited
from evidence.queries.search import Term, matching
from evidence.queries.synonyms import terms_with_synonyms
from partnerships.filtersets import (
    LONGEST_QUERY,
    ChoicesFilter,
    FilterSet,
    KeysFilter,
    QueryFilter,
    YesNoFilter,
)
from partnerships.models import Organisation, Partnership, Sector

FIRST_YEAR = 1990
ORDERINGS: dict[str, tuple[Any, ...]] = {
    "newest": ("-created_at", "-pk"),
    "oldest": ("created_at", "pk"),
    "collected": (F("source__collected_on").asc(nulls_last=True), "-created_at", "-pk"),
    "-collected": (F("source__collected_on").desc(nulls_last=True), "-created_at", "-pk"),
    "relevance": ("-rank", "-created_at", "-pk"),
}
ORDERING_LABELS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "-collected": "Most recently collected first",
    "collected": "Longest ago collected first",
    "relevance": "Best match first",
}


class PlaceFilter(KeysFilter):
    """Where findings are from; it finds those alone of which the reader may know."""

    def filter(self, queryset: QuerySet, chosen: Collection[Any]) -> QuerySet:
        found = super().filter(queryset, chosen)
        return found.filter(area_known_to(self.parent.request.user)) if chosen else found


def waves() -> list[tuple[str, str]]:
    return [(str(wave.number), str(wave)) for wave in Wave.objects.all()]


@extend_schema_field(OpenApiTypes.INT)
class WaveFilter(ChoicesFilter):
    """The numbers of waves; described as such, since the limits of a column differ between databases."""


def years() -> list[tuple[str, str]]:
    """The years that evidence can be from, whether or not there is any: the choice tells nothing."""
    return [(str(year), str(year)) for year in range(timezone.localdate().year + 1, FIRST_YEAR - 1, -1)]


@extend_schema_field(OpenApiTypes.INT)
class YearFilter(ChoicesFilter):
    """Years in which evidence was collected; described as numbers, since there is a new one each year."""


class WaveOfFindingFilter(WaveFilter):
    """Findings of the waves' case studies, of those case studies and places that the reader may know of."""

    def filter(self, queryset: QuerySet, values: Collection[str]) -> QuerySet:
        if not values:
            return queryset
        person = self.parent.request.user
        studies = CaseStudy.objects.visible_to(person).filter(wave__number__in=values)
        return queryset.filter(area_known_to(person), source__case_study__in=studies.order_by().values("pk"))


class AtLeastFilter(django_filters.ChoiceFilter):
    """What was judged to reach a step of a principle, or a better one."""

    def __init__(self, principle: Principle) -> None:
        self.principle = principle
        super().__init__(choices=principle.choices, label=f"{principle.label}, at least")

    def filter(self, queryset: QuerySet, step: str) -> QuerySet:
        if not step:
            return queryset
        return queryset.filter(judged(queryset.model, **{f"{self.principle.key}__in": Step(step).and_better}))


class QualityFilterSet(FilterSet):
    """How the quality was judged; a finding's own appraisal goes before its source's."""

    quality = ChoicesFilter(choices=State.choices, method="by_state", label="Quality")
    (
        voice_at_least,
        appropriateness_at_least,
        triangulation_at_least,
        contribution_at_least,
        transparency_at_least,
    ) = map(AtLeastFilter, PRINCIPLES)

    def by_state(self, queryset: QuerySet, name: str, chosen: Collection[str]) -> QuerySet:
        if len(set(chosen)) != 1:
            return queryset
        rule = appraised(queryset.model)
        return queryset.filter(rule if State.APPRAISED in chosen else ~rule)


class FindingFilterSet(QualityFilterSet):
    """Which findings: what they speak to, where they come from, who may read them, what they say.

    ``item``, ``kind``, ``theme`` and ``direction`` hold of one and the same coding: ``item=L5`` with
    ``direction=challenges`` gives what challenges L5, not what speaks to L5 and challenges something else.
    """

    item = KeysFilter(FrameworkItem, "code", field_name="codings__item", label="Framework item")
    kind = ChoicesFilter(
        field_name="codings__item_kind", choices=FrameworkItem.Kind.choices, label="Kind of item"
    )
    theme = KeysFilter(Theme, "slug", field_name="codings__item__theme", label="Theme")
    direction = ChoicesFilter(
        field_name="codings__direction", choices=Coding.Direction.choices, label="Direction"
    )
    origin = ChoicesFilter(choices=Finding.Origin.choices, label="Origin")
    partnership = PlaceFilter(Partnership, "slug", field_name="partnerships", label="Partnership")
    programme_wide = YesNoFilter(field_name="programme_wide", label="Of the whole programme")
    organisation = PlaceFilter(Organisation, "slug", field_name="organisations", label="Organisation")
    sector = KeysFilter(Sector, "code", field_name="sectors", label="Sector")
    programme = KeysFilter(Programme, "slug", field_name="programme", label="Programme")
    reference = KeysFilter(Reference, "key", field_name="references", label="Reference")
    source_kind = ChoicesFilter(
        field_name="source__kind", choices=Source.Kind.choices, label="Kind of source"
    )
    source = PlaceFilter(Source, "ref", field_name="source", label="Source")
    case_study = PlaceFilter(CaseStudy, "slug", field_name="source__case_study", label="Case study")
    wave = WaveOfFindingFilter(
        field_name="source__case_study__wave__number", choices=waves, label="Wave of fieldwork"
    )
    year = YearFilter(field_name="source__collected_on__year", choices=years, label="Year of the evidence")
    status = ChoicesFilter(choices=Finding.Status.choices, label="Status")
    visibility = ChoicesFilter(choices=Finding.Visibility.choices, label="Who may read it")
    collected_after = django_filters.DateFilter(
        field_name="source__collected_on", lookup_expr="gte", label="Collected on or after"
    )
    collected_before = django_filters.DateFilter(
        field_name="source__collected_on", lookup_expr="lte", label="Collected on or before"
    )
    q = django_filters.CharFilter(method="with_words", max_length=LONGEST_QUERY, label="Words to look for")
    ordering = django_filters.ChoiceFilter(label="Order", choices=list(ORDERING_LABELS.items()))

    of_one_coding = ("item", "kind", "theme", "direction")

    class Meta:
        model = Finding
        fields: list[str] = []

    def __init__(self, *arguments: Any, about: FrameworkItem | None = None, **options: Any) -> None:
        """``about`` is the item whose page asks: whatever else is asked, the coding must be of it."""
        super().__init__(*arguments, **options)
        self.about = about

    def leaving_out(self, *names: str) -> QuerySet:
        return super().leaving_out(*names, "ordering")

    def narrowed(self, queryset: QuerySet, leave_out: Collection[str] = ()) -> QuerySet:
        rest = {*leave_out, *self.of_one_coding, "ordering"}
        queryset = self.with_coding(super().narrowed(queryset, rest), leave_out)
        return queryset if "ordering" in leave_out else self.in_order(queryset)

    def with_coding(self, queryset: QuerySet, leave_out: Collection[str]) -> QuerySet:
        """The findings with a coding that everything asked of codings holds of."""
        asked = self.asked_of_coding(leave_out)
        if not asked:
            return queryset
        return queryset.filter(pk__in=Coding.objects.filter(**asked).order_by().values("finding"))

    def asked_of_coding(self, leave_out: Collection[str] = ()) -> dict[str, Any]:
        """What one coding of a finding must meet, as conditions on codings."""
        asked: dict[str, Any] = {
            f"{self.filters[name].field_name.removeprefix('codings__')}__in": list(value)
            for name in self.of_one_coding
            if (value := self.form.cleaned_data[name]) and name not in leave_out
        }
        if self.about:
            asked["item"] = self.about
        return asked

    @cached_property
    def terms(self) -> list[Term]:
        """What is looked for, with synonyms; read once however often the findings are narrowed."""
        return terms_with_synonyms(self.form.cleaned_data.get("q") or "")

    def with_words(self, queryset: QuerySet, name: str, text: str) -> QuerySet:
        return matching(queryset, self.terms)

    def in_order(self, queryset: QuerySet) -> QuerySet:
        """As asked; else the best match first in a search, and the newest first everywhere else."""
        ranked = "rank" in queryset.query.annotations
        ordering = self.form.cleaned_data["ordering"] or "relevance"
        if ordering == "relevance" and not ranked:
            ordering = "newest"
        return queryset.order_by(*ORDERINGS[ordering])


def groups() -> list[tuple[str, str]]:
    """The review's headings, as choices."""
    names = (
        FrameworkItem.objects.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    )
    return [(name, name) for name in names]


class ItemOfKindFilterSet(FilterSet):
    """Items of one kind."""

    theme = KeysFilter(Theme, "slug", field_name="theme", label="Theme")
    group = ChoicesFilter(choices=groups, label="Heading in the review")
    sector = KeysFilter(Sector, "code", field_name="sectors", label="Sector")
    q = QueryFilter("code", "title", "statement", "plain_statement", "synonyms")

    class Meta:
        model = FrameworkItem
        fields: list[str] = []


class ItemFilterSet(ItemOfKindFilterSet):
    """Items of all kinds."""

    kind = ChoicesFilter(choices=FrameworkItem.Kind.choices, label="Kind")


class ReferenceFilterSet(FilterSet):
    listed = YesNoFilter(field_name="listed", label="In the review's list")
    cited = YesNoFilter(method="by_cited", label="Cited in the review's text")
    q = QueryFilter("key", "cited_as", "authors", "title", "publisher", "series")

    class Meta:
        model = Reference
        fields: list[str] = []

    def by_cited(self, queryset: QuerySet, name: str, cited: bool) -> QuerySet:
        marked: QuerySet[Any] = with_cited(queryset)
        return marked.filter(cited=cited)


class CaseStudyFilterSet(FilterSet):
    partnership = KeysFilter(Partnership, "slug", field_name="partnership", label="Partnership")
    wave = WaveFilter(field_name="wave__number", choices=waves, label="Wave")
    status = ChoicesFilter(choices=CaseStudy.Status.choices, label="Status")
    q = QueryFilter("partnership__name", "methods", "narrative")

    class Meta:
        model = CaseStudy
        fields: list[str] = []


class SourceFilterSet(QualityFilterSet):
    case_study = KeysFilter(CaseStudy, "slug", field_name="case_study", label="Case study")
    consent_scope = ChoicesFilter(choices=Visibility.choices, label="Consent")
    kind = ChoicesFilter(choices=Source.Kind.choices, label="Kind")
    collected_after = django_filters.DateFilter(
        field_name="collected_on", lookup_expr="gte", label="Collected on or after"
    )
    collected_before = django_filters.DateFilter(
        field_name="collected_on", lookup_expr="lte", label="Collected on or before"
    )

    class Meta:
        model = Source
        fields: list[str] = []


class AssessmentFilterSet(FilterSet):
    """Which judgements: of which items, and how much confidence they give."""

    item = KeysFilter(FrameworkItem, "code", field_name="item", label="Framework item")
    kind = ChoicesFilter(field_name="item__kind", choices=FrameworkItem.Kind.choices, label="Kind of item")
    confidence = ChoicesFilter(choices=Confidence.choices, label="Confidence")
    is_stale = YesNoFilter(field_name="is_stale", label="Out of date")

    class Meta:
        model = Assessment
        fields: list[str] = []


class EditionFilterSet(FilterSet):
    made_after = django_filters.DateFilter(
        field_name="made_at", lookup_expr="date__gte", label="Made on or after"
    )
    made_before = django_filters.DateFilter(
        field_name="made_at", lookup_expr="date__lte", label="Made on or before"
    )

    class Meta:
        model = Edition
        fields: list[str] = []


class RoundFilterSet(FilterSet):
    status = ChoicesFilter(choices=Round.Status.choices, label="Status")
    questionnaire = KeysFilter(Questionnaire, "slug", field_name="questionnaire", label="Questionnaire")

    class Meta:
        model = Round
        fields: list[str] = []


class SelfReportFilterSet(FilterSet):
    round = KeysFilter(Round, "slug", field_name="round", label="Round")
    partnership = KeysFilter(Partnership, "slug", field_name="partnership", label="Partnership")
    status = ChoicesFilter(choices=SelfReport.Status.choices, label="Status")

    class Meta:
        model = SelfReport
        fields: list[str] = []


class SearchFilterSet(FilterSet):
    """What is looked for over everything, in which kinds, and in which order it is shown."""

    kind = ChoicesFilter(choices=list(KINDS.items()), label="Kind")
    q = django_filters.CharFilter(max_length=LONGEST_QUERY, label="Words to look for")
    ordering = django_filters.ChoiceFilter(label="Order", choices=list(SEARCH_ORDERINGS.items()))

    class Meta:
        model = SearchDocument
        fields: list[str] = []

    def matches(self) -> Matches:
        """What the person who asks finds; nothing while a value is in error."""
        if self.errors:
            return Matches(self.request.user, "")
        asked = self.form.cleaned_data
        return Matches(self.request.user, asked["q"], asked["kind"], asked["ordering"] or "relevance")
