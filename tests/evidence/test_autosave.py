"""What is typed into the form of a finding is kept until it is saved, for its owner alone."""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evidence.actions import typed_forms
from evidence.actions.consent import withdraw_consent
from evidence.models import Finding, FrameworkItem, TypedForm
from tests.factories import CaseStudyFactory, FindingFactory, LessonFactory, TypedFormFactory
from tests.personas import Personas

ClientOf = Callable[[str], Client]
NEW = "/findings/new/"
KEEP = "/findings/typed/"


@pytest.fixture
def lesson(db: None) -> FrameworkItem:
    return LessonFactory(code="L5", title="Engaging the private sector")


@pytest.fixture
def draft(personas: Personas, lesson: FrameworkItem) -> Finding:
    return FindingFactory(
        created_by=personas.evaluator,
        text="Stored words.",
        partnerships=[personas.partnership],
        codings=[(lesson, "supports")],
    )


class Page:
    """An opened form, as the page's own script sends it."""

    def __init__(
        self, client: Client, person: Any, address: str = KEEP, key: str = "", base: int = 0
    ) -> None:
        self.client, self.person, self.address = client, person, address
        self.key, self.base, self.sequence = key or str(uuid.uuid4()), base, base
        self.name = uuid.uuid4().hex

    def keep(self, text: str, *, sequence: int = 0, **fields: Any) -> HttpResponse:
        self.sequence = sequence or self.sequence + 1
        response = self.client.post(
            self.address,
            {
                "submission_key": self.key,
                "text": text,
                "visibility": "funder",
                "typed_base": self.base,
                "typed_sequence": self.sequence,
                "typed_page": self.name,
                "typed_person": self.person.pk,
                **fields,
            },
        )
        if response.status_code == 200:
            self.base = response.json()["sequence"]
        return response


@pytest.fixture
def page(client_of: ClientOf, personas: Personas) -> Page:
    return Page(client_of("evaluator"), personas.evaluator)


def kept_text() -> str:
    return TypedForm.objects.get().content["text"][0]


def html_of(response: HttpResponse) -> str:
    return response.content.decode()


# Keeping


def test_words_are_kept_as_they_stand(page: Page, lesson: FrameworkItem) -> None:
    answer = page.keep(
        "Half a th",
        title="",
        collected_on="31/13/20",
        **{"partnerships": ["north", "no-longer-there"], "coding-L5-note": "  a note without a direction"},
    )
    assert answer.status_code == 200
    assert answer.json()["sequence"] == 1
    assert datetime.datetime.fromisoformat(answer.json()["saved_at"]) <= timezone.now()
    assert TypedForm.objects.get().content == {
        "submission_key": [page.key],
        "text": ["Half a th"],
        "visibility": ["funder"],
        "collected_on": ["31/13/20"],
        "partnerships": ["north", "no-longer-there"],
        "coding-L5-note": ["  a note without a direction"],
    }
    assert not Finding.objects.exists()


def test_the_next_save_takes_the_place_of_the_last(page: Page) -> None:
    page.keep("Half")
    page.keep("Half a thought")
    assert kept_text() == "Half a thought"


def test_a_save_sent_twice_is_one(page: Page) -> None:
    page.keep("Half a thought")
    again = page.keep("Half a thought", sequence=1)
    assert (again.status_code, again.json()["sequence"]) == (200, 1)


def test_a_save_that_was_overtaken_changes_nothing(page: Page) -> None:
    page.keep("Half")
    page.keep("Half a thought, and more", sequence=3)
    late = page.keep("Half a thought", sequence=2)
    assert late.status_code == 409
    assert late.json()["kept"]["is_own"] is True
    assert late.json()["kept"]["sequence"] == 3
    assert kept_text() == "Half a thought, and more"


def test_a_page_whose_answer_was_lost_goes_on(page: Page) -> None:
    page.keep("Half")
    page.base = 0  # it never heard of it
    assert page.keep("Half a thought").status_code == 200
    assert kept_text() == "Half a thought"


