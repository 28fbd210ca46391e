"""Rating by a personal link or from one's own account, and asking people to rate."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.generic import TemplateView

from evidence.actions import report_rules
from evidence.actions.ratings import (
    OVER,
    RatingsConflict,
    begin_own_rating,
    end_ratings,
    invite_raters,
    revoke_link,
    save_ratings,
    send_links_again,
    send_ratings,
)
from evidence.forms.finding import problems_of
from evidence.forms.ratings import InviteForm, OwnRatingForm, RatingForm
from evidence.models import Rater, RatingStatement, SelfReport
from evidence.models.rating import STEP_QUESTIONS, STEP_WORDS
from evidence.queries.ratings import (
    RatingPart,
    RatingSheet,
    Said,
    digest_of_part,
    fewest_respondents,
    last_day_of_links,
    overview_of_raters,
    rater_behind,
    rater_for,
    sheet_of_rater,
    takes_ratings,
    who_reads_ratings,
)
from evidence.views.signed_in import SignedInMixin, signed_in, words_in
from partnerships.errors import StepRefused

IN_PROGRESS, NOT_STARTED, FINISHED = "in-progress", "invited", "accepted"


class RatingPages(TemplateView):
    """What the pages of rating share, whoever comes to them. A subclass says who rates, and where."""

    rater: Any  # a Rater, or None for a reporter who has not begun
    report: Any
    is_by_link = True

    def address(self, part: RatingPart | None = None) -> str:
        """The page of a part, or the first page."""
        raise NotImplementedError

    @cached_property
    def sheet(self) -> RatingSheet:
        return sheet_of_rater(self.rater)

    @property
    def is_open(self) -> bool:
        return takes_ratings(self.report)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "sheet": self.sheet,
            "start": self.address(),
            "is_by_link": self.is_by_link,
            "is_open": self.is_open,
            "who_reads": who_reads_ratings(),
        }

    def show(self, status: int = 200, **more: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**more), status=status)


class StartOfRating(RatingPages):
    """What is asked and who reads it, how far one is, and sending it."""

    template_name = "evidence/rating_start.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.rater is None:
            raise Http404
        try:
            send_ratings(rater=self.rater)
        except ValidationError as refusal:
            return self.show(problem=refusal.messages[0])
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(self.address())

    def get_template_names(self) -> list[str]:
        if self.rater and self.rater.sent_at:
            return ["evidence/rating_thanks.html"]
        return [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"problem": "", "last_day": last_day_of_links(self.report.round)} | super().get_context_data(
            tasks=[self.task(part) for part in self.sheet.parts], **kwargs
        )

    def task(self, part: RatingPart) -> dict[str, Any]:
        done, asked = self.sheet.answered_in(part), len(part.statements)
        state = FINISHED if done == asked else IN_PROGRESS if done else NOT_STARTED
        return {
            "label": part.title,
            "href": self.address(part),
            "state": state,
            "state_label": f"{done} of {asked}",
            "notes": [],
        }


class PartOfRating(RatingPages):
    """The statements of one page. ``step`` in what is sent says whether a script or a person saves."""

    template_name = "evidence/rating_part.html"

    @cached_property
    def part(self) -> RatingPart:
        part = self.sheet.part(self.kwargs["part"])
        if part is None:
            raise Http404
        return part

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.rater is None or self.rater.sent_at or not self.is_open:
            return redirect(self.address())
        return self.show(form=RatingForm(part=self.part, said=self.sheet.said))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.rater is None:
            raise Http404
        is_kept = request.POST.get("step") == "keep"
        form = RatingForm(request.POST, part=self.part, said=self.sheet.said)
        if not form.is_valid():
            return JsonResponse({}, status=400) if is_kept else self.show(form=form)
        try:
            seen = save_ratings(rater=self.rater, said=form.said, seen=form.cleaned_data["seen"])
        except RatingsConflict as conflict:
            return JsonResponse({}, status=409) if is_kept else self.show_conflict(form, conflict)
        except StepRefused:
            return JsonResponse({}, status=410) if is_kept else self.show(form=form, status=409, is_over=True)
        if is_kept:
            return JsonResponse({"seen": seen})
        after = self.sheet.after(self.part)
        messages.success(request, f"“{self.part.title}” saved.")
        return redirect(self.address(after))

    def show_conflict(self, form: RatingForm, conflict: RatingsConflict) -> HttpResponse:
        """What was chosen here, with what another window saved beside it; saved again, it takes its place."""
        data = self.request.POST.copy()
        data["seen"] = digest_of_part(conflict.current, self.part.codes)
        elsewhere = differing(self.part, form.said, conflict.current)
        return self.show(
            form=RatingForm(data, part=self.part, said=self.sheet.said), status=409, elsewhere=elsewhere
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return (
            {"elsewhere": [], "is_over": False, "over": OVER}
            | super().get_context_data(**kwargs)
            | {
                "part": self.part,
                "place": self.sheet.parts.index(self.part) + 1,
                "question": STEP_QUESTIONS[self.part.kind],
                "after": self.sheet.after(self.part),
            }
        )


def differing(
    part: RatingPart, typed: Mapping[str, Said | None], stored: Mapping[str, Said]
) -> list[tuple[RatingStatement, str]]:
    """The statements of a page of which something else is stored than was typed, with that in words."""
    words = STEP_WORDS[part.kind]
    return [
        (statement, in_words(stored.get(statement.item.code), words))
        for statement in part.statements
        if typed[statement.item.code] != stored.get(statement.item.code)
    ]


def in_words(said: Said | None, words: dict[int, str]) -> str:
    if said is None:
        return "Not answered"
    return f"{words[said.step]}: {said.reason}" if said.reason else words[said.step]


class ByLink(RatingPages):
    """For whoever holds a personal link. A dead one says so in the same words, whatever the cause."""

    is_open = True  # else the link doesn't work at all

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rater = rater_behind(self.kwargs["token"])
        if rater is None:
            words = [text for _, text in words_in(request.POST)]
            response: HttpResponseBase = render(
                request, "evidence/rating_no_link.html", {"words": words}, status=404
            )
        else:
            self.rater, self.report = rater, rater.self_report
            response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Referrer-Policy"] = "same-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    def address(self, part: RatingPart | None = None) -> str:
        token = self.kwargs["token"]
        if part is None:
            return reverse("evidence:rate", args=[token])
        return reverse("evidence:rate-part", args=[token, part.key])


class LinkStartView(ByLink, StartOfRating):
    """The first page behind a personal link; once it is sent, thanks and nothing else."""


class LinkPartView(ByLink, PartOfRating):
    """One page of statements behind a personal link."""


def own_report(person: Any, ref: str) -> SelfReport:
    """A report of the reader's own partnership. Raises Http404; PermissionDenied for who only knows of it."""
    reports = SelfReport.objects.visible_to(person).select_related("round", "partnership")
    report = get_object_or_404(reports, ref=ref)
    if not report_rules.reports_for(person, report):
        raise PermissionDenied
    return report


