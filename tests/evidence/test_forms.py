"""The form of a finding: what it offers, reads, refuses, and shows again."""

import dataclasses
import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from evidence.actions.finding_input import CodingInput, FindingInput, SourceInput, canonical
from evidence.actions.finding_rules import AnonymisationPoint
from evidence.forms.conflict import differences, settled
from evidence.forms.finding import FindingForm, initial_of
from evidence.forms.picker import posted_choices
from evidence.forms.steps import PublishForm
from evidence.models import FrameworkItem
from tests.factories import (
    A_DAY,
    BarrierFactory,
    LessonFactory,
    OrganisationFactory,
    ReferenceFactory,
    ResearchQuestionFactory,
    SectorFactory,
)
from tests.personas import Personas


@pytest.fixture
def items(db: None) -> dict[str, FrameworkItem]:
    return {
        "L5": LessonFactory(code="L5", title="Engaging the private sector"),
        "B1": BarrierFactory(code="B1"),
        "Q8c": ResearchQuestionFactory(code="Q8c"),
    }


def posted(**values: Any) -> QueryDict:
    """What a browser posts for a draft, with dashes in names written as underscores twice."""
    data = QueryDict(mutable=True)
    data.update({"text": "Employers stayed.", "visibility": "funder"})
    for name, value in values.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return data


def whole(**changes: Any) -> QueryDict:
    complete = {
        "partnerships": ["north"],
        "source_kind": "interview",
        "collected_on": "4/3/2015",
        "coding__L5__direction": "challenges",
        "coding__L5__note": "Where nobody rang.",
    }
    return posted(**complete | changes)


@pytest.fixture
def form_of(personas: Personas, items: dict[str, FrameworkItem]) -> Any:
    def form(data: QueryDict | None = None, **options: Any) -> FindingForm:
        return FindingForm(data, person=personas.evaluator, **options)

    return form


def test_a_draft_needs_only_its_text(form_of: Any) -> None:
    form = form_of(posted())
    assert form.is_valid()
    assert canonical(form.finding_input()) == canonical(FindingInput(text="Employers stayed."))


def test_a_day_to_come_is_told_with_everything_else(form_of: Any) -> None:
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    form = form_of(whole(text="", collected_on=tomorrow.isoformat()))
    assert not form.is_valid()
    assert form.errors["text"] == ["Say what was found."]
    assert form.errors["collected_on"] == [
        "The evidence can't be from the future. Give the day it was collected."
    ]


def test_everything_stated_reaches_the_actions(
    form_of: Any, personas: Personas, items: dict[str, FrameworkItem]
) -> None:
    organisation, sector, reference = OrganisationFactory(), SectorFactory(), ReferenceFactory()
    form = form_of(
        whole(
            title="A headline",
            quote="[Name] rang.",
            organisations=[organisation.slug],
            sectors=[sector.code],
            references=[reference.key],
            respondent_role="mentor",
            respondent_sector=sector.code,
            visibility="public",
            consent_scope="public",
            quote_permission="yes",
            coding__Q8c__direction="context",
        ),
        is_for_review=True,
    )
    assert form.is_valid()
    assert form.finding_input() == FindingInput(
        text="Employers stayed.",
        title="A headline",
        quote="[Name] rang.",
        visibility="public",
        partnerships=[personas.partnership],
        organisations=[organisation],
        sectors=[sector],
        source=SourceInput(
            kind="interview",
            collected_on=A_DAY,
            respondent_role="mentor",
            respondent_sector=sector,
            consent_scope="public",
            quote_permission=True,
        ),
        codings=[
            CodingInput(item=items["L5"], direction="challenges", note="Where nobody rang."),
            CodingInput(item=items["Q8c"], direction="context"),
        ],
        references=[reference],
    )


@pytest.mark.parametrize(
    "written", ["4/3/2015", "04/03/2015", "2015-03-04", "4.3.2015", "4/3/15", "4 March 2015", "4 Mar 2015"]
)
def test_a_day_is_read_day_first_or_as_files_write_it(form_of: Any, written: str) -> None:
    form = form_of(posted(source_kind="survey", collected_on=written))
    assert form.is_valid()
    assert form.cleaned_data["collected_on"] == A_DAY