def test_two_pages_of_one_form_never_overwrite_each_other_unseen(
    client_of: ClientOf, personas: Personas, page: Page
) -> None:
    page.keep("Begun here")
    other = Page(client_of("evaluator"), personas.evaluator, key=page.key, base=page.base)
    other.keep("Begun here, continued there")
    conflict = page.keep("Begun here, continued here")
    assert conflict.status_code == 409
    kept = conflict.json()["kept"]
    assert kept["content"]["text"] == ["Begun here, continued there"]
    assert kept["is_own"] is False
    assert kept_text() == "Begun here, continued there"
    page.base = page.sequence = kept["sequence"]  # the person chose
    assert page.keep("Begun here, continued here").status_code == 200
    assert kept_text() == "Begun here, continued here"


def test_a_page_is_told_that_its_form_was_saved_elsewhere(page: Page) -> None:
    page.keep("Half a thought")
    TypedForm.objects.all().delete()
    answer = page.keep("Half a thought, and more")
    assert (answer.status_code, answer.json()) == (409, {"kept": None})
    assert not TypedForm.objects.exists()


def test_an_invisible_character_does_not_stop_it(page: Page) -> None:
    assert page.keep("Half\x00 a thought", **{"coding-\x00-note": "x"}).status_code == 200
    assert kept_text() == "Half a thought"


@pytest.mark.parametrize(
    "fields",
    [
        {"submission_key": ""},
        {"submission_key": "F-23456789"},
        {"typed_base": "-1"},
        {"typed_base": "9" * 30},
        {"typed_sequence": "0"},
        {"typed_sequence": "x"},
    ],
)
def test_what_no_page_of_ours_sends_is_refused(page: Page, fields: dict[str, str]) -> None:
    assert page.keep("Half a thought", **fields).status_code == 400
    assert not TypedForm.objects.exists()


def test_more_than_a_finding_can_hold_is_refused_and_what_is_kept_stays(page: Page) -> None:
    page.keep("Half a thought")
    assert page.keep("x" * typed_forms.LARGEST).status_code == 413
    assert kept_text() == "Half a thought"


def test_nobody_fills_the_database_with_begun_forms(
    page: Page, personas: Personas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_forms, "MOST_OF_A_PERSON", 2)
    TypedFormFactory.create_batch(2, created_by=personas.evaluator)
    answer = page.keep("A third")
    assert (answer.status_code, answer.json()["message"][:8]) == (400, "Too many")


def test_a_script_that_saves_without_pause_is_slowed_down(page: Page) -> None:
    answers = [page.keep("Half a thought", sequence=1).status_code for _ in range(125)]
    assert set(answers[:120]) == {200}
    assert set(answers[120:]) == {429}


# Whose it is


def test_a_page_of_one_person_is_not_kept_for_another(
    client_of: ClientOf, personas: Personas, page: Page
) -> None:
    page.client = client_of("lead")  # signed in meanwhile in the same browser
    answer = page.keep("Words of the evaluator")
    assert (answer.status_code, answer.json()["reason"]) == (403, "somebody-else")
    assert not TypedForm.objects.exists()


def test_who_is_signed_out_is_told_so_in_a_sentence(client_of: ClientOf, page: Page) -> None:
    page.client = client_of("visitor")
    answer = page.keep("Half a thought")
    assert (answer.status_code, answer.json()) == (401, {"message": "You are signed out."})


def test_a_request_without_a_token_is_refused(page: Page, personas: Personas) -> None:
    page.client = Client(enforce_csrf_checks=True)
    page.client.force_login(personas.evaluator, backend="django.contrib.auth.backends.ModelBackend")
    assert page.keep("Half a thought").status_code == 403
    answer = page.client.get("/findings/typed/token/").json()
    assert answer["person"] == str(personas.evaluator.pk)
    assert page.keep("Half a thought", csrfmiddlewaretoken=answer["token"]).status_code == 200


