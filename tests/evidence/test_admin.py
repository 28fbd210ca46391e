"""The evidence admin: who sees and does what, and that it has no rules of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evidence.actions.finding_input import input_of
from evidence.actions.findings import update_finding
from evidence.actions.framework import edit_item
from evidence.models import Coding, Finding, FrameworkItem, Lesson, Source
from partnerships.models import AuditRow, LoadedRecord
from tests import factories
from tests.personas import Personas

ClientOf = Callable[[str], Client]
INDEX = ("theme", "lesson", "driver", "barrier", "benefit", "approach", "outcome", "researchquestion")
FRAMEWORK = (*INDEX, "reference", "programme")


def address(model: str, page: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:evidence_{model}_{page}", args=args)


def fields_of(response: Any) -> dict[str, Any]:
    """What a browser would send of a change page, as it was opened."""
    form = response.context["adminform"].form
    bound = [
        *form,
        *(field for formset in response.context["inline_admin_formsets"] for field in rows_of(formset)),
    ]
    sent: dict[str, Any] = {}
    for field in bound:
        if field.field.disabled:
            continue
        value = field.field.prepare_value(field.value())
        if value is not None and value is not False and value != []:
            sent[field.html_name] = value
    return sent


def rows_of(inline: Any) -> list[Any]:
    formset = inline.formset
    return [field for form in [formset.management_form, *formset.forms] for field in form]


@pytest.fixture
def lesson(db: None) -> Lesson:
    return factories.LessonFactory(code="L5", title="Honest partners", synonyms=["candour"])


@pytest.fixture
def finding(personas: Personas) -> Finding:
    """A submitted finding, coded to one item."""
    return factories.FindingFactory(
        submitted=True,
        partnerships=[personas.partnership],
        codings=[(factories.DriverFactory(code="D4", title="The board"), "supports")],
    )


# Who


@pytest.mark.parametrize("model", [*FRAMEWORK, "frameworkitem", "finding", "coding"])
@pytest.mark.parametrize("persona", ["lead", "administrator"])
def test_leads_and_administrators_open_every_list(client_of: ClientOf, model: str, persona: str) -> None:
    assert client_of(persona).get(address(model)).status_code == 200


@pytest.mark.parametrize("model", ["source", "reviewstep"])
def test_only_the_evaluation_team_opens_sources_and_steps(client_of: ClientOf, model: str) -> None:
    assert client_of("lead").get(address(model)).status_code == 200
    assert client_of("administrator").get(address(model)).status_code == 403


@pytest.mark.parametrize("model", [*FRAMEWORK, "finding", "coding", "source", "reviewstep"])
@pytest.mark.parametrize("persona", ["reporter", "funder", "evaluator"])
def test_nobody_else_opens_a_list(client_of: ClientOf, model: str, persona: str) -> None:
    assert client_of(persona).get(address(model)).status_code == 403


def test_an_administrator_sees_only_public_findings_and_only_reads_them(client_of: ClientOf) -> None:
    public = factories.FindingFactory(published=True, visibility="public", title="For all")
    factories.FindingFactory(published=True, visibility="funder", title="For the funder")
    hidden = factories.FindingFactory(title="Only a draft", codings=[(factories.DriverFactory(), "supports")])
    client = client_of("administrator")
    listed = client.get(address("finding"))
    assert list(listed.context["cl"].queryset) == [public]
    assert "Only a draft" not in client.get(address("coding")).content.decode()
    for page in ("change", "history"):
        assert client.get(address("finding", page, hidden.pk)).status_code == 404
    opened = client.get(address("finding", "change", public.pk))
    assert opened.status_code == 200
    assert not opened.context["has_change_permission"]
    assert client.post(address("finding", "change", public.pk), {"text": "Mine now"}).status_code == 403


def test_no_shortcut_tells_the_ref_of_a_hidden_finding(client_of: ClientOf) -> None:
    hidden = factories.FindingFactory()
    kind = ContentType.objects.get_for_model(Finding)
    assert client_of("administrator").get(f"/admin/r/{kind.pk}/{hidden.pk}/").status_code == 404


def test_an_administrator_reads_neither_source_nor_steps_nor_history_of_a_finding(
    client_of: ClientOf,
) -> None:
    source = factories.SourceFactory(respondent_role="keeper of the seal")
    finding = factories.FindingFactory(published=True, visibility="public", source=source)
    factories.ReviewStepFactory(finding=finding, reason="Too close to home")
    client = client_of("administrator")
    page = client.get(address("finding", "change", finding.pk)).content.decode()
    assert "keeper of the seal" not in page
    assert "Too close to home" not in page
    assert client.get(address("finding", "history", finding.pk)).status_code == 403


def test_a_reference_lists_only_the_findings_its_reader_may_see(client_of: ClientOf) -> None:
    reference = factories.ReferenceFactory()
    factories.FindingCitationFactory(reference=reference, finding__title="Open to all")
    draft = factories.FindingFactory(title="A secret draft")
    factories.FindingCitationFactory(reference=reference, finding=draft)
    pages = {
        persona: client_of(persona).get(address("reference", "change", reference.pk)).content.decode()
        for persona in ("lead", "administrator")
    }
    assert "A secret draft" in pages["lead"]
    assert "A secret draft" not in pages["administrator"]
    assert "Open to all" in pages["administrator"]


# The framework


def test_items_of_all_kinds_are_found_by_code_and_synonym_but_stand_under_their_kinds(
    client_of: ClientOf, lesson: Lesson
) -> None:
    client = client_of("lead")
    query = {"app_label": "evidence", "model_name": "coding", "field_name": "item"}
    for term in ("L5", "candour", "honest"):
        found = client.get(reverse("admin:autocomplete"), query | {"term": term}).json()["results"]
        assert [row["text"] for row in found] == ["L5 Honest partners"]
    index = client.get(reverse("admin:index")).content.decode()
    assert address("lesson") in index
    assert address("frameworkitem") not in index
    assert client.get(address("frameworkitem", "change", lesson.pk)).context["has_change_permission"] is False


def test_rewording_makes_a_version_with_its_person_and_reason(
    client_of: ClientOf, personas: Personas, lesson: Lesson
) -> None:
    LoadedRecord.objects.create(
        model="evidence.frameworkitem", key="L5", data={"title": lesson.title, "statement": lesson.statement}
    )
    client = client_of("administrator")
    change = address("lesson", "change", lesson.pk)
    opened = client.get(change)
    assert "nobody has reworded it" in opened.content.decode()
    sent = fields_of(opened) | {"statement": "Say what you think.", "synonyms": "candour\nopenness"}

    refused = client.post(change, sent)
    assert "Say why it is reworded" in refused.content.decode()
    assert "Say what you think." in refused.content.decode()
    lesson.refresh_from_db()
    assert lesson.version == 1

    assert client.post(change, sent | {"reason": "Plainer"}).status_code == 302
    lesson.refresh_from_db()
    assert (lesson.statement, lesson.version) == ("Say what you think.", 2)
    assert lesson.synonyms == ["candour", "openness"]
    latest = FrameworkItem.history.filter(id=lesson.pk).latest()
    assert (latest.history_user, latest.history_change_reason) == (personas.administrator, "Plainer")
    row = AuditRow.objects.get(target_key="L5")
    assert (row.verb, row.by) == ("framework-item.edited", personas.administrator)
    assert row.details == {"fields": ["statement", "synonyms"], "version": 2}
    assert "Statement of L5." in client.get(change).content.decode()  # the wording of 2014


def test_a_changed_item_is_not_overwritten(client_of: ClientOf, personas: Personas, lesson: Lesson) -> None:
    client = client_of("lead")
    change = address("lesson", "change", lesson.pk)
    sent = fields_of(client.get(change)) | {"title": "My title", "reason": "Mine"}
    edit_item(by=personas.administrator, item=lesson, version=1, values={"title": "Their title"}, reason="x")
    page = client.post(change, sent).content.decode()
    assert "Somebody else has changed this" in page
    assert "Stored now: Their title" in page
    assert "My title" in page
    lesson.refresh_from_db()
    assert (lesson.title, lesson.version) == ("Their title", 2)


def test_saving_an_item_unchanged_makes_no_version(client_of: ClientOf, lesson: Lesson) -> None:
    client = client_of("lead")
    change = address("lesson", "change", lesson.pk)
    assert client.post(change, fields_of(client.get(change))).status_code == 302
    lesson.refresh_from_db()
    assert lesson.version == 1
    assert not AuditRow.objects.exists()


def test_a_lesson_is_added_with_its_citation(client_of: ClientOf, personas: Personas) -> None:
    reference, sector = factories.ReferenceFactory(), factories.SectorFactory()
    client = client_of("lead")
    sent = fields_of(client.get(address("lesson", "add"))) | {
        "code": "L11",
        "title": "A new lesson",
        "statement": "It holds.",
        "theme": factories.ThemeFactory().pk,
        "section": "2.4",
        "sectors": [sector.pk],
        "order": 11,
        "citations-TOTAL_FORMS": 1,
        "citations-0-reference": reference.pk,
        "citations-0-state": "listed",
    }
    assert client.post(address("lesson", "add"), sent).status_code == 302
    lesson = Lesson.objects.get(code="L11")
    assert list(lesson.sectors.all()) == [sector]
    assert [citation.reference for citation in lesson.citations.all()] == [reference]
    assert FrameworkItem.history.get(id=lesson.pk).history_user == personas.lead
    assert set(AuditRow.objects.values_list("verb", flat=True)) == {
        "framework-item.added",
        "framework-item.citations-changed",
    }


def test_the_code_of_an_item_stays(client_of: ClientOf, lesson: Lesson) -> None:
    client = client_of("lead")
    change = address("lesson", "change", lesson.pk)
    client.post(change, fields_of(client.get(change)) | {"code": "L99", "group": "Trust"})
    lesson.refresh_from_db()
    assert (lesson.code, lesson.group) == ("L5", "Trust")


def test_only_an_unused_item_can_be_deleted(client_of: ClientOf, lesson: Lesson) -> None:
    client = client_of("lead")
    coding = factories.CodingFactory(item=FrameworkItem.objects.get(pk=lesson.pk))
    delete = address("lesson", "delete", lesson.pk)
    assert client.post(delete, {"post": "yes"}).status_code == 403
    coding.delete()
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not Lesson.objects.exists()
    assert AuditRow.objects.get().verb == "framework-item.deleted"
    assert FrameworkItem.history.filter(history_type="-").count() == 1


def test_a_reference_is_edited_with_an_audit_row_and_stays_while_cited(
    client_of: ClientOf, personas: Personas
) -> None:
    reference = factories.ItemCitationFactory(reference__key="Meadows2006").reference
    client = client_of("administrator")
    change = address("reference", "change", reference.pk)
    sent = fields_of(client.get(change)) | {"authors": "Meadows, P.\n Metcalf, H. "}
    assert client.post(change, sent).status_code == 302
    reference.refresh_from_db()
    assert reference.authors == ["Meadows, P.", "Metcalf, H."]
    row = AuditRow.objects.get()
    assert (row.by, row.target_key, row.details) == (
        personas.administrator,
        "Meadows2006",
        {"fields": ["authors"]},
    )
    assert client.post(address("reference", "delete", reference.pk), {"post": "yes"}).status_code == 403


# Findings


def test_a_lead_corrects_a_finding_with_its_source_and_codings(
    client_of: ClientOf, personas: Personas, finding: Finding
) -> None:
    question, reference = factories.ResearchQuestionFactory(), factories.ReferenceFactory()
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    sent = fields_of(client.get(change)) | {
        "text": "Boards that meet decide.",
        "source_kind": "workshop",
        "codings-TOTAL_FORMS": 2,
        "codings-0-direction": "challenges",
        "codings-1-item": question.pk,
        "codings-1-direction": "context",
        "codings-1-note": "How boards work",
        "citations-TOTAL_FORMS": 1,
        "citations-0-reference": reference.pk,
    }
    assert client.post(change, sent).status_code == 302
    finding.refresh_from_db()
    assert (finding.text, finding.version) == ("Boards that meet decide.", 2)
    assert finding.updated_by == personas.lead
    assert finding.source.kind == Source.Kind.WORKSHOP
    assert finding.source.respondent_role == "employer engagement officer"
    assert {(coding.item.code, coding.direction, coding.note) for coding in finding.codings.all()} == {
        ("D4", "challenges", ""),
        (question.code, "context", "How boards work"),
    }
    assert [citation.reference for citation in finding.citations.all()] == [reference]
    row = AuditRow.objects.without_readings().get()
    assert (row.verb, row.target_key, row.by) == ("finding.edited", finding.ref, personas.lead)
    assert row.details["fields"] == ["codings", "references", "source", "text"]


def test_a_coding_and_a_reference_are_taken_away(client_of: ClientOf, finding: Finding) -> None:
    factories.CodingFactory(finding=finding)
    factories.FindingCitationFactory(finding=finding)
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    sent = fields_of(client.get(change)) | {"codings-1-DELETE": "on", "citations-0-DELETE": "on"}
    assert client.post(change, sent).status_code == 302
    assert finding.codings.count() == 1
    assert finding.citations.count() == 0


def test_a_changed_finding_is_not_overwritten(
    client_of: ClientOf, personas: Personas, finding: Finding
) -> None:
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    sent = fields_of(client.get(change)) | {"text": "My words.", "codings-0-note": "My note"}
    theirs = input_of(finding)
    update_finding(
        by=personas.lead, finding=finding, data=type(theirs)(**{**vars(theirs), "text": "Theirs."}), version=1
    )
    page = client.post(change, sent).content.decode()
    assert "Somebody else has changed this" in page
    assert "Stored now: Theirs." in page
    assert "My words." in page
    assert "My note" in page
    finding.refresh_from_db()
    assert (finding.text, finding.version) == ("Theirs.", 2)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ({"collected_on": "2999-01-01"}, "be from the future"),
        ({"source_kind": ""}, "Say what kind of source it comes from."),
        ({"partnerships": []}, "Choose a partnership, or say that it concerns the whole programme."),
        ({"codings-0-DELETE": "on"}, "Choose at least one lesson, driver, barrier or question"),
        ({"text": ""}, "This field is required."),
        ({"text": "x" * 10_001}, "at most 10000 characters"),
        ({"quote": "\x00"}, "Null characters are not allowed."),
        ({"opened_version": ""}, "Somebody else has changed this"),
    ],
)
def test_what_the_action_refuses_is_shown_on_the_form(
    client_of: ClientOf, finding: Finding, sent: dict[str, Any], answer: str
) -> None:
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    page = client.post(change, fields_of(client.get(change)) | {"title": "Typed anew"} | sent)
    assert page.status_code == 200
    assert answer in page.content.decode()
    assert "Typed anew" in page.content.decode()
    finding.refresh_from_db()
    assert finding.version == 1


def test_a_question_takes_no_direction_but_context(client_of: ClientOf, finding: Finding) -> None:
    question = factories.ResearchQuestionFactory()
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    sent = fields_of(client.get(change)) | {
        "codings-TOTAL_FORMS": 2,
        "codings-1-item": question.pk,
        "codings-1-direction": "supports",
    }
    page = client.post(change, sent)
    assert "a finding informs a question, so its direction is “context”" in page.content.decode()
    assert finding.codings.count() == 1


def test_a_literature_finding_is_edited_by_leads(client_of: ClientOf) -> None:
    finding = factories.FindingFactory(literature=True)
    citation = factories.FindingCitationFactory(finding=finding, printed="Smith, 2011", state="corrected")
    client = client_of("lead")
    change = address("finding", "change", finding.pk)
    sent = fields_of(client.get(change)) | {"text": "Worded better.", "visibility": "team", "status": "draft"}
    assert client.post(change, sent).status_code == 302
    finding.refresh_from_db()
    assert (finding.text, finding.source) == ("Worded better.", None)
    assert (finding.status, finding.visibility) == ("published", "public")  # the publishing page's business
    citation.refresh_from_db()
    assert (citation.printed, citation.state) == ("Smith, 2011", "corrected")


def test_a_withdrawn_finding_is_only_read(client_of: ClientOf) -> None:
    finding = factories.FindingFactory(withdrawn=True)
    change = address("finding", "change", finding.pk)
    client = client_of("lead")
    page = client.get(change)
    assert page.status_code == 200
    assert "employer engagement officer" in page.content.decode()
    assert client.post(change, {"text": "New"}).status_code == 403


def test_the_page_of_a_finding_leads_on_to_the_steps_that_are_possible(
    client_of: ClientOf, finding: Finding
) -> None:
    page = client_of("lead").get(address("finding", "change", finding.pk))
    labels = [label for label, _ in page.context["steps"]]
    assert labels == ["Return", "Publish"]
    for _, step in page.context["steps"]:
        assert step in page.content.decode()


def test_findings_are_logged_with_the_product_s_own_form(client_of: ClientOf) -> None:
    client = client_of("lead")
    assert client.get(address("finding", "add")).status_code == 403
    assert reverse("evidence:finding-create") in client.get(address("finding")).content.decode()
    assert (
        reverse("evidence:finding-create")
        not in client_of("administrator").get(address("finding")).content.decode()
    )


def test_only_a_draft_is_deleted_and_with_it_its_history(
    client_of: ClientOf, personas: Personas, finding: Finding
) -> None:
    client = client_of("lead")
    assert client.post(address("finding", "delete", finding.pk), {"post": "yes"}).status_code == 403
    draft = factories.FindingFactory(codings=[(factories.DriverFactory(), "supports")])
    delete = address("finding", "delete", draft.pk)
    assert client.get(delete).status_code == 200
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert list(Finding.objects.all()) == [finding]
    assert not Finding.history.filter(id=draft.pk).exists()
    assert AuditRow.objects.without_readings().get().verb == "finding.deleted"
    assert "delete_selected" not in client.get(address("finding")).content.decode()


def test_findings_are_searched_as_on_the_product_s_pages(client_of: ClientOf, finding: Finding) -> None:
    sought = factories.FindingFactory(text="Employers were mentoring young people.")
    client = client_of("lead")
    for words in ("mentored", "employer mentor", sought.ref, '"young people"'):
        assert list(client.get(address("finding"), {"q": words}).context["cl"].queryset) == [sought]
    assert client.get(address("finding"), {"q": '")(* OR'}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"codings__direction__exact": "supports"},
        {"codings__item_kind__exact": "driver"},
        {"status__exact": "submitted"},
        {"origin__exact": "case-study"},
    ],
)
def test_findings_are_filtered(client_of: ClientOf, finding: Finding, query: dict[str, str]) -> None:
    factories.FindingFactory(literature=True)
    page = client_of("lead").get(address("finding"), query)
    assert list(page.context["cl"].queryset) == [finding]


@pytest.mark.parametrize("model", ["coding", "source", "reviewstep"])
def test_what_is_changed_with_a_finding_is_only_read_by_itself(
    client_of: ClientOf, finding: Finding, model: str
) -> None:
    step = factories.ReviewStepFactory(finding=finding)
    row = {"coding": finding.codings.get(), "source": finding.source, "reviewstep": step}[model]
    client = client_of("lead")
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.get(address(model, "add")).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


# History


def test_the_history_of_an_item_says_who_changed_which_words_and_why(
    client_of: ClientOf, personas: Personas, lesson: Lesson
) -> None:
    edit_item(by=personas.lead, item=lesson, version=1, values={"group": "Trust"})
    edit_item(by=personas.lead, item=lesson, version=2, values={"title": "Candid partners"}, reason="Shorter")
    page = client_of("administrator").get(address("lesson", "history", lesson.pk))
    version, _ = page.context["versions"]
    assert (version.by, version.deed, version.reason) == ("Lead", "Changed", "Shorter")
    assert [(change.label, change.before, change.after) for change in version.changes] == [
        ("Title", "Honest partners", "Candid partners")
    ]
    assert "Candid partners" in page.content.decode()


def test_the_history_of_a_finding_has_its_partnerships_and_codings(
    client_of: ClientOf, personas: Personas, finding: Finding
) -> None:
    content = input_of(finding)
    item = factories.BarrierFactory(code="B3", title="Time")
    update_finding(
        by=personas.lead,
        finding=finding,
        version=1,
        data=type(content)(
            **{
                **vars(content),
                "text": "Other words.",
                "partnerships": [personas.other_partnership],
                "codings": [type(content.codings[0])(item=item, direction=Coding.Direction.REFINES)],
            }
        ),
    )
    page = client_of("lead").get(address("finding", "history", finding.pk))
    versions = page.context["versions"]
    after = {(change.label, change.after) for version in versions for change in version.changes}
    assert {("What was found", "Other words."), ("Partnerships", "South")} <= after
    deeds = {(version.deed, version.subject) for version in versions}
    assert ("Deleted", "coding to D4 The board (supports)") in deeds
    assert ("Added", "coding to B3 Time (refines)") in deeds
    assert "style=" not in page.content.decode().split('id="content-main"')[1]


# Flat pages


def queries_for(client: Client, page: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def more_of_everything(finding: Finding, lesson: Lesson) -> None:
    """Rows for every list, all of them about one finding or one lesson where they can be."""
    for _ in range(3):
        item = factories.DriverFactory()
        factories.CodingFactory(finding=finding, item=item)
        reference = factories.FindingCitationFactory(finding=finding).reference
        factories.ItemCitationFactory(item=lesson, reference=reference)
        factories.ReviewStepFactory(finding=finding)
        other = factories.FindingFactory(published=True, codings=[(item, "challenges")])
        other.title = "Reworded"
        other.save()
        finding.text += " More."
        finding.save()
        lesson_as_item = FrameworkItem.objects.get(pk=lesson.pk)
        lesson_as_item.title += "!"
        lesson_as_item.save()
        factories.ProgrammeFactory()


def test_no_page_s_queries_grow_with_its_rows(client_of: ClientOf, finding: Finding, lesson: Lesson) -> None:
    reference = factories.ItemCitationFactory(item=lesson).reference
    pages = [
        *(
            address(model)
            for model in (*FRAMEWORK, "frameworkitem", "finding", "coding", "source", "reviewstep")
        ),
        address("finding", "change", finding.pk),
        address("finding", "history", finding.pk),
        address("lesson", "change", lesson.pk),
        address("lesson", "history", lesson.pk),
        address("reference", "change", reference.pk),
    ]
    client = client_of("lead")
    more_of_everything(finding, lesson)
    for page in pages:
        client.get(page)  # Django remembers content types from the first visit on
    before = {page: queries_for(client, page) for page in pages}
    for _ in range(4):
        more_of_everything(finding, lesson)
    assert {page: queries_for(client, page) for page in pages} == before
