"""Keeping forms while they are being written, and finding them again."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from rest_framework.throttling import UserRateThrottle

from evidence.actions.typed_forms import OutOfDate, forget_typed_form, keep_typed_form
from evidence.models import (
    CaseStudy,
    Finding,
    FrameworkItem,
    ReplyRequest,
    Section,
    SelfReport,
    Source,
    TypedForm,
)
from evidence.models.typed_form import ITEM_FORMS
from evidence.queries.ratings import rating_parts
from evidence.queries.reports import typed_key
from evidence.queries.team_views import key_of_view
from evidence.views.signed_in import SignedInMixin, signed_in, words_in
from partnerships.access import Permission, has_permission
from partnerships.views.bases import VisibleDetailView

# Fields of the page that are about keeping it, and no part of what was typed.
OWN_FIELDS = ("csrfmiddlewaretoken", "typed_base", "typed_sequence", "typed_page", "typed_person")
MOST_SAVES = 1_000_000_000


class TypedFormThrottle(UserRateThrottle):
    """Far more than a person types in several tabs, far less than a script can send."""

    scope = "typed-forms"
    rate = "120/min"


class AnsweringScriptsMixin:
    """For the page's own script: a refusal is a status and a sentence, never another page."""

    def may_write(self, person: Any) -> bool:
        """Whether this person writes anything that is kept here."""
        return has_permission(person, Permission.LOG_FINDINGS)

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return refusal(401, "You are signed out.")
        if not self.may_write(request.user):
            return refusal(403, "You can't save here.", reason="not-allowed")
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


@method_decorator(sensitive_post_parameters(), name="dispatch")
class TypedFormKeepView(AnsweringScriptsMixin, View):
    """Keep the fields of a form as they stand: of a new finding, or of the change of one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        throttle = TypedFormThrottle()
        if not throttle.allow_request(request, self):  # type: ignore[arg-type]
            return refusal(429, "Too many savings in a minute.")
        if request.POST.get("typed_person") != str(request.user.pk):
            return refusal(403, "Somebody else is signed in.", reason="somebody-else")
        key, about = self.subject(**kwargs)
        base, sequence = counted(request.POST, "typed_base"), counted(request.POST, "typed_sequence")
        if not key or base is None or not sequence:
            return refusal(400, "The page sent something that can't be kept.")
        page = request.POST.get("typed_page", "")[:36]
        try:
            kept = keep_typed_form(
                by=signed_in(request),
                key=key,
                fields={name: values for name, values in request.POST.lists() if name not in OWN_FIELDS},
                base=base,
                sequence=sequence,
                page=page,
                **about,
            )
        except OutOfDate as late:
            return JsonResponse({"kept": as_kept(late.current, page)}, status=409)
        except ValidationError as invalid:
            return refusal(413 if invalid.code == "too_long" else 400, str(invalid.message))
        return JsonResponse({"saved_at": kept.saved_at, "sequence": kept.sequence})

    def subject(self, ref: str = "") -> tuple[str, dict[str, Any]]:
        """The key to keep the form under, and what it changes or answers."""
        finding = self.finding(ref) if ref else None
        return (finding.ref if finding else key_of_new(self.request.POST)), {"finding": finding}

    def finding(self, ref: str) -> Finding:
        finding = get_object_or_404(
            Finding.objects.visible_to(self.request.user).select_related("source"), ref=ref
        )
        source = finding.source
        if finding.origin == Finding.Origin.LITERATURE or (source and source.consent_withdrawn_at):
            raise Http404
        return finding


class TypedStudyKeepView(TypedFormKeepView):
    """Keep the story of a case study while one of its evaluators writes it."""

    def subject(self, slug: str = "") -> tuple[str, dict[str, Any]]:
        study = get_object_or_404(CaseStudy.objects.visible_to(self.request.user), slug=slug)
        return TypedForm.key_of_study(study), {"case_study": study}


class TypedReplyKeepView(TypedFormKeepView):
    """Keep a reply while somebody of the partnership writes it."""

    def may_write(self, person: Any) -> bool:
        return writes_replies(person)

    def subject(self, ref: str = "") -> tuple[str, dict[str, Any]]:
        asked = ReplyRequest.objects.asked_of(self.request.user).select_related("finding__source")
        return ref, {"reply_request": get_object_or_404(asked, ref=ref)}


class FindingAppraisalKeepView(TypedFormKeepView):
    """Keep what is judged of a finding while it is typed."""

    def subject(self, ref: str = "") -> tuple[str, dict[str, Any]]:
        finding = get_object_or_404(
            Finding.objects.visible_to(self.request.user).select_related("source"), ref=ref
        )
        return TypedForm.key_of_appraisal(finding), {"finding": finding}


class SourceAppraisalKeepView(TypedFormKeepView):
    """Keep what is judged of a source while it is typed."""

    def subject(self, ref: str = "") -> tuple[str, dict[str, Any]]:
        source = get_object_or_404(Source.objects.visible_to(self.request.user), ref=ref)
        return TypedForm.key_of_appraisal(source), {"source": source}


class ItemFormKeepView(TypedFormKeepView):
    """Keep one of the long forms about an item while it is written."""

    def subject(self, code: str = "", form: str = "") -> tuple[str, dict[str, Any]]:
        item = get_object_or_404(FrameworkItem.objects.visible_to(self.request.user), code=code)
        if form not in ITEM_FORMS:
            raise Http404
        return TypedForm.key_of_item(item, form), {"item": item}


class ReportKeepView(TypedFormKeepView):
    """Keep one page of a self-report as it stands."""

    def may_write(self, person: Any) -> bool:
        return has_permission(person, Permission.FILL_IN_REPORTS)

    def subject(self, ref: str = "", section: str = "") -> tuple[str, dict[str, Any]]:
        visible = SelfReport.objects.visible_to(self.request.user).select_related("round")
        report = get_object_or_404(visible, ref=ref)
        of_report = Section.objects.filter(questionnaire_version=report.round.questionnaire_version_id)
        return typed_key(report, get_object_or_404(of_report, key=section)), {"self_report": report}


class TeamViewKeepView(TypedFormKeepView):
    """Keep one page of the team's view of a partnership while an evaluator fills it in."""

    def may_write(self, person: Any) -> bool:
        return has_permission(person, Permission.REVIEW_REPORTS)

    def subject(self, ref: str = "", part: str = "") -> tuple[str, dict[str, Any]]:
        report = get_object_or_404(SelfReport.objects.read_by(self.request.user), ref=ref)
        chosen = next((one for one in rating_parts() if one.key == part), None)
        if chosen is None:
            raise Http404
        return key_of_view(report, chosen), {"self_report": report}