def test_its_owner_alone_finds_it(client_of: ClientOf, personas: Personas) -> None:
    typed = TypedFormFactory(created_by=personas.evaluator, content={"text": ["Only mine"]})
    discard = reverse("evidence:typed-form-discard", args=[typed.key])
    for name in ("other_evaluator", "lead"):
        client = client_of(name)
        assert client.get(discard).status_code == 404
        assert client.post(discard).status_code == 404
        for address in (f"{NEW}?continue={typed.key}", NEW, "/inbox/"):
            assert "Only mine" not in html_of(client.get(address))
    assert TypedForm.objects.exists()


def test_somebody_elses_key_takes_nothing_from_them(
    client_of: ClientOf, personas: Personas, page: Page
) -> None:
    page.keep("Mine")
    theirs = Page(client_of("other_evaluator"), personas.other_evaluator, key=page.key)
    assert theirs.keep("Theirs").status_code == 200
    assert [form.content["text"] for form in TypedForm.objects.order_by("pk")] == [["Mine"], ["Theirs"]]


def test_what_is_typed_about_a_finding_follows_the_finding(
    client_of: ClientOf, personas: Personas, draft: Finding
) -> None:
    address = reverse("evidence:typed-form-keep", args=[draft.ref])
    for name, status in (("other_evaluator", 404), ("lead", 200), ("evaluator", 200)):
        assert Page(client_of(name), personas[name], address).keep("Changed").status_code == status
    published = FindingFactory(published=True, visibility="public")
    literature = FindingFactory(literature=True)
    for finding, status in ((published, 403), (literature, 404)):
        address = reverse("evidence:typed-form-keep", args=[finding.ref])
        assert Page(client_of("evaluator"), personas.evaluator, address).keep("Changed").status_code == status
    assert TypedForm.objects.visible_to(personas.evaluator).count() == 1
    draft.created_by = personas.other_evaluator
    draft.save()
    assert not TypedForm.objects.visible_to(personas.evaluator).exists()


def test_words_about_a_finding_go_with_the_consent_to_its_source(
    client_of: ClientOf, personas: Personas, draft: Finding
) -> None:
    page = Page(
        client_of("evaluator"), personas.evaluator, reverse("evidence:typed-form-keep", args=[draft.ref])
    )
    page.keep("What they told us")
    draft.source.consent_withdrawn_at, draft.source.consent_withdrawn_by = timezone.now(), personas.lead
    draft.source.save()
    assert page.keep("What they told us, and more").status_code == 404
    discard = reverse("evidence:typed-form-discard", args=[draft.ref])
    assert page.client.get(discard).status_code == 404
    assert "What they told us" not in html_of(page.client.get("/inbox/"))


# Finding it again


def test_a_begun_finding_is_offered_and_continued(
    client_of: ClientOf, lesson: FrameworkItem, page: Page
) -> None:
    page.keep(
        "Employers stayed where <one> person",
        collected_on="31/13/20",
        respondent_role="mentor",
        **{"partnerships": ["north"], "coding-L5-direction": "challenges", "coding-L5-note": "Where nobody"},
    )
    client = client_of("evaluator")
    offer = html_of(client.get(NEW))
    assert "Employers stayed where &lt;one&gt; person" in offer
    [address] = re.findall(r'<a href="(/findings/new/\?continue=[^"]+)">Continue what you began on', offer)
    html = html_of(client.get(address))
    for words in (
        "Employers stayed where &lt;one&gt; person</textarea>",
        'value="31/13/20"',
        'value="mentor"',
        '<option value="challenges" selected>',
        "Where nobody",
        f'name="submission_key" value="{page.key}"',
        'name="typed_base" value="1"',
    ):
        assert words in html
    assert re.search(r'value="north"[^>]*checked', html)
    assert re.search(r'value="funder"[^>]*checked', html)
    assert "There is a problem" not in html