class FromAccount(SignedInMixin, RatingPages):
    """For a reporter of the partnership, who rates from their own account."""

    is_by_link = False

    @cached_property
    def report(self) -> SelfReport:
        return own_report(self.request.user, self.kwargs["ref"])

    @cached_property
    def rater(self) -> Rater | None:
        return rater_for(self.request.user, self.report)

    def address(self, part: RatingPart | None = None) -> str:
        ref = self.kwargs["ref"]
        if part is None:
            return reverse("evidence:report-rate", args=[ref])
        return reverse("evidence:report-rate-part", args=[ref, part.key])


class OwnStartView(FromAccount, StartOfRating):
    """The first page for a reporter, who says for which sector they speak before they begin."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.rater is not None:
            return super().post(request, *args, **kwargs)
        form = OwnRatingForm(request.POST)
        if not form.is_valid():
            return self.show(form=form)
        try:
            begin_own_rating(by=signed_in(request), report=self.report, sector=form.cleaned_data["sector"])
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(self.address())
        return redirect(self.address(self.sheet.parts[0]) if self.sheet.parts else self.address())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = None if self.rater else OwnRatingForm()
        return {"form": form} | super().get_context_data(**kwargs)


class OwnPartView(FromAccount, PartOfRating):
    """One page of statements for a reporter."""


class RatersView(SignedInMixin, TemplateView):
    """Who rates for a partnership: inviting people, sending links again, taking them back.

    ``step`` in what is sent says what to do: invite, remind all who have not answered, or, with a ref,
    ``again:ref`` and ``revoke:ref``.
    """

    template_name = "evidence/raters.html"

    @cached_property
    def report(self) -> SelfReport:
        return own_report(self.request.user, self.kwargs["ref"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        by, report = signed_in(request), self.report
        step, _, ref = request.POST.get("step", "invite").partition(":")
        try:
            if step == "invite":
                return self.invite()
            if step == "revoke":
                revoke_link(by=by, report=report, ref=ref)
                messages.success(request, "The link was taken back and does not work any more.")
            else:
                send_links_again(by=by, report=report, refs=[ref] if step == "again" else None)
                messages.success(request, "Whoever has not answered gets the link again, once a day at most.")
        except StepRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(request.path)

    def invite(self) -> HttpResponse:
        form = InviteForm(self.request.POST, partnership=self.report.partnership)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            raters = invite_raters(by=signed_in(self.request), report=self.report, guests=form.guests)
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.render_to_response(self.get_context_data(form=form))
        messages.success(self.request, said_of_invitations(len(raters), len(form.guests.addresses)))
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, report = self.request.user, self.report
        own = rater_for(person, report)
        begin = {"form": InviteForm(partnership=report.partnership)}
        return (
            begin
            | super().get_context_data(**kwargs)
            | {
                "report": report,
                "overview": overview_of_raters(person, report),
                "is_open": takes_ratings(report),
                "fewest": fewest_respondents(),
                "last_day": last_day_of_links(report.round),
                "has_answered": bool(own and own.sent_at),
                "who_reads": who_reads_ratings(),
            }
        )


def said_of_invitations(new: int, asked: int) -> str:
    people = "1 person" if new == 1 else f"{new} people"
    words = f"A link is on its way to {people}." if new else "Nobody new to invite."
    return words if new == asked else f"{words} The others were invited already."


class RatingsEndView(SignedInMixin, TemplateView):
    """Ending a partnership's ratings, so that its profile can be shown."""

    template_name = "evidence/ratings_end.html"

    @cached_property
    def report(self) -> SelfReport:
        return own_report(self.request.user, self.kwargs["ref"])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = reverse("evidence:raters", args=[self.report.ref])
        try:
            end_ratings(by=signed_in(request), report=self.report)
        except StepRefused as refusal:
            messages.error(request, str(refusal))
            return redirect(page)
        messages.success(request, "Your ratings of this round are complete.")
        return redirect(page)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "report": self.report,
            "overview": overview_of_raters(self.request.user, self.report),
            "is_open": takes_ratings(self.report),
            "fewest": fewest_respondents(),
        }
