"""Questionnaires: reading them, wording them, and seeing them as reporters will."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import FormView

from evidence.actions import report_rules
from evidence.actions.questionnaires import (
    add_question,
    add_section,
    begin_draft,
    begin_questionnaire,
    change_question,
    change_questionnaire,
    change_section,
    move_part,
    remove_part,
)
from evidence.forms.report import SectionForm
from evidence.forms.rounds import (
    QuestionForm,
    QuestionnaireForm,
    SectionDetailsForm,
    VersionedForm,
    details_initial,
    question_initial,
)
from evidence.models import Question, Questionnaire, QuestionnaireVersion, Section
from evidence.queries.questionnaires import newest_version, questions_of, subjects_of
from evidence.queries.reports import Line, SubjectLines
from evidence.views.editing import VersionedFormView
from evidence.views.rounds import RoundsMixin
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission
from partnerships.errors import StepRefused
from partnerships.views.bases import VisibleDetailView, VisibleListView


class QuestionnaireListView(RoundsMixin, VisibleListView):
    model = Questionnaire
    template_name = "evidence/questionnaire_list.html"

    def get_queryset(self) -> QuerySet[Questionnaire]:
        return super().get_queryset().prefetch_related("versions", "rounds")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [questionnaire_row(questionnaire) for questionnaire in context["object_list"]],
            "may_manage": report_rules.may_manage_rounds(self.request.user),
        }


def questionnaire_row(questionnaire: Questionnaire) -> list[Any]:
    """One questionnaire as a row of a table."""
    newest = questionnaire.versions.all()[0]
    return [
        (questionnaire.title, questionnaire.get_absolute_url()),
        f"{newest.number}, draft" if newest.is_draft else newest.number,
        len(questionnaire.rounds.all()),
    ]


class OneQuestionnaire(RoundsMixin, VisibleDetailView):
    """A version of a questionnaire: the newest, or the one that the address names (?number=2)."""

    model = Questionnaire
    context_object_name = "questionnaire"
    object: Questionnaire

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = list(self.object.versions.select_related("fixed_by"))
        version = self.chosen(versions)
        return super().get_context_data(**kwargs) | {
            "versions": versions,
            "version": version,
            "subjects": subjects_of(version),
            "may_manage": report_rules.may_manage_rounds(self.request.user),
            "may_edit": report_rules.may_manage_rounds(self.request.user) and version.is_draft,
        }

    def chosen(self, versions: list[QuestionnaireVersion]) -> QuestionnaireVersion:
        asked = self.request.GET.get("number", "")
        for version in versions:
            if str(version.number) == asked:
                return version
        if asked.isdecimal():
            raise Http404
        return versions[0]


class QuestionnaireDetailView(OneQuestionnaire):
    template_name = "evidence/questionnaire_detail.html"


class QuestionnairePreviewView(OneQuestionnaire):
    """Every page of the form one below the other, as reporters will see them."""

    template_name = "evidence/questionnaire_preview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        pages = []
        for subject in context["subjects"]:
            lines = [Line(question, None, None, is_asked=True) for question in subject.questions]
            lines_of_subject = SubjectLines(subject.section, lines)
            pages.append((lines_of_subject, SectionForm(subject=lines_of_subject)))
        return context | {"pages": pages}


class QuestionnaireCreateView(SignedInMixin, FormView):
    permission = Permission.MANAGE_ROUNDS
    form_class = QuestionnaireForm
    template_name = "evidence/questionnaire_form.html"

    def form_valid(self, form: QuestionnaireForm) -> HttpResponse:
        stated = form.cleaned_data
        questionnaire = begin_questionnaire(
            by=signed_in(self.request), title=stated["title"], purpose=stated["purpose"]
        )
        messages.success(self.request, "Begun. Add its first subject, then the questions in it.")
        return redirect(questionnaire)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        begin = {"form_title": "Begin a questionnaire", "parents": [], "differing": [], "lead": ""}
        return begin | super().get_context_data(**kwargs)


class ManagedView(VersionedFormView):
    """A form about a questionnaire or a part of its draft, for those who manage rounds."""

    template_name = "evidence/questionnaire_form.html"
    form_title: str
    lead = ""

    def works_on(self, thing: Any) -> bool:
        return report_rules.may_manage_rounds(self.request.user)

    @property
    def questionnaire(self) -> Questionnaire:
        return self.object.questionnaire_version.questionnaire

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questionnaire = self.questionnaire
        return super().get_context_data(**kwargs) | {
            "form_title": self.form_title,
            "lead": self.lead,
            "parents": [(str(questionnaire), questionnaire.get_absolute_url())],
        }


class QuestionnaireEditView(ManagedView):
    model = Questionnaire
    form_class: Any = QuestionnaireForm
    form_title = "Change its name and purpose"

    @property
    def questionnaire(self) -> Questionnaire:
        return self.object

    def stored(self, thing: Questionnaire) -> dict[str, Any]:
        return details_initial(thing)

    def take(self, form: Any, version: int) -> str:
        change_questionnaire(
            by=signed_in(self.request),
            questionnaire=self.object,
            version=version,
            title=form.cleaned_data["title"],
            purpose=form.cleaned_data["purpose"],
        )
        return "Saved."


class QuestionnaireDraftView(RoundsMixin, VisibleDetailView):
    """A new version to be changed, from a button alone."""

    model = Questionnaire
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        questionnaire = self.get_object()
        draft = begin_draft(by=signed_in(request), questionnaire=questionnaire)
        messages.success(request, f"Version {draft.number} is a draft. Rounds that are open keep theirs.")
        return redirect(questionnaire)


class SectionCreateView(QuestionnaireEditView):
    """A new subject at the end of the draft."""

    form_class = SectionDetailsForm
    form_title = "Add a subject"
    lead = "A subject is one page of the form. Its questions come next."

    def stored(self, thing: Questionnaire) -> dict[str, Any]:
        return {}

    def take(self, form: Any, version: int) -> str:
        draft = newest_version(self.object)
        add_section(by=signed_in(self.request), draft=draft, **details_of(form))
        return "Subject added. Add its questions."


def details_of(form: SectionDetailsForm) -> dict[str, str]:
    return {name: form.cleaned_data[name] for name in ("title", "introduction")}


class PartView(ManagedView):
    """A form about a section or a question."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("questionnaire_version__questionnaire")