def test_saving_it_forgets_what_was_typed(client_of: ClientOf, lesson: FrameworkItem, page: Page) -> None:
    page.keep("A thought.")
    other = TypedFormFactory(created_by=TypedForm.objects.get().created_by)
    fields = {"text": "A thought.", "visibility": "funder", "submission_key": page.key, "step": "save"}
    client_of("evaluator").post(NEW, fields)
    assert Finding.objects.get().text == "A thought."
    assert list(TypedForm.objects.all()) == [other]


def test_a_refused_form_goes_on_from_what_is_kept(
    client_of: ClientOf, lesson: FrameworkItem, page: Page
) -> None:
    page.keep("A thought.")
    fields = {"text": "A thought.", "submission_key": page.key, "typed_base": "1", "step": "submit"}
    html = html_of(client_of("evaluator").post(NEW, fields))
    assert 'name="typed_base" value="1"' in html
    assert "data-unsaved" in html
    assert kept_text() == "A thought."


def test_changes_are_offered_and_continued_and_forgotten_when_saved(
    client_of: ClientOf, personas: Personas, draft: Finding
) -> None:
    address = reverse("evidence:finding-edit", args=[draft.ref])
    page = Page(
        client_of("evaluator"), personas.evaluator, reverse("evidence:typed-form-keep", args=[draft.ref])
    )
    page.keep("Changed words", version="1")
    client = client_of("evaluator")
    html = html_of(client.get(address))
    assert "Stored words.</textarea>" in html
    again = f"{address}?continue={draft.ref}"
    assert f'<a href="{again}">Continue your changes of' in html
    html = html_of(client.get(again))
    assert "Changed words</textarea>" in html
    assert 'name="version" value="1"' in html
    assert "Continue your changes" not in html_of(client_of("lead").get(address))
    client.post(address, {"text": "Changed words", "visibility": "funder", "version": "1", "step": "save"})
    draft.refresh_from_db()
    assert draft.text == "Changed words"
    assert not TypedForm.objects.exists()


def test_an_api_change_leaves_alone_what_is_being_typed(
    client_of: ClientOf, personas: Personas, draft: Finding
) -> None:
    TypedFormFactory(created_by=personas.evaluator, finding=draft, key=draft.ref)
    answer = client_of("evaluator").patch(
        reverse("api-findings-detail", args=[draft.ref]),
        {"version": 1, "title": "Else"},
        content_type="application/json",
    )
    assert answer.status_code == 200
    assert TypedForm.objects.exists()


def test_changes_to_a_finding_that_is_out_of_reach_can_still_be_read(
    client_of: ClientOf, personas: Personas
) -> None:
    finding = FindingFactory(submitted=True, created_by=personas.evaluator)
    TypedFormFactory(
        created_by=personas.evaluator, finding=finding, key=finding.ref, content={"text": ["Late words"]}
    )
    client = client_of("evaluator")
    led = client.get(reverse("evidence:finding-edit", args=[finding.ref]), follow=True)
    assert "What you typed is kept: read it from your inbox." in html_of(led)
    assert "Late words</textarea>" in html_of(
        client.get(reverse("evidence:typed-form-discard", args=[finding.ref]))
    )


def test_the_inbox_lists_what_is_begun_and_lets_it_be_discarded(
    client_of: ClientOf, personas: Personas
) -> None:
    typed = TypedFormFactory(created_by=personas.evaluator, content={"quote": ["“Nobody rang”"]})
    client = client_of("evaluator")
    html = html_of(client.get("/inbox/"))
    discard = reverse("evidence:typed-form-discard", args=[typed.key])
    assert "Begun, not saved yet" in html
    assert "“Nobody rang”" in html
    assert discard in html
    assert "“Nobody rang”</textarea>" in html_of(client.get(discard))
    assert TypedForm.objects.exists()
    assert client.post(discard).url == "/inbox/"
    assert not TypedForm.objects.exists()
    assert "Begun, not saved yet" not in html_of(client.get("/inbox/"))


