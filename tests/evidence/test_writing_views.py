"""Logging, editing and reviewing findings in the browser."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.actions.finding_rules import AnonymisationPoint
from evidence.models import Finding, FrameworkItem
from tests.factories import (
    BarrierFactory,
    CodingFactory,
    FindingFactory,
    LessonFactory,
    OrganisationFactory,
    PartnershipFactory,
    ProgrammeFactory,
    ResearchQuestionFactory,
    ReviewStepFactory,
)
from tests.personas import Personas

ClientOf = Callable[[str], Client]
NEW = "/findings/new/"


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    BarrierFactory(code="B1")
    ResearchQuestionFactory(code="Q8c")
    return LessonFactory(code="L5", title="Engaging the private sector")


@pytest.fixture
def whole(personas: Personas, lesson: FrameworkItem) -> dict[str, Any]:
    """What a browser posts for a complete finding."""
    return {
        "submission_key": "f0f7cb5a-6e5b-4a57-9d0e-5f9d8a6f5a11",
        "text": "Employers stayed where one person kept in touch.",
        "partnerships": ["north"],
        "source_kind": "interview",
        "collected_on": "4/3/2015",
        "respondent_role": "mentor",
        "coding-L5-direction": "challenges",
        "coding-L5-note": "Where nobody rang.",
        "coding-Q8c-direction": "context",
        "visibility": "funder",
    }


def address(step: str, finding: Finding) -> str:
    return reverse(f"evidence:finding-{step}", args=[finding.ref])


def page(response: Any) -> str:
    return response.content.decode()


def said(client: Client, response: Any) -> str:
    """The message on the page that follows."""
    html = page(client.get(response.url))
    [message] = re.findall(r'class="notice message.*?<p>(.*?)</p>', html, re.DOTALL)
    return message


# A new finding


def test_a_finding_is_logged_and_submitted(client_of: ClientOf, whole: dict[str, Any]) -> None:
    client = client_of("evaluator")
    response = client.post(NEW, whole | {"step": "submit"})
    finding = Finding.objects.get()
    assert response.url == address("detail", finding)
    assert said(client, response) == f"Finding {finding.ref} submitted. A lead evaluator will review it."
    assert finding.status == "submitted"
    assert sorted(finding.codings.values_list("item__code", "direction", "note")) == [
        ("L5", "challenges", "Where nobody rang."),
        ("Q8c", "context", ""),
    ]


def test_a_draft_needs_only_its_text(client_of: ClientOf, lesson: FrameworkItem) -> None:
    client = client_of("evaluator")
    response = client.post(NEW, {"text": "A thought.", "visibility": "funder", "step": "save"})
    finding = Finding.objects.get()
    assert said(client, response).startswith(f"Draft {finding.ref} saved.")


def test_sent_twice_it_is_one_finding(client_of: ClientOf, whole: dict[str, Any]) -> None:
    client = client_of("evaluator")
    first, second = client.post(NEW, whole), client.post(NEW, whole)
    assert first.url == second.url
    assert Finding.objects.count() == 1


def test_each_opened_form_has_a_key_of_its_own(client_of: ClientOf, lesson: FrameworkItem) -> None:
    client = client_of("evaluator")
    keys = [re.search(r'name="submission_key" value="([^"]+)"', page(client.get(NEW)))[1] for _ in range(2)]
    assert len(keys[0]) == 36
    assert keys[0] != keys[1]


def test_nothing_typed_is_lost_when_something_is_wrong(client_of: ClientOf, whole: dict[str, Any]) -> None:
    typed = whole | {
        "title": "A headline of mine",
        "quote": "[Name] rang <us>",
        "collected_on": "4/3/2999",
        "coding-B1-note": "Half a thought",
        "coding-L99-direction": "supports",
        "coding-L99-note": "Where does this go?",
        "step": "submit",
    }
    html = page(client_of("evaluator").post(NEW, typed))
    assert not Finding.objects.exists()
    for words in (
        typed["text"],
        'value="A headline of mine"',
        "[Name] rang &lt;us&gt;",
        'value="4/3/2999"',
        'value="mentor"',
        'value="north" class="ticks" id="id_partnerships_0" checked',
        'value="interview" class="ticks" id="id_source_kind_0" checked',
        '<option value="challenges" selected>',
        "Where nobody rang.",
        "Half a thought",
        "Where does this go?",
        typed["submission_key"],
        "<title>Error: Log a finding",
        '<a href="#coding-B1-direction">B1: Choose a direction, or clear the note.</a>',
        '<a href="#item-picker">There is no item with the code “L99”',
    ):
        assert words in html


def test_what_an_action_refuses_stands_beside_its_field(client_of: ClientOf, whole: dict[str, Any]) -> None:
    html = page(client_of("evaluator").post(NEW, whole | {"collected_on": "4/3/2999"}))
    assert '<a href="#id_collected_on">The evidence can&#x27;t be from the future.' in html.replace(
        "&#39;", "&#x27;"
    )
    html = page(client_of("evaluator").post(NEW, whole | {"programme_wide": "on"}))
    assert '<a href="#id_partnerships_0">Choose partnerships or the whole programme, not both.</a>' in html


def test_an_incomplete_finding_is_not_submitted_and_nothing_is_lost(
    client_of: ClientOf, lesson: FrameworkItem
) -> None:
    response = client_of("evaluator").post(
        NEW, {"text": "A thought.", "visibility": "team", "step": "submit"}
    )
    html = page(response)
    assert response.status_code == 200
    assert "A thought.</textarea>" in html
    assert "Choose a partnership, or say that it concerns the whole programme." in html
    assert not Finding.objects.exists()


def test_the_address_says_what_to_begin_with(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    html = page(client_of("evaluator").get(NEW + "?item=l5&item=Q8C&partnership=north&partnership=south"))
    assert re.search(r'value="north"[^>]*checked', html)
    assert re.search(r'value="south"[^>]*checked', html)
    first_group = html.split('data-kind="first" open')[1].split("</details>\n  <details")[0]
    assert 'data-code="L5"' in first_group
    assert '<option value="context" selected>Informs' in first_group
    assert "There is no" not in html


def test_a_question_of_the_address_can_be_cleared(client_of: ClientOf, whole: dict[str, Any]) -> None:
    client_of("evaluator").post(NEW + "?item=Q8c", whole | {"coding-Q8c-direction": ""})
    assert list(Finding.objects.get().codings.values_list("item__code", flat=True)) == ["L5"]


@pytest.mark.parametrize("item", ["L99", "%00", "x" * 3000, "<b>"])
def test_what_the_address_names_in_vain_is_told_once(
    client_of: ClientOf, whole: dict[str, Any], item: str
) -> None:
    client = client_of("evaluator")
    url = f"{NEW}?item={item}&partnership=atlantis"
    html = page(client.get(url))
    assert "There is no item “" in html
    assert "There is no partnership “atlantis”, so it was left out." in html
    assert "There is no" not in page(client.post(url, whole, follow=True))


def test_the_draft_of_a_copy_is_a_new_finding_of_ones_own(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    organisation = OrganisationFactory()
    original = FindingFactory(
        published=True,
        title="Kept",
        text="Copied words.",
        partnerships=[personas.partnership],
        organisations=[organisation],
        codings=[(lesson, "refines")],
    )
    response = client_of("other_evaluator").get(address("copy", original))
    html = page(response)
    assert response.status_code == 200
    assert "Copied words.</textarea>" in html
    assert re.search(r'value="north"[^>]*checked', html)
    assert re.search(rf'value="{organisation.slug}"[^>]*checked', html)
    assert '<option value="refines" selected>' in html
    assert f'name="source_ref" value="{original.source.ref}"' in html
    assert f'action="{NEW}"' in html


# Several findings from one source


def test_another_finding_from_the_same_source(
    client_of: ClientOf, whole: dict[str, Any], lesson: FrameworkItem
) -> None:
    client = client_of("evaluator")
    response = client.post(NEW, whole | {"step": "another"})
    first = Finding.objects.get()
    assert (first.status, response.url) == ("draft", f"{NEW}?after={first.ref}")
    html = page(client.get(response.url))
    assert f"source are those of {first.ref}." in html
    assert f'<input type="hidden" name="after" value="{first.ref}"' in html
    assert re.search(r'value="north"[^>]*checked', html)
    assert f'name="source_ref" value="{first.source.ref}"' in html
    assert 'name="source_kind"' not in html
    for words in (whole["text"], "Where nobody rang.", whole["submission_key"]):
        assert words not in html.split("<form method")[-1]
    source = {"after": first.ref, "source_ref": first.source.ref}
    client.post(NEW, whole | source | {"text": "Something else.", "submission_key": "another"})
    first.refresh_from_db()
    second = Finding.objects.get(text="Something else.")
    assert second.source == first.source
    assert first.source.is_shared


def test_a_draft_can_be_edited_and_followed_by_another(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    response = client_of("evaluator").post(
        address("edit", draft), whole | {"version": "1", "step": "another"}
    )
    assert response.url == f"{NEW}?after={draft.ref}"


def test_nobody_rests_a_finding_on_what_is_not_theirs(
    client_of: ClientOf, personas: Personas, whole: dict[str, Any]
) -> None:
    theirs = FindingFactory(published=True, visibility="public", created_by=personas.other_evaluator)
    client = client_of("evaluator")
    html = page(client.get(f"{NEW}?after={theirs.ref}"))
    assert '<input type="hidden" name="after" id' in html
    assert "source are those of" not in html
    client.post(NEW, whole | {"after": theirs.ref})
    assert Finding.objects.get(text=whole["text"]).source != theirs.source
    for odd in ("F-22222222", "%00", "x" * 3000, ""):
        assert client.get(f"{NEW}?after={odd}").status_code == 200


def test_nothing_new_rests_on_a_source_without_consent(
    client_of: ClientOf, personas: Personas, draft: Finding, whole: dict[str, Any]
) -> None:
    draft.source.consent_withdrawn_at, draft.source.consent_withdrawn_by = timezone.now(), personas.lead
    draft.source.save()
    client = client_of("evaluator")
    assert f'name="after" value="{draft.ref}"' not in page(client.get(f"{NEW}?after={draft.ref}"))
    client.post(NEW, whole | {"after": draft.ref})
    assert Finding.objects.get(text=whole["text"]).source != draft.source


# Editing


@pytest.fixture
def draft(personas: Personas, lesson: FrameworkItem) -> Finding:
    return FindingFactory(
        created_by=personas.evaluator,
        title="",
        text="Stored words.",
        partnerships=[personas.partnership],
        codings=[(lesson, "supports")],
    )


def test_an_edit_is_saved_as_the_next_version(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    client = client_of("evaluator")
    assert 'name="version" value="1"' in page(client.get(address("edit", draft)))
    response = client.post(address("edit", draft), whole | {"version": "1"})
    draft.refresh_from_db()
    assert response.url == address("detail", draft)
    assert (draft.version, draft.text, draft.status) == (2, whole["text"], "draft")


def test_an_edit_can_submit_too(client_of: ClientOf, draft: Finding, whole: dict[str, Any]) -> None:
    client_of("evaluator").post(address("edit", draft), whole | {"version": "1", "step": "submit"})
    draft.refresh_from_db()
    assert (draft.status, draft.text) == ("submitted", whole["text"])


def test_an_edit_that_cannot_be_submitted_leaves_the_draft_and_the_words(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    del whole["source_kind"]
    response = client_of("evaluator").post(
        address("edit", draft), whole | {"version": "1", "step": "submit", "respondent_role": ""}
    )
    draft.refresh_from_db()
    assert draft.version == 1
    assert whole["text"] in page(response)
    assert 'name="version" value="1"' in page(response)


def test_the_reason_of_a_return_stands_on_top(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(returned=True, created_by=personas.evaluator)
    ReviewStepFactory(finding=finding, step="return", reason="An older reason.", by=personas.lead)
    ReviewStepFactory(finding=finding, step="return", reason="Name the month.", by=personas.lead)
    html = page(client_of("evaluator").get(address("edit", finding)))
    assert "Name the month." in html
    assert "An older reason." not in html
    assert "Submit again" in html


def test_a_lead_is_warned_that_new_words_need_a_new_release(
    client_of: ClientOf, lesson: FrameworkItem, whole: dict[str, Any]
) -> None:
    finding = FindingFactory(published=True, visibility="public", codings=[(lesson, "supports")])
    client = client_of("lead")
    html = page(client.get(address("edit", finding)))
    assert "New words have to be released again" in html
    assert '<input type="hidden" name="visibility" value="public"' in html
    assert "Submit" not in html.split("form-actions")[1]
    client.post(address("edit", finding), whole | {"version": "1", "visibility": "public", "step": "submit"})
    finding.refresh_from_db()
    assert (finding.status, finding.visibility, finding.text) == ("published", "funder", whole["text"])


def test_the_programme_of_a_finding_outlives_an_edit(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    draft.programme = ProgrammeFactory()
    draft.save()
    client_of("evaluator").post(address("edit", draft), whole | {"version": "1"})
    assert Finding.objects.get().programme == draft.programme


def test_a_lead_who_edits_what_waits_is_not_told_of_a_submission(
    client_of: ClientOf, lesson: FrameworkItem, whole: dict[str, Any]
) -> None:
    finding = FindingFactory(submitted=True, codings=[(lesson, "supports")])
    client = client_of("lead")
    response = client.post(address("edit", finding), whole | {"version": "1", "step": "save"})
    assert said(client, response) == f"Finding {finding.ref} saved."


# Two people at once


def test_a_conflict_shows_both_texts_and_loses_none(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    client_of("lead").post(address("edit", draft), whole | {"version": "1", "text": "The lead's words."})
    mine = whole | {"version": "1", "text": "My words.", "coding-L5-direction": "refines", "step": "submit"}
    response = client_of("evaluator").post(address("edit", draft), mine)
    html = page(response)
    assert response.status_code == 409
    assert html.count("<fieldset") == 2
    assert "<p>My words.</p>" in html
    assert "<p>The lead" in html
    assert "Refines: Where nobody rang." in html
    assert "Challenges: Where nobody rang." in html
    assert '<input type="hidden" name="version" value="2">' in html
    for name in ("text", "partnerships", "source_kind", "coding-Q8c-direction", "step"):
        assert f'<input type="hidden" name="{name}" value="' in html
    draft.refresh_from_db()
    assert draft.text == "The lead's words."


def test_a_conflict_is_settled_part_by_part(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    client_of("lead").post(address("edit", draft), whole | {"version": "1", "text": "The lead's words."})
    client = client_of("evaluator")
    mine = whole | {"text": "My words.", "coding-L5-direction": "refines", "step": "submit"}
    settling = mine | {"settling": "yes", "version": "2", "keep-text": "theirs"}

    asked = client.post(address("edit", draft), settling)
    assert asked.status_code == 409
    assert "L5 Engaging the private sector: keep yours, or take what is stored?" in page(asked)
    assert "What was found: keep yours" not in page(asked)

    client.post(address("edit", draft), settling | {"keep-coding-L5": "mine"})
    draft.refresh_from_db()
    assert (draft.text, draft.status) == ("The lead's words.", "submitted")
    assert draft.codings.get(item__code="L5").direction == "refines"


def test_a_second_conflict_while_settling_is_a_conflict_again(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    for version, text in [(1, "The lead's words."), (2, "The lead's second words.")]:
        client_of("lead").post(address("edit", draft), whole | {"version": str(version), "text": text})
    settling = whole | {"text": "Mine.", "settling": "yes", "version": "2", "keep-text": "mine"}
    response = client_of("evaluator").post(address("edit", draft), settling)
    assert response.status_code == 409
    assert "second words" in page(response)
    draft.refresh_from_db()
    assert draft.version == 3


@pytest.mark.parametrize("version", ["", "0", "999"])
def test_a_form_without_its_version_overwrites_nothing(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any], version: str
) -> None:
    response = client_of("evaluator").post(address("edit", draft), whole | {"version": version})
    assert response.status_code == 409
    draft.refresh_from_db()
    assert draft.text == "Stored words."


def test_words_for_a_finding_that_was_submitted_meanwhile_are_shown_to_be_copied(
    client_of: ClientOf, draft: Finding, whole: dict[str, Any]
) -> None:
    client_of("lead").post(address("edit", draft), whole | {"version": "1", "step": "submit"})
    mine = whole | {"version": "1", "text": "My late words."}
    response = client_of("evaluator").post(address("edit", draft), mine)
    html = page(response)
    assert response.status_code == 409
    assert "My late words." in html
    assert "It is submitted now" in html
    assert "Save these choices" not in html


# The steps of review


def test_a_lead_returns_with_a_reason(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(submitted=True, created_by=personas.evaluator)
    client = client_of("lead")
    without = client.post(address("return", finding), {"version": "1", "reason": " "})
    assert "Say what should change, so that the author can act on it." in page(without)
    response = client.post(address("return", finding), {"version": "1", "reason": "Name the month."})
    assert said(client, response) == f"Finding {finding.ref} returned. Its author will read your reason."
    assert finding.steps.get().reason == "Name the month."


def test_a_lead_publishes_for_the_funder(client_of: ClientOf, lesson: FrameworkItem) -> None:
    finding = FindingFactory(submitted=True, visibility="public", codings=[(lesson, "challenges")])
    client = client_of("lead")
    assert re.search(r'value="public"[^>]*checked', page(client.get(address("publish", finding))))
    response = client.post(address("publish", finding), {"version": "1", "visibility": "funder"})
    assert said(client, response).startswith(f"Finding {finding.ref} published.")
    finding.refresh_from_db()
    assert (finding.status, finding.visibility) == ("published", "funder")


def test_the_public_reads_it_only_once_every_point_is_confirmed(
    client_of: ClientOf, lesson: FrameworkItem
) -> None:
    finding = FindingFactory(submitted=True, codings=[(lesson, "challenges")])
    client = client_of("lead")
    choice = {"version": "1", "visibility": "public"}
    html = page(client.post(address("publish", finding), choice))
    assert '<a href="#id_checklist_0">Confirm every point' in html
    most = AnonymisationPoint.values[1:]
    html = page(client.post(address("publish", finding), choice | {"checklist": most}))
    assert html.count("Confirm before releasing") == 2  # in the summary and beside the points
    assert html.count("checked") == 1 + len(most)
    client.post(address("publish", finding), choice | {"checklist": AnonymisationPoint.values})
    finding.refresh_from_db()
    assert (finding.status, finding.visibility) == ("published", "public")


def test_a_lead_who_wrote_it_is_told_why_somebody_else_releases_it(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    finding = FindingFactory(
        submitted=True, created_by=personas.lead, visibility="public", codings=[(lesson, "supports")]
    )
    client = client_of("lead")
    html = page(client.get(address("publish", finding)))
    assert "Another lead evaluator releases it further" in html
    assert 'value="public"' not in html
    assert re.search(r'value="funder"[^>]*checked', html)
    forced = {"version": "1", "visibility": "public", "checklist": AnonymisationPoint.values}
    assert client.post(address("publish", finding), forced).status_code == 200
    finding.refresh_from_db()
    assert finding.status == "submitted"


def test_the_circle_of_a_published_finding_can_change(client_of: ClientOf, lesson: FrameworkItem) -> None:
    finding = FindingFactory(published=True, visibility="funder", codings=[(lesson, "supports")])
    client = client_of("lead")
    assert "Change who may read it" in page(client.get(address("publish", finding)))
    client.post(address("publish", finding), {"version": "1", "visibility": "team"})
    finding.refresh_from_db()
    assert finding.visibility == "team"


def test_an_author_withdraws_with_a_reason(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(published=True, created_by=personas.evaluator, visibility="funder")
    client = client_of("evaluator")
    html = page(client.post(address("withdraw", finding), {"version": "1", "reason": ""}))
    assert "Say why it is withdrawn" in html
    client.post(address("withdraw", finding), {"version": "1", "reason": "Consent was withdrawn."})
    assert client_of("funder").get(address("detail", finding)).status_code == 404


def test_a_draft_is_deleted_after_asking(client_of: ClientOf, draft: Finding) -> None:
    client = client_of("evaluator")
    assert "Delete this draft?" in page(client.get(address("delete", draft)))
    assert Finding.objects.exists()
    response = client.post(address("delete", draft), {"version": "1"})
    assert response.url == "/inbox/"
    assert said(client, response) == f"Draft {draft.ref} deleted."
    assert not Finding.objects.exists()


def test_what_is_missing_is_said_before_a_step_is_offered(client_of: ClientOf, personas: Personas) -> None:
    finding = FindingFactory(created_by=personas.evaluator, source=None, partnerships=[])
    client = client_of("evaluator")
    html = page(client.get(address("submit", finding)))
    for words in ("Choose a partnership", "Say what kind of source", "Give the day", "Choose at least one"):
        assert words in html
    assert 'name="version"' not in html
    assert client.post(address("submit", finding), {"version": "1"}).status_code == 200
    finding.refresh_from_db()
    assert finding.status == "draft"


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("edit", "withdrawn"),
        ("submit", "published"),
        ("return", "published"),
        ("publish", "returned"),
        ("withdraw", "submitted"),
        ("delete", "returned"),
    ],
)
def test_a_step_that_is_not_open_leads_back_with_a_word(client_of: ClientOf, step: str, status: str) -> None:
    finding = FindingFactory(**{status: True})
    client = client_of("lead")
    response = client.get(address(step, finding))
    assert response.url == address("detail", finding)
    assert said(client, response).replace("&#39;", "'").startswith(f"Finding {finding.ref} is {status}: ")


@pytest.mark.parametrize("step", ["submit", "return", "publish", "withdraw", "delete"])
def test_a_step_on_a_finding_that_changed_keeps_what_was_typed(
    client_of: ClientOf, step: str, lesson: FrameworkItem
) -> None:
    start = {"return": "submitted", "publish": "submitted", "withdraw": "published"}.get(step)
    finding = FindingFactory(version=2, codings=[(lesson, "supports")], **({start: True} if start else {}))
    typed = {"version": "1", "reason": "A long reason.", "visibility": "team"}
    response = client_of("lead").post(address(step, finding), typed)
    html = page(response)
    assert response.status_code == 409
    assert "Somebody changed this finding since you opened the page." in html
    assert ("A long reason.</textarea>" in html) == (step in {"return", "withdraw"})
    assert '<input type="hidden" name="version" value="2">' in html


def test_a_step_that_somebody_else_took_meanwhile_keeps_what_was_typed(client_of: ClientOf) -> None:
    finding = FindingFactory(published=True, version=2)
    typed = {"version": "1", "reason": "A long reason."}
    response = client_of("lead").post(address("return", finding), typed)
    html = page(response)
    assert response.status_code == 409
    assert f"Somebody was quicker. Finding {finding.ref} is published" in html
    assert "A long reason.</textarea>" in html


def test_a_step_that_the_state_refuses_leads_back(client_of: ClientOf) -> None:
    finding = FindingFactory(published=True)
    client = client_of("lead")
    response = client.post(address("return", finding), {"version": "1", "reason": "A reason."})
    assert said(client, response) == "Only a submitted finding can be returned. This one is published."


# Who gets where


STEPS = ["edit", "copy", "submit", "return", "publish", "withdraw", "delete"]


@pytest.mark.parametrize("step", STEPS)
def test_what_is_not_visible_does_not_exist(client_of: ClientOf, draft: Finding, step: str) -> None:
    for name in ("reporter", "funder", "other_evaluator", "administrator"):
        assert client_of(name).get(address(step, draft)).status_code == 404
        if step != "copy":
            assert client_of(name).post(address(step, draft), {"version": "1"}).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_what_is_visible_but_not_theirs_is_refused(client_of: ClientOf, step: str) -> None:
    finding = FindingFactory(published=True, visibility="public")
    for name in ("reporter", "funder", "administrator"):
        assert client_of(name).get(address(step, finding)).status_code == 403
    if step != "copy":
        assert client_of("other_evaluator").get(address(step, finding)).status_code == 403
        assert client_of("other_evaluator").post(address(step, finding)).status_code == 403


@pytest.mark.parametrize("step", ["return", "publish"])
def test_review_is_for_leads(client_of: ClientOf, personas: Personas, step: str) -> None:
    finding = FindingFactory(submitted=True, created_by=personas.evaluator)
    assert client_of("evaluator").get(address(step, finding)).status_code == 403


@pytest.mark.parametrize("step", ["edit", "copy"])
def test_the_reviews_own_evidence_is_no_case_study(client_of: ClientOf, step: str) -> None:
    finding = FindingFactory(literature=True)
    client = client_of("lead")
    assert client.get(address(step, finding)).status_code == 403
    assert address(step, finding) not in page(client.get(address("detail", finding)))


@pytest.mark.parametrize("url", [NEW, "/inbox/"])
def test_pages_for_people_who_log(client_of: ClientOf, lesson: FrameworkItem, url: str) -> None:
    allowed = {"evaluator", "other_evaluator", "lead"} | ({"reporter"} if url == "/inbox/" else set())
    for name in (*allowed, "funder", "administrator", *({"reporter"} - allowed)):
        assert client_of(name).get(url).status_code == (200 if name in allowed else 403)
    assert client_of("visitor").get(url).url == f"/accounts/login/?next={url}"
    assert client_of("closed").get(url).url == f"/accounts/login/?next={url}"


def test_words_sent_after_signing_out_are_given_back(
    client_of: ClientOf, whole: dict[str, Any], draft: Finding
) -> None:
    for url in (NEW, address("edit", draft)):
        response = client_of("visitor").post(url, whole)
        html = page(response)
        assert response.status_code == 403
        assert whole["text"] in html
        assert "Where nobody rang." in html
        assert f"/accounts/login/?next={url}".replace("/", "%2F") in html.replace(
            "/accounts/login/", "%2Faccounts%2Flogin%2F"
        )
    assert client_of("visitor").post(NEW, {}).status_code == 302


# The inbox


def headings(html: str) -> list[str]:
    return re.findall(r'<h2 id="\w+-heading">(.*?) <span class="quiet">\((\d+)\)', html)


def test_the_inbox_of_an_evaluator(client_of: ClientOf, personas: Personas) -> None:
    mine = {"created_by": personas.evaluator}
    FindingFactory(title="My draft", **mine)
    returned = FindingFactory(returned=True, title="Came back", **mine)
    ReviewStepFactory(finding=returned, step="return", reason="Name the month.", by=personas.lead)
    FindingFactory(submitted=True, title="On its way", **mine)
    FindingFactory(submitted=True, title="Somebody else's")
    FindingFactory(published=True, title="Done", **mine)
    html = page(client_of("evaluator").get("/inbox/"))
    assert headings(html) == [
        ("Returned to you", "1"),
        ("Comments that mention you", "0"),
        ("Your drafts", "1"),
        ("Yours, waiting for a lead evaluator", "1"),
    ]
    for words in ("My draft", "Came back", "On its way", "Name the month."):
        assert words in html
    for words in ("Somebody else", "Done"):
        assert words not in html


def test_the_inbox_of_a_lead_begins_with_the_oldest_to_review(
    client_of: ClientOf, personas: Personas
) -> None:
    first = FindingFactory(submitted=True, title="First of all")
    FindingFactory(submitted=True, title="Second of all", programme_wide=True)
    FindingFactory(title="Somebody's draft")
    html = page(client_of("lead").get("/inbox/"))
    assert headings(html)[0] == ("Waiting for review", "2")
    assert html.index("First of all") < html.index("Second of all")
    assert "Somebody's draft" not in html
    assert first.partnerships.get().name in html
    assert "Whole programme" in html
    assert address("publish", first) in html
    assert "You have no drafts." in html


def test_a_long_tray_is_paged(client_of: ClientOf, personas: Personas) -> None:
    FindingFactory.create_batch(27, created_by=personas.evaluator, partnerships=[])
    client = client_of("evaluator")
    html = page(client.get("/inbox/"))
    assert html.count('class="inbox-row"') == 10
    assert '<a href="?show=drafts">All 27' in html
    shown = client.get("/inbox/?show=drafts&page=2")
    assert page(shown).count('class="inbox-row"') == 2
    assert "?show=drafts&amp;page=1" in page(shown)
    assert headings(page(shown)) == [("Your drafts", "27")]
    for odd in ("?show=nothing", "?show=review", "?show=drafts&page=x", "?show=drafts&page=999", "?show=%00"):
        assert client.get("/inbox/" + odd).status_code == 200


# Queries


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_no_page_asks_more_with_more_rows(
    client_of: ClientOf, personas: Personas, draft: Finding, lesson: FrameworkItem
) -> None:
    client = client_of("lead")
    submitted = FindingFactory(submitted=True, created_by=personas.lead)
    returned = FindingFactory(returned=True, created_by=personas.lead)
    CodingFactory(finding=submitted, item=lesson)
    urls = [
        NEW,
        address("edit", returned),
        address("copy", draft),
        address("submit", draft),
        address("delete", draft),
        address("publish", submitted),
        address("return", submitted),
        "/inbox/",
        "/inbox/?show=review",
    ]
    FindingFactory(created_by=personas.lead)
    before = {url: queries(client, url) for url in urls}
    assert max(before.values()) <= 12, before
    for finding in (draft, submitted, returned):
        for _ in range(5):
            CodingFactory(finding=finding)
            ReviewStepFactory(finding=finding, step="return", reason="Again.")
            finding.partnerships.add(PartnershipFactory())
            finding.organisations.add(OrganisationFactory())
    FindingFactory.create_batch(12, submitted=True, created_by=personas.lead)
    FindingFactory.create_batch(12, created_by=personas.lead)
    assert {url: queries(client, url) for url in urls} == before