def test_line_ends_are_one_character(form_of: Any) -> None:
    form = form_of(posted(text="One.\r\nTwo.", coding__L5__direction="supports", coding__L5__note="a\r\nb"))
    assert form.is_valid()
    assert form.finding_input().text == "One.\nTwo."
    assert form.finding_input().codings[0].note == "a\nb"


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"text": " "}, "text", "Say what was found."),
        ({"text": "x" * 10_001}, "text", "Shorten this to 10000 characters: it has 10001."),
        ({"title": "x" * 201}, "title", "Shorten this to 200 characters: it has 201."),
        ({"quote": "x" * 5_001}, "quote", "Shorten this to 5000 characters: it has 5001."),
        ({"text": "a\x00b"}, "text", "There was an invisible character (NUL) in this. It has been taken out"),
        ({"partnerships": ["atlantis"]}, "partnerships", "“atlantis” is not in the list any more."),
        ({"source_kind": "rumour"}, "source_kind", "Choose a kind of source from the list."),
        ({"source_kind": "survey", "collected_on": "31/2/2015"}, "collected_on", "Write the day as in 4/3"),
        ({"collected_on": "4/3/2015"}, "source_kind", "Choose the kind of source"),
        ({"respondent_role": "mentor"}, "source_kind", "Choose the kind of source"),
        ({"visibility": "everybody"}, "visibility", "Choose who may read it from the list."),
        ({"visibility": ""}, "visibility", "Choose who may read it."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    form_of: Any, changes: dict[str, Any], field: str, message: str
) -> None:
    form = form_of(posted(**changes))
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert form.errors[field][0].startswith(message)


def test_what_is_missing_for_readers_is_all_said_at_once(form_of: Any) -> None:
    form = form_of(posted(text=""), is_for_review=True)
    assert not form.is_valid()
    assert set(form.errors) == {"text", "partnerships", "source_kind", "collected_on"}
    assert form.picker.error_links == [
        ("Choose at least one lesson, driver, barrier or question that it bears on.", "#item-picker")
    ]


def test_a_mistake_is_not_called_missing_too(form_of: Any) -> None:
    form = form_of(whole(collected_on="soon", coding__L5__direction=""), is_for_review=True)
    assert not form.is_valid()
    assert form.errors["collected_on"] == ["Write the day as in 4/3/2015 or 4 March 2015."]
    assert form.picker.error_links == [("L5: Choose a direction, or clear the note.", "#coding-L5-direction")]


def test_a_character_that_cannot_be_kept_is_not_shown_again(form_of: Any) -> None:
    form = form_of(posted(text="a\x00b"))
    assert form["text"].value() == "ab"


# The picker


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"coding__L5__note": "A note."}, "L5", "Choose a direction, or clear the note."),
        ({"coding__L5__direction": "sideways"}, "L5", "Choose a direction."),
        (
            {"coding__Q8c__direction": "supports"},
            "Q8c",
            "A finding informs a question, so its direction is “context”.",
        ),
        (
            {"coding__L5__direction": "supports", "coding__L5__note": "x" * 501},
            "L5",
            "Shorten the note to 500 characters; it has 501.",
        ),
        (
            {"coding__L5__direction": "supports", "coding__L5__note": "a\x00b"},
            "L5",
            "There was an invisible character (NUL) in the note. It is taken out.",
        ),
    ],
)
def test_what_is_wrong_with_an_item_is_said_beside_it(
    form_of: Any, changes: dict[str, str], code: str, message: str
) -> None:
    form = form_of(posted(**changes))
    assert not form.is_valid()
    assert form.picker.item_errors == {code: message}
    [row] = [row for group in form.picker.groups for row in group["items"] if row["error"]]
    assert (row["code"], row["error"]) == (code, message)
    assert row["note"] == changes.get(f"coding__{code}__note", "").replace("\x00", "")


def test_an_unknown_item_is_named_and_its_note_kept_in_words(form_of: Any) -> None:
    form = form_of(posted(coding__L99__direction="supports", coding__L99__note="Nowhere else."))
    assert not form.is_valid()
    assert form.picker.errors == [
        "There is no item with the code “L99”, so it was left out. Its note was: “Nowhere else.”"
    ]


def test_blank_choices_are_no_choices() -> None:
    data = posted(coding__L5__direction="", coding__L5__note=" ", coding__="x", other="y")
    assert posted_choices(data) == {}


def test_what_is_chosen_comes_first_and_the_rest_by_kind(form_of: Any) -> None:
    form = form_of(posted(coding__B1__direction="supports"))
    groups = [
        (group["kind_label"], [row["code"] for row in group["items"]], group["open"])
        for group in form.picker.groups
    ]
    assert groups == [
        ("Chosen so far", ["B1"], True),
        ("Lessons", ["L5"], False),
        ("Research questions", ["Q8c"], False),
    ]


