"""Rounds: planning, opening, the board, reminding, closing."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.views.generic import FormView

from evidence.actions import report_rules
from evidence.actions.rounds import (
    WAITED_FOR,
    can_be_reminded,
    change_round,
    close_round,
    open_round,
    plan_round,
    remind,
    reopen_round,
)
from evidence.forms.finding import problems_of
from evidence.forms.rounds import RoundForm, VersionedForm, round_initial
from evidence.models import Round, SelfReport
from evidence.models.questionnaire import works_with_questionnaires
from evidence.queries.questionnaires import newest_version, subjects_of
from evidence.queries.reports import board_of, readers_of, without_reporters
from evidence.views.editing import VersionedFormView
from evidence.views.round_exports import downloads_of
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView, VisibleListView

Status = SelfReport.Status
NOBODY_KNOWS = "Nobody is told of a planned round. You open it on a page of its own."
PROMISED = "Partnerships are filling it in: what they were told about it can only become narrower."


class RoundsMixin(SignedInMixin):
    """For those who prepare rounds, and the evaluation team; others meet a round in their report alone."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not works_with_questionnaires(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class RoundListView(RoundsMixin, VisibleListView):
    model = Round
    template_name = "evidence/round_list.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[Round]:
        arrived = Q(self_reports__status__in=(Status.SUBMITTED, Status.ACCEPTED))
        counted = (
            super()
            .get_queryset()
            .annotate(report_count=Count("self_reports"), arrived_count=Count("self_reports", filter=arrived))
        )
        return counted.order_by("-opens_on", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [round_row(round_) for round_ in context["object_list"]],
            "may_manage": report_rules.may_manage_rounds(self.request.user),
        }


def round_row(round_: Any) -> list[Any]:
    """One round as a row of a table."""
    title = f"{round_} (demonstration)" if round_.is_demonstration else str(round_)
    return [
        (title, round_.get_absolute_url()),
        round_.get_status_display(),
        date_format(round_.opens_on, "j F Y"),
        date_format(round_.closes_on, "j F Y"),
        round_.report_count,
        round_.arrived_count,
    ]


class RoundDetailView(RoundsMixin, VisibleDetailView):
    """The board: how far each report of a round is. Of a round that is only planned, what it will be."""

    model = Round
    template_name = "evidence/round_detail.html"
    context_object_name = "round"
    object: Round

    def get_queryset(self) -> QuerySet[Round]:
        return super().get_queryset().select_related("questionnaire", "questionnaire_version", "opened_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, round_ = self.request.user, self.object
        reports = list(board_of(person, round_))
        version = round_.questionnaire_version
        return super().get_context_data(**kwargs) | {
            "reports": reports,
            "partnerships": [] if reports else list(round_.partnerships.all()),
            "counts": [
                (label, sum(report.status == value for report in reports)) for value, label in Status.choices
            ],
            "section_count": version.sections.count() if version else 0,
            "question_count": version.questions.count() if version else 0,
            "to_remind": {report.ref for report in reports if can_be_reminded(report)},
            "late": {report.ref for report in reports if report.is_late and is_waited_for_or_came(report)},
            "readers": readers_of(round_),
            "reminders": reminders_in_words(round_),
            "may_read_answers": has_permission(person, Permission.READ_TEAM),
            "downloads": downloads_of(round_),
            "may_manage": report_rules.may_manage_rounds(person),
            "today": timezone.localdate(),
        }


def reminders_in_words(round_: Round) -> str:
    """When the round reminds by itself, in a sentence."""
    parts = []
    if days := round_.reminds_before:
        parts.append(f"{days} {'day' if days == 1 else 'days'} before the last day")
    if round_.reminds_when_late:
        parts.append("once a week after it, until the report comes or the round is closed")
    return f"{', and '.join(parts)}.".capitalize() if parts else "None."


def is_waited_for_or_came(report: SelfReport) -> bool:
    """Whether being late says something of it: it came late, or is still to come."""
    return report.submitted_at is not None or report.status in WAITED_FOR


class RoundRemindView(RoundsMixin, VisibleDetailView):
    """Reminders by hand, to the partnerships that were ticked."""

    model = Round
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        round_ = self.get_object()
        reminded = remind(by=signed_in(request), round_=round_, refs=request.POST.getlist("report"))
        if reminded:
            number = len(reminded)
            messages.success(request, f"{number} {'reminder' if number == 1 else 'reminders'} sent.")
        else:
            messages.info(request, "Nobody was reminded: choose reports that can have a reminder now.")
        return redirect(round_)


class RoundCreateView(SignedInMixin, FormView):
    permission = Permission.MANAGE_ROUNDS
    form_class = RoundForm
    template_name = "evidence/round_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def form_valid(self, form: RoundForm) -> HttpResponse:
        try:
            round_ = plan_round(by=signed_in(self.request), data=form.round_input())
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        messages.success(
            self.request, "The round is planned. Nobody has been told yet: open it when it is time."
        )
        return redirect(round_)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            "form_title": "Plan a round",
            "lead": NOBODY_KNOWS,
            "differing": [],
        } | super().get_context_data(**kwargs)


