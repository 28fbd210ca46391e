"""The quality of evidence: judged by evaluators, read where the evidence is, asked for by filters."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from evidence.actions.appraisals import AppraisalInput, appraise
from evidence.actions.consent import withdraw_consent
from evidence.actions.findings import delete_draft, publish_finding, submit_finding
from evidence.models import JUDGED, PRINCIPLES, Appraisal, Finding, Step
from evidence.queries.appraisals import quality
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import AppraisalFactory, CodingFactory, FindingFactory, LessonFactory, SourceFactory

pytestmark = pytest.mark.django_db
HEARD = AppraisalInput(voice="much", reason="They were asked themselves.")


def published(**options):
    return FindingFactory(**{"published": True, "visibility": "public"} | options)


def listed(client, **query):
    """The refs that the API lists for a query."""
    answer = client.get(reverse("api-findings-list"), query)
    assert answer.status_code == 200, answer.content
    return {row["ref"] for row in answer.json()["results"]}


def test_every_step_of_every_principle_is_said_in_words_of_its_own():
    words = [words for principle in PRINCIPLES for words, _ in principle.steps.values()]
    meanings = [meaning for principle in PRINCIPLES for _, meaning in principle.steps.values()]
    assert len(set(words)) == len(set(meanings)) == len(PRINCIPLES) * len(Step)
    assert all(list(principle.steps) == list(Step) for principle in PRINCIPLES)


# Judging


def test_an_evaluator_appraises_a_colleagues_finding(personas):
    finding = published()
    appraisal = appraise(by=personas.other_evaluator, subject=finding, data=HEARD, version=0)
    assert (appraisal.subject, appraisal.version, appraisal.by) == (finding, 1, personas.other_evaluator)
    row = AuditRow.objects.latest("number")
    assert (row.verb, row.target_key, row.details) == (
        "finding.appraised",
        finding.ref,
        {"version": 1, "judged": ["voice"]},
    )
    finding.refresh_from_db()
    assert finding.version == 1  # its own words are as they were


def test_changing_an_appraisal_keeps_the_version_before_it(personas):
    source = SourceFactory()
    appraise(by=personas.evaluator, subject=source, data=HEARD, version=0)
    second = AppraisalInput(voice="some", reason="Two of five were asked.")
    appraise(by=personas.lead, subject=source, data=second, version=1)
    former = [(row.voice, row.reason, row.history_user) for row in Appraisal.history.order_by("history_id")]
    assert former == [
        ("much", HEARD.reason, personas.evaluator),
        ("some", second.reason, personas.lead),
    ]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (AppraisalInput(reason="Nothing judged."), "voice"),
        (AppraisalInput(voice="much", reason="  "), "reason"),
        (AppraisalInput(voice="4", reason="A number."), "voice"),
        (AppraisalInput(voice="much", reason="x" * 5_001), "reason"),
        (AppraisalInput(), "voice"),
    ],
)
def test_what_an_appraisal_must_say(personas, data, field):
    with pytest.raises(ValidationError) as refusal:
        appraise(by=personas.evaluator, subject=published(), data=data, version=0)
    assert field in refusal.value.message_dict
    assert not Appraisal.objects.exists()


def test_only_the_evaluation_team_appraises(personas):
    for name in ("funder", "reporter", "administrator", "closed"):
        with pytest.raises(PermissionDenied):
            appraise(by=personas[name], subject=published(), data=HEARD, version=0)


@pytest.mark.parametrize("version", [0, 2])
def test_an_old_version_is_a_conflict(personas, version):
    finding = published()
    AppraisalFactory(finding=finding, reason="First.")
    with pytest.raises(Conflict) as conflict:
        appraise(by=personas.lead, subject=finding, data=HEARD, version=version)
    assert conflict.value.current.reason == "First."


def test_an_appraisal_taken_away_is_never_mistaken_for_the_next_one(personas):
    finding = published()
    appraise(by=personas.evaluator, subject=finding, data=HEARD, version=0)
    assert appraise(by=personas.lead, subject=finding, data=AppraisalInput(), version=1) is None
    assert not Appraisal.objects.exists()
    assert AuditRow.objects.latest("number").verb == "finding.appraisal-removed"
    again = appraise(by=personas.lead, subject=finding, data=HEARD, version=0)
    assert again.version == 2
    with pytest.raises(Conflict):
        appraise(by=personas.evaluator, subject=finding, data=HEARD, version=1)


def test_nothing_waits_for_an_appraisal(personas):
    finding = FindingFactory(created_by=personas.evaluator)
    CodingFactory(finding=finding)
    finding = submit_finding(by=personas.evaluator, finding=finding, version=1)
    finding = publish_finding(by=personas.lead, finding=finding, version=2, visibility="funder")
    assert finding.status == Finding.Status.PUBLISHED


def test_withdrawn_consent_takes_every_appraisal_with_it(personas):
    source = SourceFactory(created_by=personas.evaluator)
    finding = published(source=source)
    appraise(by=personas.evaluator, subject=source, data=HEARD, version=0)
    appraise(by=personas.evaluator, subject=finding, data=HEARD, version=0)
    withdraw_consent(by=personas.evaluator, source=source, version=1, reason="A letter.")
    assert not Appraisal.objects.exists()
    assert not Appraisal.history.exists()
    for subject in (source, finding):
        subject.refresh_from_db()
        with pytest.raises(PermissionDenied):
            appraise(by=personas.lead, subject=subject, data=HEARD, version=0)


def test_a_deleted_draft_leaves_no_words_of_its_appraisal(personas):
    finding = FindingFactory(created_by=personas.evaluator)
    appraise(by=personas.evaluator, subject=finding, data=HEARD, version=0)
    appraise(by=personas.evaluator, subject=finding.source, data=HEARD, version=0)
    delete_draft(by=personas.evaluator, finding=finding, version=1)
    assert not Appraisal.objects.exists()
    assert not Appraisal.history.exists()


# Reading


def test_a_finding_without_an_appraisal_has_its_sources_as_a_whole(personas):
    finding = published()
    AppraisalFactory(finding=None, source=finding.source, voice="full", triangulation="some")
    finding = Finding.objects.select_related("source__appraisal__by").get()
    shown = quality(personas.visitor, finding)
    assert shown.is_of_source
    AppraisalFactory(finding=finding, voice="little", triangulation="")
    own = quality(personas.visitor, Finding.objects.get())
    assert not own.is_of_source
    assert [principle.words for principle in own.principles][0::2] == [
        "others speak for them",
        "not judged",
        "not judged",
    ]


@pytest.mark.parametrize(
    ("persona", "reads_reason"), [("visitor", False), ("reporter", False), ("funder", True)]
)
def test_everybody_reads_the_steps_and_the_funder_the_reason(client_of, persona, reads_reason):
    finding = published()
    appraisal = AppraisalFactory(finding=finding, by__name="Robin Appraiser")
    page = client_of(persona).get(finding.get_absolute_url()).content.decode()
    assert "Heard directly." in page
    assert (appraisal.reason in page) == ("Robin Appraiser" in page) == reads_reason
    answer = client_of(persona).get(reverse("api-findings-detail", args=[finding.ref])).json()["quality"]
    assert (answer["of"], answer["voice"], answer["contribution"]) == ("finding", "much", "")
    assert (answer["reason"], answer["by"]) == (
        (appraisal.reason, "Robin Appraiser") if reads_reason else ("", "")
    )
    lines = client_of(persona).get(reverse("evidence:finding-csv"))
    text = b"".join(lines.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["appraised"], row["voice"], row["triangulation"]) == ("finding", "much", "little")
    assert row.get("appraisal_reason") == (appraisal.reason if reads_reason else None)


def test_cards_say_the_steps_in_words(client_of):
    lesson = LessonFactory()
    own, through = (published(codings=[(lesson, "supports")]) for _ in range(2))
    AppraisalFactory(finding=own)
    AppraisalFactory(finding=None, source=through.source, voice="", triangulation="full")
    for address in (lesson.get_absolute_url(), reverse("evidence:finding-list")):
        page = client_of("visitor").get(address).content.decode()
        assert "heard directly, one account alone" in page
        assert "different kinds of evidence agree (its source)" in page


def test_a_source_shows_its_appraisal_and_where_to_change_it(client_of):
    finding = published()
    source = finding.source
    browser = client_of("lead")
    assert "Nobody has appraised it yet." in browser.get(source.get_absolute_url()).content.decode()
    AppraisalFactory(finding=None, source=source)
    page = browser.get(source.get_absolute_url()).content.decode()
    assert "Heard directly." in page
    assert "Change the appraisal" in page


# Filters


def test_filters_ask_for_at_least_a_step(client):
    found = {}
    for step in Step:
        found[step] = AppraisalFactory(finding=published(), triangulation=step).finding.ref
    not_judged = AppraisalFactory(finding=published(), triangulation="").finding.ref
    bare = published().ref
    assert listed(client, triangulation_at_least="much") == {found[Step.MUCH], found[Step.FULL]}
    assert listed(client, triangulation_at_least="little") == set(found.values())
    assert listed(client, quality="appraised") == {*found.values(), not_judged}
    assert listed(client, quality="not-appraised") == {bare}
    assert listed(client, quality="appraised,not-appraised") == {*found.values(), not_judged, bare}
    assert listed(client, triangulation_at_least="much", voice_at_least="full") == set()
    assert client.get(reverse("api-findings-list"), {"voice_at_least": "most"}).status_code == 400


def test_filters_ask_the_own_appraisal_before_the_sources(client):
    through, own = published(), published()
    for finding in (through, own):
        AppraisalFactory(finding=None, source=finding.source, voice="full")
    AppraisalFactory(finding=own, voice="little")
    assert listed(client, voice_at_least="much") == {through.ref}
    assert listed(client, quality="appraised") == {through.ref, own.ref}


def test_the_filters_stand_on_the_page_of_an_item_and_of_all_findings(client):
    lesson = LessonFactory()
    good, poor = (
        published(codings=[(lesson, "supports")], title=title) for title in ("Good one", "Poor one")
    )
    AppraisalFactory(finding=good, triangulation="full")
    AppraisalFactory(finding=poor, triangulation="little")
    for address in (lesson.get_absolute_url(), reverse("evidence:finding-list")):
        page = client.get(address, {"triangulation_at_least": "some"}).content.decode()
        # The milestones of an item, above its evidence, are of all that may be read.
        page = page.rpartition('id="evidence-heading"')[2]
        assert "Good one" in page
        assert "Poor one" not in page
        assert "Triangulation, at least: another account agrees" in page
        assert '<option value="some" selected>another account agrees</option>' in page


def test_no_quality_is_asked_for_where_nothing_is_appraised(client):
    published()
    page = client.get(reverse("evidence:finding-list")).content.decode()
    assert "Quality of at least" not in page


def test_sources_are_filtered_by_their_own_appraisal(client_of):
    good, bare = published().source, published().source
    AppraisalFactory(finding=None, source=good, voice="full")
    browser = client_of("funder")

    def refs(**query):
        return {row["ref"] for row in browser.get(reverse("api-sources-list"), query).json()["results"]}

    assert refs(quality="appraised") == refs(voice_at_least="much") == {good.ref}
    assert refs(quality="not-appraised") == {bare.ref}


# The page and the API


def test_the_page_saves_an_appraisal(client_of, personas):
    finding = published()
    address = reverse("evidence:finding-appraise", args=[finding.ref])
    browser = client_of("evaluator")
    assert 'name="version" value="0"' in browser.get(address).content.decode()
    answer = browser.post(address, {"version": 0, "voice": "some", "reason": "Two of five were asked."})
    assert answer.headers["Location"] == f"{finding.get_absolute_url()}#quality"
    saved = Appraisal.objects.get()
    assert (saved.voice, saved.triangulation, saved.by) == ("some", "", personas.evaluator)
    assert "set all five to" in browser.get(address).content.decode()
    browser.post(address, {"version": 1, **dict.fromkeys(JUDGED, ""), "reason": ""})
    assert not Appraisal.objects.exists()


def test_the_page_keeps_what_was_typed_when_something_is_missing(client_of):
    address = reverse("evidence:finding-appraise", args=[published().ref])
    page = client_of("evaluator").post(address, {"version": 0, "reason": "They were few."}).content.decode()
    assert "Judge at least one of the five." in page
    assert "They were few." in page


def test_two_appraisers_at_once_see_both_views(client_of):
    finding = published()
    address = reverse("evidence:finding-appraise", args=[finding.ref])
    AppraisalFactory(finding=finding, voice="full", reason="Read by a colleague.")
    browser = client_of("evaluator")
    answer = browser.post(address, {"version": 0, "voice": "little", "reason": "Nobody was asked."})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Read by a colleague." in page
    assert "Nobody was asked." in page
    assert 'name="version" value="1"' in page


@pytest.mark.parametrize("kind", ["finding", "source"])
def test_the_api_appraises_findings_and_sources(client_of, kind):
    finding = published()
    subject = finding if kind == "finding" else finding.source
    browser = client_of("evaluator")

    def send(**stated):
        address = reverse(f"api-{kind}s-appraise", args=[subject.ref])
        answer = browser.post(address, stated, content_type="application/json")
        return answer.status_code, answer.json()

    stated = {"voice": "full", "reason": "All were asked."}
    status, answer = send(version=0, **stated)
    assert status == 200, answer
    assert answer["quality"].items() >= {"of": kind, "version": 1, "triangulation": "", **stated}.items()
    status, answer = send(version=0, **stated)
    assert (status, answer["current_version"], answer["current"]["ref"]) == (409, 1, subject.ref)
    assert send(version=1, voice="full")[0] == 400
    status, answer = send(version=1)
    assert (status, answer["quality"]) == (200, None)


def test_through_its_source_a_finding_is_at_version_nought(client_of):
    finding = published()
    AppraisalFactory(finding=None, source=finding.source, version=3)
    answer = client_of("funder").get(reverse("api-findings-detail", args=[finding.ref])).json()["quality"]
    assert (answer["of"], answer["version"]) == ("source", 0)
