"""The filters that pages, exports and the API share."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from evidence.filtersets import (
    FindingFilterSet,
    ItemFilterSet,
    ReferenceFilterSet,
    SourceFilterSet,
)
from evidence.models import Finding, FrameworkItem, Reference, Source
from partnerships.filtersets import LONGEST_QUERY, OrganisationFilterSet, PartnershipFilterSet
from partnerships.models import Organisation, Partnership
from tests.factories import (
    AreaFactory,
    BarrierFactory,
    CaseStudyFactory,
    DriverFactory,
    FindingCitationFactory,
    FindingFactory,
    LessonFactory,
    MembershipFactory,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    ProgrammeFactory,
    ReferenceFactory,
    SectorFactory,
    SourceFactory,
    WaveFactory,
)

pytestmark = pytest.mark.django_db


def filtered(filterset: Any, model: Any, query: str, person: Any = None) -> Any:
    person = person or AnonymousUser()
    return filterset(
        QueryDict(query),
        queryset=model.objects.visible_to(person),
        request=SimpleNamespace(user=person),
    )


def titles(query: str, person: Any = None) -> list[str]:
    found = filtered(FindingFilterSet, Finding, query, person)
    assert not found.errors
    return [finding.title for finding in found.qs]


def test_item_and_direction_hold_of_the_same_coding() -> None:
    lesson, driver = LessonFactory(code="L5"), DriverFactory(code="D1")
    FindingFactory(
        literature=True, title="against L5", codings=[(lesson, "challenges"), (driver, "supports")]
    )
    FindingFactory(literature=True, title="for L5", codings=[(lesson, "supports"), (driver, "challenges")])
    assert titles("item=L5&direction=challenges") == ["against L5"]
    assert titles("kind=driver&direction=challenges") == ["for L5"]
    assert sorted(titles("item=L5")) == ["against L5", "for L5"]


def test_several_values_mean_any_of_them_and_no_finding_comes_twice() -> None:
    lesson, driver, barrier = LessonFactory(code="L5"), DriverFactory(code="D1"), BarrierFactory(code="B1")
    FindingFactory(literature=True, title="both", codings=[(lesson, "supports"), (driver, "supports")])
    FindingFactory(literature=True, title="one", codings=[(driver, "supports")])
    FindingFactory(literature=True, title="neither", codings=[(barrier, "supports")])
    assert sorted(titles("item=L5,D1")) == ["both", "one"]
    assert sorted(titles("item=L5&item=D1")) == ["both", "one"]


def test_theme_is_that_of_the_item() -> None:
    lesson = LessonFactory(code="L5", theme__slug="process")
    FindingFactory(literature=True, title="process", codings=[(lesson, "supports")])
    FindingFactory(literature=True, title="other", codings=[(DriverFactory(), "supports")])
    assert titles("theme=process") == ["process"]


def test_what_a_finding_is_about_and_where_it_comes_from() -> None:
    funder = PersonFactory(funder=True)
    north, works = PartnershipFactory(slug="north"), OrganisationFactory(slug="works")
    public = SectorFactory(code="public")
    told = FindingFactory(
        published=True,
        title="told",
        partnerships=[north],
        organisations=[works],
        sectors=[public],
        source=SourceFactory(kind="survey", collected_on=date(2015, 3, 1)),
    )
    read = FindingFactory(literature=True, title="read", programme=ProgrammeFactory(slug="ndc"))
    FindingCitationFactory(finding=read, reference=ReferenceFactory(key="DWP2006a"))
    for query in (
        "partnership=north",
        "organisation=works",
        "sector=public",
        "origin=case-study",
        "source_kind=survey",
        f"visibility={told.visibility}",
        "collected_after=2015-03-01",
        "collected_before=2015-03-01",
    ):
        assert titles(query, funder) == ["told"], query
    for query in ("programme=ndc", "reference=DWP2006a", "origin=literature"):
        assert titles(query, funder) == ["read"], query
    assert titles("collected_after=2015-03-02", funder) == []
    assert titles("status=draft", funder) == []


def test_a_wave_finds_through_case_studies_that_the_reader_may_see() -> None:
    funder, evaluator = PersonFactory(funder=True), PersonFactory(evaluator=True)
    first, second = WaveFactory(number=1), WaveFactory(number=2)
    read = CaseStudyFactory(wave=first, published=True, visibility="public")
    being_written = CaseStudyFactory(wave=second, created_by=evaluator)
    for title, study, mask in (
        ("known", read, False),
        ("masked", read, True),
        ("of a draft", being_written, False),
    ):
        FindingFactory(
            published=True,
            visibility="public",
            title=title,
            mask_area=mask,
            source=SourceFactory(case_study=study),
        )
    FindingFactory(literature=True, title="of no wave")
    assert titles("wave=1") == ["known"]
    assert titles("wave=2") == []
    assert titles("wave=2", funder) == []
    assert sorted(titles("wave=1", funder)) == ["known", "masked"]
    assert sorted(titles("wave=1,2", evaluator)) == ["known", "masked", "of a draft"]
    assert filtered(FindingFilterSet, Finding, "wave=3").errors


def test_words_find_and_the_best_match_comes_first() -> None:
    FindingFactory(
        literature=True, title="Mentioned", text="Much else, and somewhere a mention of mentoring."
    )
    FindingFactory(literature=True, title="Mentoring helps mentors", text="Mentoring: mentors were mentored.")
    FindingFactory(literature=True, title="Nothing of the kind", text="Transport.")
    assert titles("q=mentoring") == ["Mentoring helps mentors", "Mentioned"]
    assert titles("q=mentoring&ordering=oldest") == ["Mentioned", "Mentoring helps mentors"]
    assert titles("q=%21%21&ordering=relevance") == []


def test_orderings() -> None:
    for day, title in ((date(2015, 1, 1), "early"), (date(2016, 1, 1), "late"), (None, "undated")):
        FindingFactory(
            published=True, visibility="public", title=title, source=SourceFactory(collected_on=day)
        )
    assert titles("") == ["undated", "late", "early"]
    assert titles("ordering=relevance") == ["undated", "late", "early"]
    assert titles("ordering=oldest") == ["early", "late", "undated"]
    assert titles("ordering=collected") == ["early", "late", "undated"]
    assert titles("ordering=-collected") == ["late", "early", "undated"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("item=L99", "item"),
        ("item=%00", "item"),
        ("theme=nowhere", "theme"),
        ("partnership=nowhere", "partnership"),
        ("direction=sideways", "direction"),
        ("origin=hearsay", "origin"),
        ("status=lost", "status"),
        ("ordering=random", "ordering"),
        ("collected_after=yesterday", "collected_after"),
        ("q=%00", "q"),
        (f"q={'a' * (LONGEST_QUERY + 1)}", "q"),
    ],
)
def test_an_unknown_value_is_an_error_and_shows_nothing(query: str, field: str) -> None:
    FindingFactory(literature=True)
    found = filtered(FindingFilterSet, Finding, query)
    assert list(found.errors) == [field]
    assert not found.qs.exists()
    assert not found.leaving_out("origin").exists()


def test_leaving_out_a_filter_keeps_the_others() -> None:
    lesson = LessonFactory(code="L5")
    FindingFactory(literature=True, title="for", codings=[(lesson, "supports")])
    FindingFactory(literature=True, title="against", codings=[(lesson, "challenges")])
    FindingFactory(literature=True, title="elsewhere", codings=[(DriverFactory(), "challenges")])
    found = filtered(FindingFilterSet, Finding, "item=L5&direction=challenges")
    assert {finding.title for finding in found.leaving_out("direction")} == {"for", "against"}
    assert {finding.title for finding in found.leaving_out("item")} == {"against", "elsewhere"}


def test_nothing_is_found_that_the_person_may_not_see() -> None:
    FindingFactory(published=True, visibility="team", title="hidden word: zebra")
    assert titles("q=zebra") == []
    assert titles("q=zebra", PersonFactory(evaluator=True)) == ["hidden word: zebra"]


def codes(query: str) -> list[str]:
    return [item.code for item in filtered(ItemFilterSet, FrameworkItem, query).qs]


def test_items() -> None:
    third = SectorFactory(code="third")
    LessonFactory(code="L1", title="Trust", theme__slug="process", sectors=[third])
    DriverFactory(code="D1", group="Clarity of objectives", synonyms=["reliance"])
    assert codes("kind=lesson") == ["L1"]
    assert codes("theme=process") == ["L1"]
    assert codes("sector=third") == ["L1"]
    assert codes("group=Clarity of objectives") == ["D1"]
    assert codes("q=trust") == ["L1"]
    assert codes("q=reliance") == ["D1"]
    assert list(filtered(ItemFilterSet, FrameworkItem, "group=No such heading").errors) == ["group"]


def test_references() -> None:
    FindingCitationFactory(reference=ReferenceFactory(key="Cited2006", title="On trust"))
    ReferenceFactory(key="Uncited2007")
    ReferenceFactory(key="Unlisted1998", listed=False)

    def keys(query: str) -> list[str]:
        return sorted(row.key for row in filtered(ReferenceFilterSet, Reference, query).qs)

    assert keys("cited=true") == ["Cited2006"]
    assert keys("cited=false") == ["Uncited2007", "Unlisted1998"]
    assert keys("listed=false") == ["Unlisted1998"]
    assert keys("q=trust") == ["Cited2006"]
    assert list(filtered(ReferenceFilterSet, Reference, "listed=perhaps").errors) == ["listed"]


def test_sources() -> None:
    evaluator = PersonFactory(evaluator=True)
    SourceFactory(created_by=evaluator, kind="survey", collected_on=date(2015, 1, 1))
    SourceFactory(created_by=evaluator, kind="interview", collected_on=date(2016, 1, 1))

    def kinds(query: str) -> list[str]:
        return [source.kind for source in filtered(SourceFilterSet, Source, query, evaluator).qs]

    assert kinds("kind=survey") == ["survey"]
    assert kinds("collected_after=2015-06-01") == ["interview"]
    assert kinds("collected_before=2015-06-01") == ["survey"]


def test_partnerships_and_organisations() -> None:
    third, public = SectorFactory(code="third"), SectorFactory(code="public")
    north = PartnershipFactory(slug="north", name="North", form="vertical")
    north.areas.add(AreaFactory(code="E37000001"))
    south = PartnershipFactory(slug="south", name="South")
    charity = OrganisationFactory(slug="charity", name="A charity", sector=third, kind="charity")
    college = OrganisationFactory(slug="college", name="B college", sector=public, kind="education")
    MembershipFactory(partnership=north, organisation=charity, role="lead")
    MembershipFactory(partnership=north, organisation=charity, role="delivery")
    MembershipFactory(partnership=south, organisation=charity, ended_on=date(2016, 1, 1))
    MembershipFactory(partnership=south, organisation=college)

    def slugs(filterset: Any, model: Any, query: str) -> list[str]:
        return [row.slug for row in filtered(filterset, model, query).qs]

    for query in ("sector=third", "area=E37000001", "form=vertical", "q=nor"):
        assert slugs(PartnershipFilterSet, Partnership, query) == ["north"], query
    assert slugs(PartnershipFilterSet, Partnership, "sector=third,public") == ["north", "south"]
    for query in ("sector=third", "kind=charity", "partnership=north", "q=charity"):
        assert slugs(OrganisationFilterSet, Organisation, query) == ["charity"], query
    assert slugs(OrganisationFilterSet, Organisation, "partnership=south") == ["charity", "college"]
