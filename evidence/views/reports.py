"""Self-reports: those of a reader, filling one in subject by subject, submitting, returning, accepting."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from evidence.actions import report_rules
from evidence.actions.report_notices import reporters_of
from evidence.actions.self_reports import (
    NOT_WITH_YOU,
    AnswersConflict,
    accept_report,
    leave_note,
    return_report,
    save_answers,
    settle_note,
    submit_report,
)
from evidence.actions.typed_forms import forget_typed_form
from evidence.exchange.report_word import report_as_word
from evidence.exchange.word import WORD_TYPE
from evidence.forms.finding import problems_of
from evidence.forms.report import (
    NoteForm,
    ReturnForm,
    SectionForm,
    SubmitForm,
    put_answer,
    put_seen,
    rows_sent,
)
from evidence.models import Answer, ColleagueNote, Question, RatingsEnd, SelfReport
from evidence.queries.plans import actions_so_far, numbers_of, plan_of
from evidence.queries.proposals import came_of
from evidence.queries.receipts import receipt_of
from evidence.queries.reports import (
    Line,
    Sheet,
    State,
    SubjectLines,
    in_words,
    readers_of,
    sheet_for_writing,
    sheet_of,
    typed_key,
)
from evidence.views.editing import VersionedFormView
from evidence.views.keeping import keeping
from evidence.views.readings import RecordedReading
from evidence.views.round_exports import downloads_of
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.errors import StepRefused
from partnerships.views.bases import VisibleDetailView, VisibleListView

Status = SelfReport.Status


class ReportListView(SignedInMixin, VisibleListView):
    """The reports that somebody fills in or may read, the newest round first."""

    model = SelfReport
    template_name = "evidence/report_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[SelfReport]:
        readable: Any = SelfReport.objects.read_by(self.request.user)
        return readable.select_related("round", "partnership").order_by(
            "-round__opens_on", "partnership__name"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        person, reports = self.request.user, context["object_list"]
        with_reader = [report for report in reports if report_rules.may_fill_in(person, report)]
        waiting = [report for report in reports if report_rules.may_accept(person, report)]
        others = [report for report in reports if report not in [*with_reader, *waiting]]
        piles = (
            ("with-you", "With you now", with_reader),
            ("waiting", "Waiting to be accepted", waiting),
            ("others", "Submitted and earlier" if with_reader else "To read", others),
        )
        return context | {
            "piles": [pile for pile in piles if pile[2]],
            "downloads": downloads_for(person, reports),
            "fills_in": bool(signed_in(self.request).reported_partnership_ids),
            "today": timezone.localdate(),
        }


def downloads_for(person: Any, reports: Iterable[SelfReport]) -> list[tuple[str, list[tuple[str, str]]]]:
    """For those who read more than their own: what was handed in of each round of these reports."""
    if not has_permission(person, Permission.READ_SHARED_WITH_FUNDER):
        return []
    rounds = {report.round_id: report.round for report in reports}
    return [(f"All answers of {round_}", downloads_of(round_)) for round_ in rounds.values()]


class OneReport(SignedInMixin, RecordedReading, VisibleDetailView):
    """A page about one report, for those who may read it; who only knows of it is refused."""

    model = SelfReport
    slug_field = slug_url_kwarg = "ref"
    context_object_name = "report"
    object: SelfReport

    def get_queryset(self) -> QuerySet[SelfReport]:
        return (
            super()
            .get_queryset()
            .select_related("round__questionnaire", "partnership", "submitted_by", "accepted_by")
            .annotate(
                is_readable=Exists(SelfReport.objects.read_by(self.request.user).filter(pk=OuterRef("pk")))
            )
        )

    def get_object(self, queryset: QuerySet[SelfReport] | None = None) -> SelfReport:
        report = super().get_object(queryset)
        if not self.is_allowed(report):
            raise PermissionDenied
        return report

    def is_allowed(self, report: SelfReport) -> bool:
        return bool(report.is_readable)  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "readers": readers_of(self.object.round),
            "today": timezone.localdate(),
        }


class ReportDetailView(OneReport):
    """For those whom it is with: what there is to do. For its readers: the report itself. For those who may
    only know of it: where it is.
    """

    object: Any

    def get_queryset(self) -> QuerySet[SelfReport]:
        ends = RatingsEnd.objects.filter(self_report=OuterRef("pk"))
        return (
            super()
            .get_queryset()
            .annotate(has_ratings_end=Exists(ends), action_rows=actions_so_far(self.request.user))
        )

    def is_allowed(self, report: SelfReport) -> bool:
        return True

    def get_template_names(self) -> list[str]:
        if self.is_for_writing:
            return ["evidence/report_tasks.html"]
        name = "report_detail" if self.object.is_readable else "report_elsewhere"
        return [f"evidence/{name}.html"]

    @property
    def is_for_writing(self) -> bool:
        return report_rules.may_fill_in(self.request.user, self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, report = self.request.user, self.object
        context = super().get_context_data(**kwargs)
        if self.is_for_writing:
            sheet = sheet_for_writing(person, report)
            return context | {
                "sheet": sheet,
                "tasks": [task_of(report, subject) for subject in sheet.subjects],
                "actions": numbers_of(report, report.action_rows),
            }
        is_own = report_rules.reports_for(person, report)
        return context | {
            "has_profile": self.object.is_readable and self.object.has_ratings_end,
            "sheet": sheet_of(person, report, with_items=not is_own),
            "is_own": is_own,
            "may_return": report_rules.may_return(person, report),
            "may_accept": report_rules.may_accept(person, report),
            "plan": plan_of(person, report),
            "came_of": came_of(person, report) if report_rules.reviews(person) else {},
        }


# How each state of a subject looks, in the badges of whole reports.
LOOKS = {
    State.NOT_STARTED: Status.INVITED,
    State.STARTED: Status.IN_PROGRESS,
    State.TO_CHANGE: Status.RETURNED,
    State.FINISHED: Status.ACCEPTED,
}


def task_of(report: SelfReport, subject: SubjectLines) -> dict[str, Any]:
    """One subject as a line of the list of what there is to do."""
    notes = []
    if subject.typed:
        notes.append("You typed something here that is not saved yet.")
    if number := len(subject.notes):
        notes.append(f"{number} open {'note' if number == 1 else 'notes'} between colleagues")
    if subject.state == State.FINISHED and subject.missing:
        notes.append("An answer is still needed.")
    return {
        "label": subject.section.title,
        "href": reverse("evidence:report-section", args=[report.ref, subject.section.key]),
        "state": LOOKS[subject.state].value,
        "state_label": subject.state.value,
        "notes": notes,
    }


class ReportReceiptView(OneReport):
    """What came of the report: which answers are evidence now, and what they bear on."""

    template_name = "evidence/report_receipt.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.object
        return super().get_context_data(**kwargs) | {
            "receipt": receipt_of(self.request.user, report),
            "plan": plan_of(self.request.user, report),
            "is_own": report_rules.reports_for(self.request.user, report),
        }


class ReportWordView(OneReport):
    """The report as a document to keep."""

    http_method_names = ["get", "head", "options"]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        report = self.object
        person = self.request.user
        self.record_reading()
        content = report_as_word(report, sheet_of(person, report), plan_of(person, report))
        name = f"{report.ref}-{report.partnership.slug}-{report.round.slug}.docx"
        return HttpResponse(
            content, content_type=WORD_TYPE, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


class OwnReport(OneReport):
    """A page of the form; its own partnership alone comes here, and is led on when it is not with it."""

    def is_allowed(self, report: SelfReport) -> bool:
        return report_rules.reports_for(self.request.user, report)

    @cached_property
    def sheet(self) -> Sheet:
        return sheet_for_writing(self.request.user, self.object)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except NotWithYou as led_on:
            messages.info(request, NOT_WITH_YOU)
            return redirect(led_on.report)

    def get_object(self, queryset: QuerySet[SelfReport] | None = None) -> SelfReport:
        report = super().get_object(queryset)
        if not report.is_with_partnership:
            raise NotWithYou(report)
        return report


class NotWithYou(Exception):
    """A page of the form was asked for while the report is not with its partnership."""

    def __init__(self, report: SelfReport) -> None:
        self.report = report


class ReportSectionView(OwnReport):
    """One subject of a report: its questions, with what was answered last time beside each.

    ``step`` in what is sent says what to do: save; or, without saving, keep the answer of the round before
    (``keep:key``), take what a colleague saved (``take:key``), add a row to a table (``row:key``), or throw
    away what was typed (``discard``).
    """

    template_name = "evidence/report_section.html"

    @cached_property
    def subject(self) -> SubjectLines:
        subject = self.sheet.subject(self.kwargs["section"])
        if subject is None:
            raise Http404
        return subject

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        typed = self.subject.typed
        return self.show(SectionForm(subject=self.subject, shown=typed.data if typed else None))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.object = self.get_object()
        except NotWithYou as late:
            return self.show_words(late.report)
        step, _, key = request.POST.get("step", "save").partition(":")
        if step == "discard":
            forget_typed_form(by=signed_in(request), key=typed_key(self.object, self.subject.section))
            messages.success(request, "Discarded. The page shows what is saved.")
            return redirect(request.path)
        if step in ("keep", "take", "row"):
            return self.show_changed(step, key)
        form = SectionForm(request.POST, subject=self.subject)
        return self.save(form) if form.is_valid() else self.show(form)

    def show_words(self, report: SelfReport) -> HttpResponse:
        """Nothing can be saved any more; what was sent is shown to be copied."""
        self.object = report
        form = SectionForm(subject=self.subject, shown=self.request.POST)
        return self.show(form, status=409, is_locked=True)

    def save(self, form: SectionForm) -> HttpResponse:
        section = self.subject.section
        try:
            save_answers(
                by=signed_in(self.request),
                report=self.object,
                section=section,
                typed=form.typed_answers(),
                finished=form.says_finished,
            )
        except AnswersConflict as conflict:
            return self.show_conflict(conflict.current)
        except StepRefused:
            return self.show_words(self.object)
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.show(form)
        messages.success(self.request, f"“{section.title}” saved.")
        return redirect(self.next_page(form.says_finished))

    def next_page(self, is_finished: bool | None) -> str:
        """The next subject after one that is finished; otherwise the list of them all."""
        sections = [subject.section for subject in self.sheet.subjects]
        after = sections[sections.index(self.subject.section) + 1 :]
        if is_finished and after:
            return reverse("evidence:report-section", args=[self.object.ref, after[0].key])
        return self.object.get_absolute_url()

    def show_changed(self, step: str, key: str) -> HttpResponse:
        """The page again with one thing changed in it, and everything that was typed."""
        data = self.request.POST.copy()
        line = self.line(key)
        if step == "row":
            data[f"rows-{key}"] = str(rows_sent(data, key) + 1)
        elif step == "take":
            put_answer(data, line.question, line.value)
        elif line.before is not None:
            put_answer(data, line.question, line.before)
        form = SectionForm(subject=self.subject, shown=data)
        return self.show(form, changed=key, is_unsaved=True)

    def line(self, key: str) -> Line:
        for line in self.subject.lines:
            if line.question.key == key:
                return line
        raise Http404

    def show_conflict(self, current: Mapping[str, Answer]) -> HttpResponse:
        """What was typed, with what colleagues saved beside it; saved again, it takes the place of theirs."""
        data = self.request.POST.copy()
        for answer in current.values():
            put_seen(data, answer.question, answer)
        form = SectionForm(subject=self.subject, shown=data)
        stored = {key: (answer, in_words(answer.question, answer.value)) for key, answer in current.items()}
        return self.show(form, status=409, stored=stored, is_unsaved=True)

    def show(self, form: SectionForm, status: int = 200, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, **more), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs["form"]
        section = self.subject.section
        context = {"stored": {}, "changed": "", "is_locked": False, "is_unsaved": form.is_bound}
        context |= super().get_context_data(**kwargs)
        sections = [subject.section for subject in self.sheet.subjects]
        return context | {
            "sheet": self.sheet,
            "subject": self.subject,
            "place": sections.index(section) + 1,
            "keeping": keeping(
                self.request,
                self.subject.typed,
                address=reverse("evidence:report-keep", args=[self.object.ref, section.key]),
                again=self.request.path,
                is_unsaved=context["is_unsaved"],
                is_shown=self.request.method == "GET",
            ),
        }


class ReportSubmitView(OwnReport):
    """Everything once more, with links back to it, and the declaration that hands it in."""

    template_name = "evidence/report_submit.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form = SubmitForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        version = form.cleaned_data["version"] or 0
        if version != self.object.version:
            return self.check_again(form)
        try:
            report = submit_report(
                by=signed_in(request),
                report=self.object,
                version=version,
                declared=form.cleaned_data["declared"],
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        messages.success(
            request, "Thank you: the report is submitted. Everything you said is below, to keep."
        )
        return redirect(report)

    def check_again(self, form: SubmitForm) -> HttpResponse:
        """A colleague changed an answer meanwhile: the page shows it, and nothing was submitted."""
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["version"] = str(self.object.version)
        form.add_error(None, "A colleague has changed something since you opened this page. Check it again.")
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        begin = {"form": SubmitForm(initial={"version": self.object.version})}
        return begin | super().get_context_data(**kwargs) | {"sheet": self.sheet}


class ReportNotesView(OwnReport):
    """The notes between colleagues on one question."""

    template_name = "evidence/report_notes.html"

    @cached_property
    def question(self) -> Question:
        return get_object_or_404(
            Question.objects.visible_to(self.request.user).select_related("section"),
            questionnaire_version=self.object.round.questionnaire_version_id,
            key=self.kwargs["question"],
        )

    @cached_property
    def colleagues(self) -> dict[str, Any]:
        others = reporters_of(self.object.partnership_id)
        return {str(person.pk): person for person in others if person != self.request.user}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if "settle" in request.POST:
            settle_note(by=signed_in(request), note=self.note(request.POST["settle"]))
            messages.success(request, "The note is settled.")
            return redirect(self.page)
        form = NoteForm(request.POST, colleagues=self.colleagues)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        leave_note(
            by=signed_in(request),
            report=self.object,
            question=self.question,
            text=form.cleaned_data["text"],
            addressee=form.addressee,
        )
        messages.success(request, "Your note stands beside the question.")
        return redirect(self.page)

    def note(self, key: str) -> ColleagueNote:
        notes = ColleagueNote.objects.visible_to(self.request.user).select_related("self_report", "question")
        if not key.isdecimal() or len(key) > 18:
            raise Http404
        return get_object_or_404(notes, pk=key, self_report=self.object)

    @property
    def page(self) -> str:
        section = self.question.section
        address = reverse("evidence:report-section", args=[self.object.ref, section.key])
        return f"{address}#question-{self.question.key}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notes = ColleagueNote.objects.visible_to(self.request.user).filter(
            self_report=self.object, question=self.question
        )
        begin = {"form": NoteForm(colleagues=self.colleagues)}
        return (
            begin
            | super().get_context_data(**kwargs)
            | {
                "question": self.question,
                "page": self.page,
                "notes": notes.select_related("by", "addressee", "settled_by"),
            }
        )


class ReviewStepView(RecordedReading, VersionedFormView):
    """What the evaluation team does with a report."""

    model = SelfReport
    slug_field = slug_url_kwarg = "ref"
    context_object_name = "report"

    def get_queryset(self) -> QuerySet[SelfReport]:
        return super().get_queryset().select_related("round", "partnership", "submitted_by")

    def works_on(self, thing: SelfReport) -> bool:
        return report_rules.reviews(self.request.user)

    def is_possible(self) -> bool:
        """Whether the step can be taken with the report as it is."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if not self.is_possible():
            messages.info(request, "That can't be done with the report as it is now.")
            return redirect(self.object)
        return self.render_to_response(self.get_context_data())

    @cached_property
    def sheet(self) -> Sheet:
        return sheet_of(self.request.user, self.object)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sheet": self.sheet}


class ReportReturnView(ReviewStepView):
    """Back to the partnership, with reasons by question."""

    form_class = ReturnForm
    template_name = "evidence/report_return.html"

    def is_possible(self) -> bool:
        return report_rules.may_return(self.request.user, self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = [line for subject in self.sheet.subjects for line in subject.asked]
        return super().get_form_kwargs() | {"lines": asked}

    def take(self, form: ReturnForm, version: int) -> str:
        return_report(
            by=signed_in(self.request),
            report=self.object,
            version=version,
            reason=form.cleaned_data["reason"],
            reasons=form.reasons,
        )
        return "Returned. The people who report for the partnership are told by e-mail."


class ReportAcceptView(ReviewStepView):
    form_class = SubmitForm
    template_name = "evidence/report_accept.html"

    def is_possible(self) -> bool:
        return report_rules.may_accept(self.request.user, self.object)

    def take(self, form: SubmitForm, version: int) -> str:
        accept_report(by=signed_in(self.request), report=self.object, version=version)
        return "Accepted. The people who report for the partnership are told by e-mail."
