"""Several findings of one interview on one address: all are saved or none, and no word is lost on the way."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from evidence.actions.consent import withdraw_consent
from evidence.actions.finding_input import FindingInput
from evidence.actions.several_findings import EntriesRefused, log_several
from evidence.actions.typed_forms import keep_typed_form
from evidence.forms.several_findings import MOST_ROWS, SeveralFindingsForm
from evidence.models import Finding, TypedForm
from partnerships.models import AuditRow
from tests.factories import (
    CaseStudyFactory,
    LessonFactory,
    ResearchQuestionFactory,
    SectorFactory,
    SourceFactory,
    TypedFormFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(personas):
    """An interview of a case study, noted by the evaluator."""
    study = CaseStudyFactory(partnership=personas.partnership, created_by=personas.evaluator)
    return SourceFactory(
        case_study=study,
        is_shared=True,
        created_by=personas.evaluator,
        respondent_sector=SectorFactory(code="third"),
    )


@pytest.fixture
def address(source):
    return reverse("evidence:source-log-several", args=[source.ref])


@pytest.fixture
def evaluator(client_of):
    return client_of("evaluator")


def rows(*texts, **more):
    """What the page posts for rows with these texts, besides what ``more`` says."""
    posted = {"row": [], "partnerships": ["north"], "step": "save", "submission_key": KEY}
    for number, text in enumerate(texts, 1):
        posted["row"].append(str(number))
        posted |= {f"{number}-text": text, f"{number}-visibility": "funder"}
    return posted | more


KEY = "7b0c2f4e-52a1-4a34-9a3b-1d6f0e1c2b3a"


def texts():
    return sorted(Finding.objects.values_list("text", flat=True))


# Saving


def test_rows_become_drafts_that_rest_on_the_source(evaluator, address, source, personas):
    lesson = LessonFactory(code="L5")
    posted = rows("They met weekly.", "They shared a desk.", sectors=["third"])
    posted |= {"2-item": ["L5", ""], "2-direction": ["supports", ""], "2-note": ["One desk.", ""]}
    posted |= {"2-quote": "One desk did it.", "2-visibility": "team"}
    answer = evaluator.post(address, posted)
    assert answer.headers["Location"] == f"{source.get_absolute_url()}#findings"
    met, shared = Finding.objects.order_by("text")
    for finding in (met, shared):
        assert (finding.source, finding.status, finding.created_by) == (source, "draft", personas.evaluator)
        assert finding.partnerships.get() == personas.partnership
        assert finding.sectors.get().code == "third"
    assert (shared.quote, shared.visibility) == ("One desk did it.", "team")
    coding = shared.codings.get()
    assert (coding.item.code, coding.direction, coding.note) == (lesson.code, "supports", "One desk.")
    assert not met.codings.exists()
    page_after = evaluator.get(answer.headers["Location"]).content.decode()
    assert f"2 drafts saved: {met.ref} and {shared.ref}." in page_after


def test_rows_that_stay_empty_are_left_out(evaluator, address):
    evaluator.post(address, rows("", "The only one.", ""))
    assert texts() == ["The only one."]


def test_all_are_submitted_together(evaluator, address):
    LessonFactory(code="L5")
    question = ResearchQuestionFactory()
    posted = rows("One.", "Two.", step="submit")
    posted |= {"1-item": ["L5"], "1-direction": ["challenges"]}
    posted |= {"2-item": [question.code], "2-direction": [""]}  # questions are informed without saying so
    assert evaluator.post(address, posted).status_code == 302
    assert set(Finding.objects.values_list("status", flat=True)) == {"submitted"}
    assert Finding.objects.get(text="Two.").codings.get().direction == "context"


def test_one_that_is_wrong_keeps_all_of_them_from_being_saved(evaluator, address):
    LessonFactory(code="L5")
    posted = rows("Whole.", "", "Uncoded.", step="submit")
    posted |= {"1-item": ["L5"], "1-direction": ["supports"], "2-quote": "Words without a finding."}
    answer = evaluator.post(address, posted).content.decode()
    assert texts() == []
    assert '<a href="#id_2-text">Finding 2: Say what was found.</a>' in answer
    assert '<a href="#id_3-line-1">Finding 3: Choose at least one lesson' in answer
    assert "Words without a finding." in answer
    assert "Finding 1:" not in answer


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("L5", "", ""), "Choose a direction"),
        (("", "supports", ""), "Choose the item that this is about"),
        (("", "", "A note."), "Choose the item that this is about"),
        (("L99", "supports", "A note."), "There is no item with the code “L99”"),
        (("L5", "sideways", ""), "Choose a direction."),
        (("L5", "supports", "x" * 501), "Shorten the note"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(evaluator, address, line, message):
    LessonFactory(code="L5")
    posted = rows("They met.") | dict(
        zip(("1-item", "1-direction", "1-note"), ([part] for part in line), strict=True)
    )
    answer = evaluator.post(address, posted).content.decode()
    assert message in answer
    assert texts() == []


def test_an_item_chosen_twice_is_refused(evaluator, address):
    LessonFactory(code="L5")
    posted = rows("They met.") | {"1-item": ["L5", "L5"], "1-direction": ["supports", "refines"]}
    assert (
        evaluator.post(address, posted).content.decode().count("L5 is chosen twice") == 4
    )  # beside and above, each


def test_what_they_have_in_common_is_refused_once(evaluator, address):
    LessonFactory(code="L5")
    posted = rows("One.", "Two.", step="submit", partnerships=[])
    posted |= {
        f"{number}-{name}": [value]
        for number in (1, 2)
        for name, value in (("item", "L5"), ("direction", "refines"))
    }
    answer = evaluator.post(address, posted).content.decode()
    assert answer.count("Choose a partnership, or say that it concerns the whole programme.") == 2
    posted = rows("One.", "Two.", programme_wide="on")
    answer = evaluator.post(address, posted).content.decode()
    assert answer.count("Choose partnerships or the whole programme, not both.") == 2
    assert texts() == []


def test_no_finding_goes_beyond_what_the_source_agreed_to(evaluator, address, source):
    LessonFactory(code="L5")
    source.consent_scope = "funder"
    source.save()
    posted = rows("One.", step="submit") | {
        "1-item": ["L5"],
        "1-direction": ["refines"],
        "1-visibility": "public",
    }
    assert (
        "Finding 1: The source has agreed to readers up to “Funder”"
        in evaluator.post(address, posted).content.decode()
    )


def test_an_empty_page_asks_for_words_once(evaluator, address):
    answer = evaluator.post(address, rows("", "")).content.decode()
    assert answer.count("Say what was found.") == 2  # beside the first field and above
    assert texts() == []


def test_sent_twice_it_makes_no_second_ones(evaluator, address):
    for _ in range(2):
        assert evaluator.post(address, rows("One.", "Two.")).status_code == 302
    assert texts() == ["One.", "Two."]
    evaluator.post(address, rows("Two.", "Three."))  # after Back: a row was taken out, another one added
    assert texts() == ["One.", "Three.", "Two."]


def test_the_findings_rest_on_the_source_of_the_address(evaluator, address, source, personas):
    other = SourceFactory(case_study=source.case_study, is_shared=True)
    evaluator.post(address, rows("One.") | {"source_ref": other.ref, "1-source_ref": other.ref})
    assert Finding.objects.get().source == source


def test_the_action_names_every_entry_that_is_refused(personas, source):
    entries = [FindingInput(text=text, source=source) for text in (" ", "Whole.", "")]
    with pytest.raises(EntriesRefused) as refused:
        log_several(by=personas.evaluator, source=source, entries=entries, submission_key=KEY)
    assert list(refused.value.refusals) == [0, 2]
    assert all(isinstance(refusal, ValidationError) for refusal in refused.value.refusals.values())
    assert texts() == []
    assert not AuditRow.objects.exists()


# Rows


def shown(answer):
    """The numbers of the rows that a page shows."""
    form = answer.content.decode().split("<template")[0]
    return [part.split('"')[0] for part in form.split('name="row" value="')[1:]]


def test_the_page_begins_with_what_is_known_of_the_source(evaluator, address):
    answer = evaluator.get(address)
    content = answer.content.decode()
    assert shown(answer) == ["1", "2"]
    for chosen in ("north", "third"):
        assert f'value="{chosen}"' in content
        assert "checked" in content.split(f'value="{chosen}"')[1].split(">")[0]


def test_a_row_is_added_and_nothing_lost(evaluator, address):
    LessonFactory(code="L5")
    posted = rows("", "Half a th", step="add") | {"2-item": ["L5"], "2-note": ["A note."], "typed_base": "7"}
    answer = evaluator.post(address, posted)
    content = answer.content.decode()
    assert shown(answer) == ["1", "2", "3"]
    assert "Half a th</textarea>" in content
    assert '<option value="L5" selected>' in content
    assert "A note.</textarea>" in content
    assert f'value="{KEY}"' in content
    assert 'name="typed_base" value="7"' in content
    assert "data-unsaved" in content
    assert "autofocus" in content.split('name="3-text"')[1].split(">")[0]
    assert "There is a problem" not in content


def test_a_row_is_taken_out(evaluator, address):
    answer = evaluator.post(address, rows("One.", "Two.", "Three.", step="drop-2"))
    assert shown(answer) == ["1", "3"]
    assert "Two." not in answer.content.decode()
    assert "Three." in answer.content.decode()
    assert shown(evaluator.post(address, rows("One.", step="drop-1"))) == ["1"]
    assert shown(evaluator.post(address, rows("One.", "Two.", step="drop-no-such"))) == ["1", "2"]


def test_a_line_is_added(evaluator, address):
    LessonFactory(code="L5")
    posted = rows("One.", step="line-1") | {"1-item": ["L5", "L5"], "1-direction": ["supports", ""]}
    content = evaluator.post(address, posted).content.decode()
    assert 'id="id_1-line-3"' in content
    assert "autofocus" in content.split('id="id_1-line-3"')[1].split(">")[0]


def test_there_is_an_end_to_rows(evaluator, address):
    answer = evaluator.post(address, rows(*["One."] * (MOST_ROWS + 5), step="add"))
    assert len(shown(answer)) == MOST_ROWS
    assert "data-room hidden" in answer.content.decode()


@pytest.mark.parametrize("row", [[], ["x"], ["1-text"], ["99999"], ["\x00"]])
def test_rows_that_no_page_posts_are_left_out(evaluator, address, row):
    answer = evaluator.post(address, rows("One.") | {"row": row})
    assert answer.status_code == 200 or texts() == ["One."]


# Kept while it is written


def test_what_is_typed_is_kept_and_found_again(evaluator, address, source, personas):
    fields = {
        name: value if isinstance(value, list) else [value]
        for name, value in rows("Begun.", "And on.").items()
    }
    fields |= {"source_ref": [source.ref], "2-note": ["", "A note."], "2-item": ["", "L5"]}
    LessonFactory(code="L5")
    typed = keep_typed_form(by=personas.evaluator, key=KEY, fields=fields, base=0, sequence=1, page="a page")
    assert typed.first_words == "Begun."
    assert typed.get_absolute_url() == f"{address}?continue={KEY}"
    answer = evaluator.get(typed.get_absolute_url())
    content = answer.content.decode()
    assert shown(answer) == ["1", "2"]
    for words in ("Begun.", "And on.", "A note."):
        assert words in content
    assert '<option value="L5" selected>' in content
    discard = evaluator.get(reverse("evidence:typed-form-discard", args=[KEY])).content.decode()
    assert "Finding 2: What was found" in discard
    assert "Finding 2: Note on an item" in discard
    assert typed.get_absolute_url() in evaluator.get(reverse("evidence:inbox")).content.decode()
    evaluator.post(address, rows("Begun.", "And on."))
    assert not TypedForm.objects.exists()


def test_a_form_that_names_no_source_is_not_taken_for_one_of_several(evaluator, personas):
    content = {"row": ["1"], "source_ref": ["../x"], "1-text": ["Begun."], "text": ["Alone."]}
    typed = TypedFormFactory(created_by=personas.evaluator, content=content)
    assert typed.get_absolute_url().startswith(reverse("evidence:finding-create"))
    assert "Alone." in evaluator.get(reverse("evidence:inbox")).content.decode()


def test_signed_out_the_words_come_back(client, address):
    answer = client.post(address, rows("One.", "Two."))
    assert answer.status_code == 403
    content = answer.content.decode()
    assert "Finding 2: What was found" in content
    assert f"continue%3D{KEY}" in content


def test_withdrawn_consent_ends_it(evaluator, address, source, personas):
    keep_typed_form(
        by=personas.evaluator,
        key=str(uuid.uuid4()),
        fields={"row": ["1"], "1-text": ["Begun."], "source_ref": [source.ref]},
        base=0,
        sequence=1,
        page="a page",
    )
    withdraw_consent(by=personas.evaluator, source=source, version=1, reason="A letter.")
    assert not TypedForm.objects.exists()
    for answer in (evaluator.get(address), evaluator.post(address, rows("One."))):
        assert answer.headers["Location"] == source.get_absolute_url()
    assert texts() == []


def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(personas, source, django_assert_num_queries):
    LessonFactory.create_batch(3)
    few, many = QueryDict(mutable=True), QueryDict(mutable=True)
    for data, number in ((few, 1), (many, MOST_ROWS)):
        data.setlist("row", [str(row) for row in range(number)])
    shown_lines = []
    personas.evaluator.role_keys  # noqa: B018 (read once for a request)
    for data in (few, many):
        with django_assert_num_queries(2):
            form = SeveralFindingsForm(typed=data, person=personas.evaluator, source=source)
            shown_lines.append([row.picker.shown for row in form.rows])
    assert [len(lines) for lines in shown_lines] == [1, MOST_ROWS]


def test_the_pages_of_a_source_and_its_case_study_lead_there(evaluator, client_of, address, source):
    for thing in (source, source.case_study):
        assert address in evaluator.get(thing.get_absolute_url()).content.decode()
    assert "Log several" not in client_of("funder").get(source.case_study.get_absolute_url()).content.decode()
