"""Editions: what is frozen, what of it stays readable, how two of them differ, and that they are proven."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from evidence.actions.consent import withdraw_consent
from evidence.actions.editions import make_edition
from evidence.actions.findings import withdraw_finding
from evidence.models import Edition, EditionFinding, EditionItem, Finding, FrameworkItem
from evidence.queries.edition_changes import ItemChange, compared, state_now, state_of
from evidence.queries.editions import agree, present_findings, present_items
from partnerships.errors import Conflict
from partnerships.models import AuditRow
from tests.factories import AssessmentFactory, FindingFactory, LessonFactory, SourceFactory
from tests.personas import Personas


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5", title="Employers are hard to win")


def public(lesson: FrameworkItem, personas: Personas, direction: str = "supports", **fields: Any) -> Finding:
    """A finding that everybody reads."""
    return FindingFactory(
        published=True,
        visibility="public",
        created_by=personas.evaluator,
        partnerships=[personas.partnership],
        codings=[(lesson, direction)],
        **fields,
    )


@pytest.fixture
def finding(lesson: FrameworkItem, personas: Personas) -> Finding:
    return public(lesson, personas, title="Ten firms of twelve", text="Ten of twelve firms took one on.")


def made(personas: Personas, last_seen: int = 0, note: str = "For the board.") -> Edition:
    return make_edition(by=personas.lead, note=note, last_seen=last_seen)


def document(client: Client, edition: Edition) -> dict[str, Any]:
    response = client.get(f"/editions/{edition.number}.json")
    return json.loads(b"".join(response.streaming_content))


def change(changes: list[ItemChange], code: str) -> ItemChange:
    return next(change for change in changes if change.code == code)


class TestMaking:
    def test_it_freezes_what_everybody_can_read(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        FindingFactory(published=True, visibility="funder", codings=[(lesson, "challenges")])
        AssessmentFactory(item=lesson, confidence="low", visibility="public")
        edition = made(personas)
        entry = edition.items.get(item=lesson).content
        assert (entry["status"], entry["programme"]["supports"], entry["programme"]["challenges"]) == (
            "thin",
            1,
            0,
        )
        assert entry["confidence"]["level"] == "low"
        assert [row.content["ref"] for row in edition.findings.all()] == [finding.ref]
        assert edition.number == 1

    def test_a_judgement_for_the_funder_is_no_part_of_it(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        AssessmentFactory(item=lesson, visibility="funder")
        assert made(personas).items.get(item=lesson).content["confidence"] is None

    def test_a_masked_area_is_not_frozen(self, lesson: FrameworkItem, personas: Personas) -> None:
        public(lesson, personas, mask_area=True)
        assert made(personas).findings.get().content["partnerships"] == []

    @pytest.mark.parametrize("name", ["reporter", "funder", "evaluator", "administrator"])
    def test_leads_alone_make_one(self, finding: Finding, personas: Personas, name: str) -> None:
        with pytest.raises(PermissionDenied):
            make_edition(by=personas[name], note="Mine.", last_seen=0)
        assert not Edition.objects.exists()

    def test_it_needs_a_note(self, finding: Finding, personas: Personas) -> None:
        with pytest.raises(ValidationError) as refusal:
            made(personas, note="  ")
        assert "note" in refusal.value.message_dict

    def test_the_same_twice_is_refused(self, finding: Finding, personas: Personas) -> None:
        made(personas)
        with pytest.raises(ValidationError, match="Nothing that the public can read has changed"):
            made(personas, last_seen=1)

    def test_one_made_meanwhile_is_a_conflict(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        first = made(personas)
        public(lesson, personas)
        with pytest.raises(Conflict) as conflict:
            made(personas, last_seen=0)
        assert conflict.value.current == first

    def test_it_leaves_an_audit_row_with_its_hash(self, finding: Finding, personas: Personas) -> None:
        edition = made(personas)
        row = AuditRow.objects.get(verb="edition.made")
        assert (row.by, row.target_key, row.details["digest"]) == (personas.lead, "1", edition.digest)

    def test_readings_of_different_moments_are_noticed(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        items = present_items()
        assert agree(items, present_findings())
        public(lesson, personas)
        assert not agree(items, present_findings())


class TestReading:
    def test_a_withdrawn_finding_leaves_its_ref_and_hash_alone(
        self, finding: Finding, personas: Personas, client: Client
    ) -> None:
        edition = made(personas)
        page = f"/editions/1/{finding.codings.get().item.code}/"
        assert "Ten firms of twelve" in client.get(page).content.decode()
        withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="A mistake.")
        shown = client.get(page).content.decode()
        assert "Ten firms" not in shown
        assert "Ten of twelve" not in shown
        assert finding.ref in shown
        row = document(client, edition)["findings"]
        assert row == [{"ref": finding.ref, "digest": edition.findings.get().digest}]
        assert not EditionFinding.objects.visible_to(personas.lead).exists()

    def test_withdrawn_consent_erases_it_from_editions(
        self, lesson: FrameworkItem, personas: Personas, client: Client
    ) -> None:
        source = SourceFactory(created_by=personas.evaluator, consent_scope="public")
        finding = public(lesson, personas, source=source)
        edition = made(personas)
        withdraw_consent(by=personas.lead, source=source, version=source.version, reason="By telephone.")
        assert edition.findings.get().content == {}
        assert finding.ref in client.get("/editions/1/L5/").content.decode()
        assert [line.ref for line in change(compared(state_of(edition), state_now()), "L5").went] == [
            finding.ref
        ]
        call_command("verify_editions")

    def test_words_that_were_replaced_are_not_read_in_it(
        self, finding: Finding, personas: Personas, client: Client
    ) -> None:
        edition = made(personas)
        Finding.objects.filter(pk=finding.pk).update(text="Ten of twelve took somebody on.")
        assert "content" not in document(client, edition)["findings"][0]

    def test_an_area_that_is_masked_later_is_not_told(
        self, finding: Finding, personas: Personas, client: Client
    ) -> None:
        edition = made(personas)
        slug = personas.partnership.slug
        assert document(client, edition)["findings"][0]["content"]["partnerships"] == [slug]
        Finding.objects.filter(pk=finding.pk).update(mask_area=True)
        assert "content" not in document(client, edition)["findings"][0]

    def test_the_wording_of_then_stays(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas, client: Client
    ) -> None:
        made(personas)
        FrameworkItem.objects.filter(pk=lesson.pk).update(title="Employers come when they are asked")
        assert "Employers are hard to win" in client.get("/editions/1/l5/").content.decode()

    def test_what_is_not_in_it_is_not_found(
        self, finding: Finding, personas: Personas, client: Client
    ) -> None:
        made(personas)
        assert client.get("/editions/1/L4/").status_code == 404
        assert client.get("/editions/2/").status_code == 404

    def test_the_page_says_how_to_cite_it(self, finding: Finding, personas: Personas, client: Client) -> None:
        edition = made(personas)
        page = client.get("/editions/1/").content.decode()
        assert f"Edition 1, {edition.made_at.day} " in page
        assert edition.digest in page


class TestComparing:
    def test_it_shows_precisely_what_changed(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        LessonFactory(code="L6")
        first = made(personas)
        FrameworkItem.objects.filter(pk=lesson.pk).update(statement="Employers come if asked.")
        AssessmentFactory(item=lesson, confidence="low", visibility="public")
        against = public(lesson, personas, "challenges", title="Nobody had asked")
        second = made(personas, last_seen=1)
        changes = compared(state_of(first), state_of(second))
        assert [change.code for change in changes] == ["L5"]
        facts = {what: (before, after) for what, before, after in changes[0].facts}
        assert facts["Confidence"] == ("Not judged", "Low")
        assert facts["The programme"] == ("1 supporting", "1 supporting, 1 challenging")
        assert [difference.label for difference in changes[0].wording] == ["Statement"]
        assert [(line.ref, line.direction) for line in changes[0].came] == [(against.ref, "Challenges")]
        assert (changes[0].went, changes[0].altered) == ([], [])

    def test_a_finding_that_went_is_named_by_its_ref_alone(
        self, finding: Finding, personas: Personas
    ) -> None:
        first = made(personas)
        withdraw_finding(by=personas.lead, finding=finding, version=finding.version, reason="A mistake.")
        went = change(compared(state_of(first), state_now()), "L5").went
        assert [(line.ref, line.title, line.href) for line in went] == [(finding.ref, "", "")]

    def test_a_direction_that_changed_is_told(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas
    ) -> None:
        first = made(personas)
        finding.codings.update(direction="refines")
        altered = change(compared(state_of(first), state_now()), "L5").altered
        assert [line.direction for line in altered] == ["Supports before, now refines"]

    def test_items_that_only_one_has_are_told(self, finding: Finding, personas: Personas) -> None:
        first = made(personas)
        LessonFactory(code="L9")
        assert change(compared(state_of(first), state_now()), "L9").presence == "Only in now."

    def test_the_page_compares_with_the_present(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas, client: Client
    ) -> None:
        made(personas)
        assert "0 items differ." in client.get("/editions/compare/?before=1").content.decode()
        public(lesson, personas, "challenges", title="Nobody had asked")
        page = client.get("/editions/compare/?before=1").content.decode()
        assert "1 item differs." in page
        assert "Nobody had asked" in page

    @pytest.mark.parametrize("query", ["before=7", "before=x", "before=1&after=7", "before=%00", "before="])
    def test_a_query_that_makes_no_sense_gets_a_clear_answer(
        self, finding: Finding, personas: Personas, client: Client, query: str
    ) -> None:
        made(personas)
        page = client.get(f"/editions/compare/?{query}")
        assert page.status_code == 200
        assert "There is a problem" in page.content.decode()


class TestPages:
    def test_a_lead_sees_what_is_new_and_makes_the_next(
        self,
        lesson: FrameworkItem,
        finding: Finding,
        personas: Personas,
        client_of: Callable[[str], Client],
    ) -> None:
        made(personas)
        public(lesson, personas, "challenges", title="Nobody had asked")
        browser = client_of("lead")
        assert "Nobody had asked" in browser.get("/editions/new/").content.decode()
        response = browser.post("/editions/new/", {"note": "After wave 2.", "last_seen": "1"})
        assert response["Location"] == "/editions/2/"

    def test_nothing_typed_is_lost_when_somebody_was_quicker(
        self,
        lesson: FrameworkItem,
        finding: Finding,
        personas: Personas,
        client_of: Callable[[str], Client],
    ) -> None:
        made(personas)
        public(lesson, personas)
        made(personas, last_seen=1)
        public(lesson, personas)
        response = client_of("lead").post("/editions/new/", {"note": "After wave 2.", "last_seen": "1"})
        page = response.content.decode()
        assert response.status_code == 409
        assert "After wave 2." in page
        assert 'name="last_seen" value="2"' in page


class TestProof:
    def test_an_edition_is_proven(self, finding: Finding, personas: Personas, capsys: Any) -> None:
        made(personas)
        call_command("verify_editions")
        assert "1 edition is as frozen." in capsys.readouterr().out

    @pytest.mark.parametrize("part", ["item", "finding", "note", "missing"])
    def test_what_was_altered_is_noticed(self, finding: Finding, personas: Personas, part: str) -> None:
        made(personas)
        if part == "item":
            entry = EditionItem.objects.first()
            assert entry
            entry.content["title"] = "Another"
            entry.save()
        elif part == "finding":
            row = EditionFinding.objects.get()
            row.content["text"] = "Another."
            row.save()
        elif part == "note":
            Edition.objects.update(note="Another.")
        else:
            EditionFinding.objects.all().delete()
        with pytest.raises(CommandError):
            call_command("verify_editions")

    def test_the_file_can_be_checked_by_anybody(
        self, lesson: FrameworkItem, finding: Finding, personas: Personas, client: Client
    ) -> None:
        """As the file itself says how, with nothing of ours."""
        import hashlib

        def hashed(value: Any) -> str:
            text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            return hashlib.sha256(text.encode()).hexdigest()

        whole = document(client, made(personas))
        assert all(hashed(row["content"]) == row["digest"] for row in [*whole["items"], *whole["findings"]])
        stated = {name: whole[name] for name in ("number", "made_on", "note")}
        items = {row["content"]["code"]: row["digest"] for row in whole["items"]}
        findings = {row["ref"]: row["digest"] for row in whole["findings"]}
        assert hashed(stated | {"items": items, "findings": findings}) == whole["digest"]


def test_the_api_gives_editions(
    lesson: FrameworkItem, finding: Finding, personas: Personas, client: Client
) -> None:
    edition = made(personas)
    listed = client.get("/api/v1/editions/").json()
    assert listed["count"] == 1
    one = client.get("/api/v1/editions/1/").json()
    assert one == listed["results"][0]
    assert (one["digest"], one["findings"]) == (edition.digest, 1)
    assert one["items"][0]["code"] == "L5"
    assert one["items"][0]["counts"]["supports"] == 1
    assert one["json_url"].endswith("/editions/1.json")
