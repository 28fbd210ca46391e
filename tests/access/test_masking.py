"""Where a finding is from whose area is masked changes nothing that readers beyond the funder are shown."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from evidence.actions.finding_rules import AnonymisationPoint
from evidence.actions.findings import publish_finding
from evidence.models import CaseStudy, Finding, Visibility
from evidence.queries.lookalikes import lookalikes
from partnerships.models import Organisation
from tests.access.test_crawl import seen_at
from tests.factories import (
    CaseStudyFactory,
    DriverFactory,
    FindingFactory,
    MembershipFactory,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    ReplyRequestFactory,
    SourceFactory,
    WaveFactory,
)
from tests.personas import Personas, make_personas

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]
TOLD = ("funder", "evaluator", "lead")
API = "/api/v1/findings/"
NOT_TOLD = ("visitor", "reporter", "administrator")


class Places:
    """Three partnerships, each with an organisation and a public case study, and an item to speak to."""

    def __init__(self) -> None:
        self.personas = make_personas()
        third = PartnershipFactory()
        self.partnerships = [self.personas.partnership, self.personas.other_partnership, third]
        self.organisations: list[Organisation] = OrganisationFactory.create_batch(3)
        wave, author = WaveFactory(), self.personas.evaluator
        self.studies: list[CaseStudy] = []
        for partnership, organisation in zip(self.partnerships, self.organisations, strict=True):
            MembershipFactory(partnership=partnership, organisation=organisation)
            self.studies.append(
                CaseStudyFactory(
                    partnership=partnership, wave=wave, created_by=author, published=True, visibility="public"
                )
            )
        self.item = DriverFactory()
        self.asker = PersonFactory(lead=True)

    def add(self, place: int, direction: str, visibility: str, mask: bool) -> Finding:
        finding = FindingFactory(
            published=True,
            visibility=visibility,
            mask_area=mask,
            created_by=self.personas.evaluator,
            codings=[(self.item, direction)],
            source=SourceFactory(created_by=self.personas.evaluator),
        )
        ReplyRequestFactory(
            finding=finding,
            partnership=self.partnerships[place],
            answered=True,
            answered_by=self.personas.other_reporter,
            asked_by=self.asker,
        )
        self.move(finding, place)
        return finding

    def move(self, finding: Finding, place: int) -> None:
        """Have it been from another place from the beginning."""
        finding.partnerships.set([self.partnerships[place]])
        finding.organisations.set([self.organisations[place]])
        finding.source.case_study = self.studies[place]
        finding.source.save()
        finding.reply_requests.update(partnership=self.partnerships[place])

    def addresses(self) -> Iterator[str]:
        """Everything that could tell where a finding is from."""
        listed, *elsewhere = [reverse("evidence:finding-list"), reverse("evidence:finding-csv"), API]
        yield from (f"{listed}?{query}" for query in ("q=finding", "direction=supports&q=found"))
        yield from (listed, *elsewhere)
        for partnership, organisation, study in zip(
            self.partnerships, self.organisations, self.studies, strict=True
        ):
            yield f"{listed}?partnership={partnership.slug}&q=finding&direction=supports"
            yield f"{listed}?organisation={organisation.slug}"
            yield f"{listed}?case_study={study.slug}"
            yield from (f"{address}?wave={study.wave.number}" for address in (listed, *elsewhere))
            yield from (f"{address}?partnership={partnership.slug}" for address in elsewhere)
            yield reverse("evidence:partnership-detail", args=[partnership.slug])
            yield reverse("evidence:organisation-detail", args=[organisation.slug])
            yield reverse("evidence:case-study-detail", args=[study.slug])
            yield f"/api/v1/case-studies/{study.slug}/"
            yield f"{self.item.get_absolute_url()}?partnership={partnership.slug}"
        for name in ("home", "partnership-list", "organisation-list", "case-study-list", "driver-list"):
            yield reverse(f"evidence:{name}")
        yield self.item.get_absolute_url()
        for query in ("", "?by=source", "?direction=supports", "?direction=challenges&sector=none"):
            yield f"{self.item.get_absolute_url()}voices/{query}"
        for finding in Finding.objects.all():
            yield finding.get_absolute_url()
            yield f"{finding.get_absolute_url()}history/"
            yield f"/api/v1/findings/{finding.ref}/"
        for name in ("drivers", "items", "partnerships", "organisations", "case-studies", "sources"):
            yield f"/api/v1/{name}/"


def shown_to(places: Places, name: str) -> dict[str, tuple[int, bytes]]:
    browser = Client()
    if name != "visitor":
        browser.force_login(places.personas[name])
    return {address: seen_at(browser, address) for address in places.addresses()}


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    drawn=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["supports", "refines", "challenges"]),
            st.sampled_from(["partnerships", "public"]),
            st.booleans(),
        ),
        min_size=2,
        max_size=6,
    ),
    seed=st.integers(0, 99),
)
def test_no_page_number_filter_or_download_tells(
    transaction_of_example: Any, drawn: list[tuple[int, str, str, bool]], seed: int
) -> None:
    """With the masked findings moved to other places, every answer stays the same to the byte."""
    with transaction_of_example():
        places = Places()
        found = [places.add(*one) for one in [*drawn, (0, "supports", "public", True)]]
        masked = [finding for finding in found if finding.mask_area]
        before = {name: shown_to(places, name) for name in ("visitor", "reporter")}
        for finding in masked:
            places.move(finding, random.Random(seed + finding.pk).randrange(1, 3))  # noqa: S311
        for name, answers in before.items():
            after = shown_to(places, name)
            changed = [address for address, answer in answers.items() if after[address] != answer]
            assert not changed, f"{name}: " + "\n".join(changed)


@pytest.fixture
def places() -> Places:
    return Places()


@pytest.fixture
def masked(places: Places) -> Finding:
    return places.add(0, "supports", "public", True)


@pytest.fixture
def personas(places: Places) -> Personas:
    return places.personas


def test_the_funder_and_the_team_are_told(places: Places, masked: Finding, client_of: ClientOf) -> None:
    address = reverse("evidence:partnership-detail", args=[places.partnerships[0].slug])
    for name in TOLD:
        browser = client_of(name)
        assert masked.title in browser.get(address).content.decode()
        shown = browser.get(f"/api/v1/findings/{masked.ref}/").json()
        assert (shown["mask_area"], shown["partnerships"]) == (True, [places.partnerships[0].slug])
        assert "(not shown beyond the funder)" in browser.get(masked.get_absolute_url()).content.decode()


def test_others_read_it_as_one_of_the_21(places: Places, masked: Finding, client_of: ClientOf) -> None:
    name = places.partnerships[0].name
    for persona in NOT_TOLD:
        browser = client_of(persona)
        page = browser.get(masked.get_absolute_url()).content.decode()
        assert "One of the 21, not shown which" in page
        assert "The partnership comments on it" in page
        for text in (page, browser.get("/findings/").content.decode()):
            assert masked.title in text
            assert name not in text
        shown = browser.get(f"/api/v1/findings/{masked.ref}/").json()
        assert (shown["partnerships"], shown["replies"][0]["partnership"]) == ([], None)
        assert (
            browser.get(f"/api/v1/findings/?partnership={places.partnerships[0].slug}").json()["count"] == 0
        )


def test_masked_findings_of_several_partnerships_are_one_voice(places: Places, client_of: ClientOf) -> None:
    """Or the number of voices would tell whether two findings are from the same partnership."""
    for place in (0, 1, 2):
        places.add(place, "supports", "public", True)
    address = places.item.get_absolute_url()
    assert ">1 takes a side<" in client_of("visitor").get(address).content.decode()
    assert ">3 take a side<" in client_of("funder").get(address).content.decode()


def test_the_admin_lists_no_finding_whose_place_its_reader_is_not_told(
    masked: Finding, client_of: ClientOf
) -> None:
    address = reverse("admin:evidence_finding_changelist")
    assert masked.ref not in client_of("administrator").get(address).content.decode()
    assert masked.ref in client_of("lead").get(address).content.decode()


def test_looking_alike_tells_no_place(places: Places, masked: Finding) -> None:
    """For whoever is not told, sharing the place puts nothing first."""
    Finding.objects.update(text="Breakfasts for employers in the market hall.")
    other = places.add(1, "supports", "public", True)
    Finding.objects.update(text="Breakfasts for employers in the market hall.")
    reporter = places.personas.reporter
    orders = [
        [found.ref for found in lookalikes(reporter, masked.text, partnerships=[partnership.slug])]
        for partnership in places.partnerships
    ]
    assert orders == [orders[0]] * 3
    assert set(orders[0]) <= {masked.ref, other.ref}


def release(finding: Finding, by: Any, **options: Any) -> Finding:
    return publish_finding(
        by=by,
        finding=finding,
        version=finding.version,
        visibility="public",
        checklist=AnonymisationPoint.values,
        **options,
    )


def test_masking_and_unmasking_are_steps_of_release(places: Places) -> None:
    finding = places.add(0, "supports", "funder", False)
    lead = places.personas.lead
    finding = release(finding, lead, mask_area=True)
    finding = release(finding, lead)
    assert finding.mask_area
    finding = release(finding, lead, mask_area=False)
    assert list(finding.steps.values_list("mask_area", flat=True)) == [True, True, False]
    assert Finding.history.filter(id=finding.pk, mask_area=True).exists()


def test_a_lead_chooses_on_the_page(places: Places, client_of: ClientOf) -> None:
    finding = places.add(0, "supports", "funder", False)
    address = reverse("evidence:finding-publish", args=[finding.ref])
    client = client_of("lead")
    assert "take place names out of them" in client.get(address).content.decode()
    sent = {"version": 1, "visibility": Visibility.PUBLIC, "checklist": AnonymisationPoint.values}
    client.post(address, sent | {"mask_area": "on"})
    finding.refresh_from_db()
    assert (finding.visibility, finding.mask_area) == ("public", True)
    assert (
        'name="mask_area"'
        not in client.get(
            reverse("evidence:finding-publish", args=[FindingFactory(literature=True).ref])
        ).content.decode()
    )