class TypedFormTokenView(AnsweringScriptsMixin, View):
    """What a page needs to go on after its person signed in again in another tab."""

    http_method_names = ["get"]

    def may_write(self, person: Any) -> bool:
        return super().may_write(person) or writes_replies(person)

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"token": get_token(request), "person": str(request.user.pk)})


class TypedFormDiscardView(SignedInMixin, VisibleDetailView):
    """Everything that was typed, to be read once more before it is deleted."""

    model = TypedForm
    slug_field = slug_url_kwarg = "key"
    template_name = "evidence/typed_form_discard.html"
    object: TypedForm

    def get_queryset(self) -> QuerySet[TypedForm]:
        return (
            super()
            .get_queryset()
            .select_related(
                "finding", "source", "reply_request", "item", "case_study__partnership", "case_study__wave"
            )
        )

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        forget_typed_form(by=signed_in(request), key=self.get_object().key)
        messages.success(request, "Discarded.")
        return redirect(reverse("evidence:inbox"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "typed": self.object,
            "words": words_in(self.object.data),
        }


def writes_replies(person: Any) -> bool:
    """Whether somebody reports for a partnership, which can be asked what it says to a finding."""
    return bool(person.reported_partnership_ids)


def refusal(status: int, message: str, **more: str) -> JsonResponse:
    return JsonResponse({"message": message, **more}, status=status)


def key_of_new(data: QueryDict) -> str:
    """The submission key of a new finding's form, if it is one that we gave out."""
    try:
        return str(uuid.UUID(data.get("submission_key", "")))
    except ValueError:
        return ""


def counted(data: QueryDict, name: str) -> int | None:
    value = data.get(name, "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 12 else MOST_SAVES
    return number if number < MOST_SAVES else None


def as_kept(kept: TypedForm | None, page: str) -> dict[str, Any] | None:
    """What is kept, for a page that has to choose; ``is_own`` when the page itself had saved it."""
    if kept is None:
        return None
    return {
        "sequence": kept.sequence,
        "saved_at": kept.saved_at,
        "content": kept.content,
        "is_own": kept.page == page,
    }