class ManagedRoundView(VersionedFormView):
    """A form about a round, for those who manage rounds."""

    model = Round
    context_object_name = "round"
    form_class: Any = VersionedForm

    def works_on(self, thing: Round) -> bool:
        return report_rules.may_manage_rounds(self.request.user)

    def get_queryset(self) -> QuerySet[Round]:
        return super().get_queryset().select_related("questionnaire")


class RoundEditView(ManagedRoundView):
    form_class = RoundForm
    template_name = "evidence/round_form.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"person": self.request.user}

    def stored(self, thing: Round) -> dict[str, Any]:
        return round_initial(thing)

    def take(self, form: RoundForm, version: int) -> str:
        change_round(by=signed_in(self.request), round_=self.object, version=version, data=form.round_input())
        return "Round saved."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_planned = self.object.status == Round.Status.PLANNED
        return super().get_context_data(**kwargs) | {
            "form_title": f"Change {self.object}",
            "lead": NOBODY_KNOWS if is_planned else PROMISED,
        }


class RoundOpenView(ManagedRoundView):
    """What will happen when a round opens, to be read before it does."""

    template_name = "evidence/round_open.html"

    def take(self, form: VersionedForm, version: int) -> str:
        open_round(by=signed_in(self.request), round_=self.object, version=version)
        return "The round is open. The people who report for each partnership are told by e-mail."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        partnerships = list(self.object.partnerships.all())
        version = newest_version(self.object.questionnaire)
        subjects = subjects_of(version)
        return super().get_context_data(**kwargs) | {
            "partnerships": partnerships,
            "lonely": without_reporters([partnership.pk for partnership in partnerships]),
            "questionnaire_version": version,
            "section_count": len(subjects),
            "question_count": sum(len(subject.questions) for subject in subjects),
            "readers": readers_of(self.object),
        }


class RoundCloseView(ManagedRoundView):
    """Closing an open round, or opening a closed one again."""

    template_name = "evidence/round_close.html"

    def take(self, form: VersionedForm, version: int) -> str:
        if self.object.status == Round.Status.CLOSED:
            reopen_round(by=signed_in(self.request), round_=self.object, version=version)
            return "The round is open again. Partnerships go on where they were."
        close_round(by=signed_in(self.request), round_=self.object, version=version)
        return "The round is closed."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        reports = SelfReport.objects.visible_to(self.request.user).filter(round=self.object)
        unfinished = (Status.INVITED, Status.IN_PROGRESS)
        return super().get_context_data(**kwargs) | {
            "unfinished": list(reports.filter(status__in=unfinished).select_related("partnership")),
        }
