"""Attached files: sending one, adding, releasing and erasing them."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.decorators import method_decorator
from django.views.generic.edit import FormMixin

from evidence.actions.attachment_rules import (
    circles_open_to,
    may_add_files,
    may_erase_file,
    may_get_original,
    may_release_file,
)
from evidence.actions.attachments import (
    add_attachment,
    erase_attachment,
    record_opening,
    release_attachment,
)
from evidence.forms.attachments import ROWS, AddFilesForm, EraseFileForm, ReleaseFileForm
from evidence.forms.fields import READERS
from evidence.forms.finding import problems_of
from evidence.forms.steps import StepForm
from evidence.models import Attachment, CaseStudy, Finding, Question, SelfReport, Source, Visibility
from evidence.models.attachment import Owner, attachment_storage
from evidence.queries.attachments import FileLine, file_line, files_on, has_preview
from evidence.views.editing import VersionedFormView
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.access import Permission, has_permission
from partnerships.audit_words import sentences
from partnerships.models import AuditRow
from partnerships.uploads import too_large
from partnerships.views.bases import VisibleDetailView

OWNERS = (
    "finding__source",
    "source",
    "case_study__partnership",
    "case_study__wave",
    "self_report__round",
    "question__section",
)


def file_lines(person: Any, owner: Owner) -> list[FileLine]:
    """The files of a thing as this person may see them, with what they may do with each; one query."""
    in_team = has_permission(person, Permission.READ_TEAM)
    return [
        file_line(file, in_team=in_team, steps=steps_for(person, file) if in_team else ())
        for file in files_on(person, owner)
    ]


def steps_for(person: Any, file: Attachment) -> tuple[tuple[str, str], ...]:
    steps = (
        ("Who may get it", "evidence:file-release", may_release_file(person, file)),
        ("Erase", "evidence:file-erase", may_erase_file(person, file)),
    )
    return tuple((label, reverse(name, args=[file.ref])) for label, name, allowed in steps if allowed)


# Nothing that a file could hold may run or load anything, should a browser show it after all. Browsers
# themselves set a picture that they show alone, by a style.
POLICY = {
    "default-src": [NONE],
    "img-src": [SELF],
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}


@method_decorator(csp(POLICY), name="dispatch")
class FileView(VisibleDetailView):
    """The file itself. The evaluation team gets it as it was added, a partnership so what it added to its
    report, and everybody else the clean copy.

    ``?copy`` gives the team the copy too, ``?inline`` shows the copy of a picture in the browser.
    """

    model = Attachment
    slug_field = slug_url_kwarg = "ref"
    http_method_names = ["get", "head"]

    def get_queryset(self) -> QuerySet[Attachment]:
        return super().get_queryset().select_related("self_report")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> FileResponse:  # type: ignore[override]
        file: Attachment = self.get_object()
        inline = "inline" in request.GET and has_preview(file)
        is_copy = inline or not may_get_original(request.user, file) or "copy" in request.GET
        name = file.copy if is_copy else file.original
        if not name:
            raise Http404
        content = attachment_storage().open(name)
        if request.user.is_authenticated:
            record_opening(by=signed_in(request), attachment=file, is_copy=is_copy)
        response = FileResponse(
            content, as_attachment=not inline, filename=file.name, content_type=file.media_type
        )
        response["Content-Length"] = str(file.copy_size if is_copy else file.size)
        add_never_cache_headers(response)
        return response


class AddFilesView(SignedInMixin, FormMixin, VisibleDetailView):
    """Files for a thing: those that are right are added, the others are told what is wrong with them."""

    form_class = AddFilesForm
    template_name = "evidence/file_add.html"
    object: Any
    question: Question | None = None
    who_gets_it = (
        "The evaluation team gets them as they are. Others get nothing until a lead evaluator releases a "
        "copy without what is hidden in it."
    )
    told_once_added = "The evaluation team alone gets it until it is released."

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        owner = super().get_object(queryset)
        if not may_add_files(self.request.user, owner):
            raise PermissionDenied
        return owner

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"too_large": too_large(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form: Any = self.get_form()
        form.is_valid()
        added = [name for number in range(1, ROWS + 1) if (name := self.add(form, number))]
        if added:
            told = " and ".join(added)
            messages.success(request, f"Added: {told}. {self.told_once_added}")
        if not form.errors:
            return redirect(self.get_success_url())
        status = 413 if form.too_large else 200
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_success_url(self) -> str:
        return f"{self.object.get_absolute_url()}#files"

    def add(self, form: AddFilesForm, number: int) -> str:
        """Add one of the files, or say beside its field what is wrong; returns its name once it is added."""
        upload = form.cleaned_data.get(f"file_{number}")
        if not upload or f"description_{number}" in form.errors:
            return ""
        try:
            file = add_attachment(
                by=signed_in(self.request),
                owner=self.object,
                upload=upload,
                description=form.cleaned_data[f"description_{number}"],
                question=self.question,
            )
        except ValidationError as refusal:
            told = problems_of(refusal)
            # The browser forgets which file it was.
            told["file"] = [f"{upload.name}: {message}" for message in told.get("file", ())]
            form.add_problems({f"{name}_{number}": said for name, said in told.items()})
            return ""
        form.forget(number)
        return file.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "came_from": place_of(self.object, self.question),
            "who_gets_it": self.who_gets_it,
            "megabytes": settings.ATTACHMENT_MEGABYTES,
            "megabytes_of_recordings": settings.RECORDING_MEGABYTES,
            "files": file_lines(self.request.user, self.object),
        }


def place_of(owner: Owner, question: Question | None = None) -> tuple[str, str]:
    """What a file belongs to, as the label and address of a link."""
    if question:
        return str(question), address_of_question(owner, question)
    if isinstance(owner, CaseStudy):
        return f"Case study {owner}", owner.get_absolute_url()
    kind = "Source" if isinstance(owner, Source) else "Finding"
    return f"{kind} {owner.ref}", owner.get_absolute_url()


def address_of_question(report: Any, question: Question) -> str:
    """Where a question of a report is answered."""
    page = reverse("evidence:report-section", args=[report.ref, question.section.key])
    return f"{page}#question-{question.key}"


class AddFindingFilesView(AddFilesView):
    model = Finding
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Finding]:
        return super().get_queryset().select_related("source")


class AddSourceFilesView(AddFilesView):
    model = Source
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Source]:
        return super().get_queryset().select_related("case_study")


class AddCaseStudyFilesView(AddFilesView):
    model = CaseStudy

    def get_queryset(self) -> QuerySet[CaseStudy]:
        return super().get_queryset().select_related("partnership", "wave")


class AddReportFilesView(AddFilesView):
    """Files for a question of a self-report, instead of typing what stands in them."""

    model = SelfReport
    slug_field = slug_url_kwarg = "ref"
    who_gets_it = (
        "Whoever reads your answers gets them: your colleagues, and the evaluation team once the report is "
        "submitted. Staff of the Big Lottery Fund, where they read the report at all, get a copy without "
        "what is hidden in it."
    )
    told_once_added = "You can take it out again until the report is submitted."

    def get_queryset(self) -> QuerySet[SelfReport]:
        return super().get_queryset().select_related("round", "partnership")

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        report = super().get_object(queryset)
        questions = Question.objects.visible_to(self.request.user).select_related("section")
        version = report.round.questionnaire_version_id
        self.question = get_object_or_404(
            questions, questionnaire_version=version, key=self.kwargs["question"]
        )
        return report

    def get_success_url(self) -> str:
        return place_of(self.object, self.question)[1]


class FileStepView(VersionedFormView):
    """A decision about one file, with what is known of it; it leads back to what the file belongs to."""

    model = Attachment
    slug_field = slug_url_kwarg = "ref"

    def get_queryset(self) -> QuerySet[Attachment]:
        people = ("created_by", "released_by", "erased_by")
        return super().get_queryset().select_related(*OWNERS, *people)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        if self.object.is_erased:
            messages.info(request, f"File {self.object.ref} was erased: there is nothing to decide.")
            return redirect(self.get_success_url())
        return self.render_to_response(self.get_context_data())

    def get_success_url(self) -> str:
        if self.object.question:
            return place_of(self.object.owner, self.object.question)[1]
        return f"{self.object.owner.get_absolute_url()}#files"

    def after_refusal(self) -> str:
        return self.get_success_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "file": file_line(self.object, in_team=True),
            "came_from": place_of(self.object.owner, self.object.question),
            "found": self.object.found,
        }


class ReleaseFileView(FileStepView):
    """Who may get a file: what was hidden in it, its copy, the checklist, and what was decided before."""

    form_class = ReleaseFileForm
    template_name = "evidence/file_release.html"

    def works_on(self, thing: Attachment) -> bool:
        return has_permission(self.request.user, Permission.REVIEW_FINDINGS) and not thing.self_report_id

    def circles(self) -> list[str]:
        return circles_open_to(self.request.user, self.object)

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | {"visibility": self.object.visibility}

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"circles": self.circles()}

    def take(self, form: StepForm, version: int) -> str:
        file = release_attachment(
            by=signed_in(self.request),
            attachment=self.object,
            version=version,
            visibility=form.cleaned_data["visibility"],
            checklist=form.cleaned_data.get("checklist", ()),
        )
        return f"Who may get {file.name}: {READERS[file.visibility]}."

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = AuditRow.objects.visible_to(self.request.user).select_related("by")
        of_this = rows.filter(target_kind="attachment", target_key=self.object.ref).order_by("number")
        return super().get_context_data(**kwargs) | {
            "circles": self.circles(),
            "is_released": self.object.visibility != Visibility.TEAM,
            "history": sentences(of_this[:50], self.request.user),
        }


class EraseFileView(FileStepView):
    """What erasing a file means, and the decision."""

    form_class = EraseFileForm
    template_name = "evidence/file_erase.html"

    def works_on(self, thing: Attachment) -> bool:
        return may_add_files(self.request.user, thing.owner)

    def take(self, form: StepForm, version: int) -> str:
        name = self.object.name
        erase_attachment(by=signed_in(self.request), attachment=self.object, version=version)
        return f"{name} is erased."