def test_a_suggested_question_is_chosen_and_a_suggested_lesson_offered(
    form_of: Any, items: dict[str, FrameworkItem]
) -> None:
    form = form_of()
    form.picker.suggest(items["L5"], choose_question=True)
    assert form.picker.codings == []
    assert form.picker.groups[0]["kind_label"] == "Where you came from"
    form.picker.suggest(items["Q8c"], choose_question=True)
    assert form.picker.codings == [CodingInput(item=items["Q8c"], direction="context")]


# What is stored, shown


def test_what_is_stored_comes_back_unchanged_through_the_form(
    form_of: Any, personas: Personas, items: dict[str, FrameworkItem]
) -> None:
    stated = FindingInput(
        text="One.\nTwo.",
        title="A headline",
        programme_wide=True,
        sectors=[SectorFactory()],
        source=SourceInput(kind="survey", collected_on=A_DAY, respondent_role="mentor"),
        codings=[CodingInput(item=items["B1"], direction="refines", note="Only there.")],
        references=[ReferenceFactory()],
    )
    shown = form_of(initial=initial_of(stated))
    data: MultiValueDict[str, Any] = QueryDict(mutable=True)
    for bound in shown:
        value = bound.value()
        values = value if isinstance(value, list) else ["on" if value is True else value]
        data.setlist(bound.html_name, [one for one in values if one])
    for group in shown.picker.groups:
        for row in group["items"]:
            data[f"coding-{row['code']}-direction"] = row["direction"]
            data[f"coding-{row['code']}-note"] = row["note"]
    assert data["collected_on"] == "4/3/2015"
    form = form_of(data)
    assert form.is_valid()
    assert canonical(form.finding_input()) == canonical(stated)


def test_a_headline_taken_from_the_text_follows_the_text() -> None:
    assert initial_of(FindingInput(text="One. Two.", title="One"))["title"] == ""
    assert initial_of(FindingInput(text="One. Two.", title="Mine"))["title"] == "Mine"


# Two versions


def test_differences_are_told_in_words(
    form_of: Any, personas: Personas, items: dict[str, FrameworkItem]
) -> None:
    consent = (
        "Funder: the evaluation team and staff of the Big Lottery Fund\n"
        "Not beyond the funder: a finding that others read is without a quote"
    )
    stored = initial_of(
        FindingInput(
            text="Theirs.",
            programme_wide=True,
            source=SourceInput(kind="survey", collected_on=datetime.date(2015, 3, 5)),
            codings=[CodingInput(item=items["Q8c"], direction="context")],
        )
    )
    form = form_of(whole())
    assert form.is_valid()
    told = [(part.name, part.typed, part.stored, part.answer) for part in differences(form, stored)]
    assert told == [
        ("text", "Employers stayed.", "Theirs.", ""),
        ("partnerships", "North", "It concerns the whole programme, not particular partnerships", ""),
        (
            "source",
            f"Interview\n4 March 2015\n{consent}",
            f"Survey\n5 March 2015\n{consent}",
            "",
        ),
        ("coding-L5", "Challenges: Where nobody rang.", "", ""),
        ("coding-Q8c", "", "Informs", ""),
    ]


def test_nothing_differs_from_itself(form_of: Any) -> None:
    form = form_of(whole())
    assert form.is_valid()
    assert differences(form, initial_of(form.finding_input())) == []


def test_each_part_is_settled_as_chosen(
    form_of: Any, personas: Personas, items: dict[str, FrameworkItem]
) -> None:
    theirs = FindingInput(
        text="Theirs.",
        programme_wide=True,
        source=SourceInput(kind="survey", collected_on=A_DAY),
        codings=[CodingInput(item=items["Q8c"], direction="context")],
    )
    data = whole(
        keep__text="mine",
        keep__partnerships="theirs",
        keep__source="theirs",
        keep__coding__L5="theirs",
        keep__coding__Q8c="theirs",
    )
    form = form_of(settled(data, initial_of(theirs)))
    assert form.is_valid()
    merged = dataclasses.replace(theirs, text="Employers stayed.")
    assert canonical(form.finding_input()) == canonical(merged)


# Publishing


def test_whoever_may_not_release_gets_no_circle_beyond_the_funder() -> None:
    form = PublishForm(may_release=False)
    assert [value for value, _ in form.fields["visibility"].choices] == ["team", "funder"]
    assert "checklist" not in form.fields


def test_the_checklist_is_every_point() -> None:
    form = PublishForm(may_release=True)
    assert [value for value, _ in form.fields["checklist"].choices] == AnonymisationPoint.values