@pytest.mark.parametrize("key", ["", "x", "%00", "x" * 3000, "7b0c2f4e-52a1-4a34-9a3b-1d6f0e1c2b3a"])
def test_what_is_gone_is_told(client_of: ClientOf, lesson: FrameworkItem, key: str) -> None:
    response = client_of("evaluator").get(f"{NEW}?continue={key}")
    assert response.status_code == 200
    assert "it was saved or discarded" in html_of(response)


def test_after_signing_in_again_the_form_is_there(client_of: ClientOf, page: Page) -> None:
    page.keep("A thought.")
    html = html_of(client_of("visitor").post(NEW, {"text": "A thought.", "submission_key": page.key}))
    [sign_in] = re.findall(r'href="(/accounts/login/[^"]+)" target="_blank"', html)
    after = client_of("evaluator").get(sign_in, follow=True)
    assert after.redirect_chain[-1][0] == f"{NEW}?continue={page.key}"
    assert "A thought.</textarea>" in html_of(after)


def test_old_ones_are_cleared(personas: Personas, capsys: pytest.CaptureFixture[str]) -> None:
    now = timezone.now()
    TypedFormFactory(saved_at=now - datetime.timedelta(days=91))
    young = TypedFormFactory(saved_at=now - datetime.timedelta(days=89))
    call_command("clear_typed_forms")
    assert list(TypedForm.objects.all()) == [young]
    assert capsys.readouterr().out == "Typed forms older than 90 days deleted: 1\n"