class SectionEditView(PartView):
    model = Section
    form_class = SectionDetailsForm
    form_title = "Change a subject"

    def stored(self, thing: Section) -> dict[str, Any]:
        return details_initial(thing)

    def take(self, form: SectionDetailsForm, version: int) -> str:
        change_section(by=signed_in(self.request), section=self.object, version=version, **details_of(form))
        return "Subject saved."


class QuestionCreateView(PartView):
    """A new question at the end of a section."""

    model = Section
    form_class = QuestionForm
    form_title = "Add a question"
    lead = "One question asks one thing. A good one can be answered in two minutes."

    def stored(self, thing: Section) -> dict[str, Any]:
        return {}

    def get_form_kwargs(self) -> dict[str, Any]:
        earlier = [
            question
            for question in questions_of(self.object.questionnaire_version_id)
            if question.section.order <= self.object.order and question.is_chosen
        ]
        return super().get_form_kwargs() | {"earlier": earlier, "question": None}

    def take(self, form: QuestionForm, version: int) -> str:
        add_question(by=signed_in(self.request), section=self.object, data=form.question_input())
        return "Question added."


class QuestionEditView(PartView):
    model = Question
    form_class = QuestionForm
    form_title = "Change a question"

    def get_queryset(self) -> QuerySet[Question]:
        return super().get_queryset().select_related("section", "shown_if")

    def get_form_kwargs(self) -> dict[str, Any]:
        questions = questions_of(self.object.questionnaire_version_id)
        earlier = [question for question in questions[: questions.index(self.object)] if question.is_chosen]
        return super().get_form_kwargs() | {"earlier": earlier, "question": self.object}

    def stored(self, thing: Question) -> dict[str, Any]:
        return question_initial(thing)

    def take(self, form: QuestionForm, version: int) -> str:
        key = self.object.key
        question = change_question(
            by=signed_in(self.request),
            question=self.object,
            version=version,
            data=form.question_input(),
            asks_anew=form.cleaned_data["asks_anew"],
        )
        if question.key != key:
            return "Question saved. It starts afresh: earlier answers are not shown beside it."
        return "Question saved."


class PartMoveView(RoundsMixin, VisibleDetailView):
    """One place up or down, from a button alone. ``model`` says of what."""

    http_method_names = ["post"]

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("questionnaire_version__questionnaire")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        part = self.get_object()
        try:
            move_part(by=signed_in(request), part=part, up=request.POST.get("to") == "up")
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(part)


class PartRemoveView(PartView):
    """Taking a section or a question out of a draft. ``model`` says which of the two."""

    form_class: Any = VersionedForm
    template_name = "evidence/questionnaire_part_remove.html"
    form_title = "Take it out"

    def take(self, form: VersionedForm, version: int) -> str:
        remove_part(by=signed_in(self.request), part=self.object)
        return f"“{self.object}” is taken out of the draft."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        questions = self.object.questions.count() if isinstance(self.object, Section) else 0
        return super().get_context_data(**kwargs) | {"question_count": questions}