def test_going_on_takes_no_more_queries_than_any_page(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    finding = FindingFactory(returned=True, created_by=personas.evaluator, codings=[(lesson, "supports")])
    TypedFormFactory(created_by=personas.evaluator, finding=finding, key=finding.ref)
    new = TypedFormFactory(created_by=personas.evaluator)
    TypedFormFactory.create_batch(5, created_by=personas.evaluator)
    client = client_of("evaluator")
    edit = reverse("evidence:finding-edit", args=[finding.ref])
    for address in (edit, f"{edit}?continue={finding.ref}", NEW, f"{NEW}?continue={new.key}", "/inbox/"):
        assert client.get(address).status_code == 200  # its first reading of the day is recorded
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        assert sum("SAVEPOINT" not in query["sql"] for query in captured) <= 12, address


# The story of a case study


def test_a_case_study_is_kept_for_its_writer_until_it_is_saved(
    client_of: ClientOf, personas: Personas
) -> None:
    study = CaseStudyFactory(created_by=personas.evaluator)
    client, form = client_of("evaluator"), f"{study.get_absolute_url()}edit/"
    page = Page(client, personas.evaluator, f"{study.get_absolute_url()}typed/")
    assert page.keep("", narrative="A year in.").status_code == 200
    assert "A year in." in client.get(form).content.decode()
    assert "A year in." in client.get("/inbox/").content.decode()
    assert "A year in." not in client_of("lead").get(form).content.decode()
    elsewhere = Page(client, personas.evaluator, f"{study.get_absolute_url()}typed/")
    assert elsewhere.keep("", narrative="Written elsewhere.").status_code == 409
    saved = client.post(form, {"version": study.version, "narrative": "A year in, saved."})
    assert saved.status_code == 302
    assert not TypedForm.objects.exists()


@pytest.mark.parametrize("persona", ["other_evaluator", "funder", "reporter"])
def test_only_those_who_work_on_a_case_study_type_into_it(
    client_of: ClientOf, personas: Personas, persona: str
) -> None:
    study = CaseStudyFactory(created_by=personas.evaluator)
    page = Page(client_of(persona), personas[persona], f"{study.get_absolute_url()}typed/")
    assert page.keep("", narrative="Mine.").status_code in {403, 404}
    assert not TypedForm.objects.exists()


def test_a_judgement_is_kept_for_its_lead_until_it_is_made(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    client, form = client_of("lead"), f"{lesson.get_absolute_url()}confidence/new/"
    page = Page(client, personas.lead, f"/items/{lesson.code}/typed/confidence/")
    assert page.keep("", explanation="Much agrees.", confidence="low", last_seen="0").status_code == 200
    shown = client.get(form).content.decode()
    assert "Much agrees." in shown
    assert re.search(r'value="low"[^>]* checked', shown)
    inbox = client.get("/inbox/").content.decode()
    assert f"Confidence in {lesson.code}" in inbox
    assert f'href="{form}"' in inbox
    discard = f"/findings/typed/{lesson.code}/confidence/discard/"
    assert "Much agrees." in client.get(discard).content.decode()
    components = ("methods", "coherence", "adequacy", "relevance")
    judged = {f"{component}_concern": "none" for component in components}
    judged |= {"confidence": "low", "explanation": "Much agrees.", "visibility": "funder", "last_seen": "0"}
    assert client.post(form, judged).status_code == 302
    assert not TypedForm.objects.exists()


@pytest.mark.parametrize("persona", ["evaluator", "funder", "administrator"])
def test_only_leads_type_a_judgement(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem, persona: str
) -> None:
    page = Page(client_of(persona), personas[persona], f"/items/{lesson.code}/typed/confidence/")
    assert page.keep("", explanation="Mine.").status_code == 403
    lead = Page(client_of("lead"), personas.lead, f"/items/{lesson.code}/typed/something/")
    assert lead.keep("", explanation="Mine.").status_code == 404
    assert not TypedForm.objects.exists()


@pytest.mark.parametrize("subject", ["finding", "source"])
def test_an_appraisal_is_kept_for_its_writer_until_it_is_saved(
    client_of: ClientOf, personas: Personas, draft: Finding, subject: str
) -> None:
    thing = draft if subject == "finding" else draft.source
    assert thing
    client, form = client_of("evaluator"), f"{thing.get_absolute_url()}appraise/"
    page = Page(client, personas.evaluator, f"{form}typed/")
    assert page.keep("", reason="Two of them said so.", voice="some", version="0").status_code == 200
    shown = client.get(form).content.decode()
    assert "Two of them said so." in shown
    assert re.search(r'value="some"[^>]* checked', shown)
    assert "Two of them said so." not in client_of("lead").get(form).content.decode()
    inbox = client.get("/inbox/").content.decode()
    assert f"Appraisal of {thing.ref}" in inbox
    assert f'href="{form}"' in inbox
    assert client.post(form, {"version": 0, "voice": "some", "reason": "Two said so."}).status_code == 302
    assert not TypedForm.objects.exists()


def test_what_is_typed_about_a_source_goes_with_its_consent(
    client_of: ClientOf, personas: Personas, draft: Finding
) -> None:
    source = draft.source
    assert source
    page = Page(client_of("evaluator"), personas.evaluator, f"{source.get_absolute_url()}appraise/typed/")
    assert page.keep("", reason="Two of them said so.").status_code == 200
    withdraw_consent(by=personas.lead, source=source, reason="They asked.", version=source.version)
    assert not TypedForm.objects.exists()
    assert page.keep("", reason="Two of them said so.").status_code in {403, 404, 409}
    assert not TypedForm.objects.exists()


def test_a_search_for_what_speaks_against_is_kept_until_it_is_recorded(
    client_of: ClientOf, personas: Personas, lesson: FrameworkItem
) -> None:
    client, form = client_of("evaluator"), f"{lesson.get_absolute_url()}negative-search/"
    page = Page(client, personas.evaluator, f"/items/{lesson.code}/typed/negative-search/")
    assert page.keep("", looked_in="All of wave two.", looked_for="A board that fell out.").status_code == 200
    assert "A board that fell out." in client.get(form).content.decode()
    assert "A board that fell out." in client.get("/inbox/").content.decode()
    posted = {"looked_on": "4/3/2015", "looked_in": "All of wave two.", "looked_for": "A board."}
    assert client.post(form, posted).status_code == 302
    assert not TypedForm.objects.exists()
