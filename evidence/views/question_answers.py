"""The answer to a research question: its versions, writing it and issuing it."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from evidence.actions.finding_rules import is_lead, may_log
from evidence.actions.question_answers import draft_of, issue_answer, save_answer
from evidence.forms.finding import problems_of
from evidence.forms.question_answer import AnswerForm, initial_of
from evidence.markdown import html_of
from evidence.models import FrameworkItem, QuestionAnswer
from evidence.queries.question_answers import versions_of
from evidence.views.editing import posted_version
from evidence.views.item_forms import ItemFormView
from evidence.views.items import OneItemView
from evidence.views.kinds import KINDS
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.errors import Conflict

MOST_VERSIONS = 10


class AnswerView(OneItemView):
    """The versions of an answer, the last one first, each with what it changed."""

    template_name = "evidence/answer_detail.html"
    below = "answer/"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        versions = versions_of(person, self.object, MOST_VERSIONS)
        return super().get_context_data(**kwargs) | {
            "pages": KINDS[self.kind],
            "versions": [(version, html_of(version.text), html_of(version.gaps)) for version in versions],
            "may_write": may_log(person),
            "may_issue": is_lead(person),
        }


class AnswerEditView(ItemFormView):
    """The draft, begun from the last version where there is none."""

    form_class = AnswerForm
    form_name = "answer"
    template_name = "evidence/answer_form.html"
    below = "answer/edit/"
    object: FrameworkItem

    def get_initial(self) -> dict[str, Any]:
        answers = QuestionAnswer.objects.visible_to(self.request.user).filter(item=self.object)
        return super().get_initial() | initial_of(answers.order_by("-number").first())

    def form_valid(self, form: AnswerForm) -> HttpResponse:
        try:
            save_answer(
                by=signed_in(self.request),
                item=self.object,
                data=form.answer_input(),
                version=form.cleaned_data["version"] or 0,
            )
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except Conflict:
            return self.show_again(form)
        messages.success(self.request, "The draft is kept.")
        return redirect(f"{self.object.get_absolute_url()}answer/")

    def show_again(self, form: AnswerForm) -> HttpResponse:
        """What was typed, below the draft that somebody else saved meanwhile."""
        current = draft_of(self.object)
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["version"] = str(current.version if current else 0)
        form.add_error(None, "Somebody else saved or issued this meanwhile. Bring the two together.")
        return self.render_to_response(self.get_context_data(form=form, meanwhile=current), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"meanwhile": None} | super().get_context_data(**kwargs)


class AnswerIssueView(SignedInMixin, OneItemView):
    """The draft once more, as its readers will see it, before it is issued."""

    template_name = "evidence/answer_issue.html"
    below = "answer/issue/"
    object: FrameworkItem

    def get_object(self, queryset: Any = None) -> FrameworkItem:
        item = super().get_object(queryset)
        if not is_lead(self.request.user):
            raise PermissionDenied
        return item

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        try:
            issued = issue_answer(by=signed_in(request), item=self.object, version=posted_version(request))
        except ValidationError as refusal:
            return self.refused(" ".join(refusal.messages), 200)
        except Conflict:
            return self.refused("The draft was changed or issued meanwhile. This is how it now stands.", 409)
        messages.success(request, f"Version {issued.number} of the answer is issued.")
        return redirect(f"{self.object.get_absolute_url()}answer/")

    def refused(self, message: str, status: int) -> HttpResponse:
        return self.render_to_response(self.get_context_data(refusal=message), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        versions = versions_of(self.request.user, self.object, 1)
        drafts = [version for version in versions if version.answer.issued_at is None]
        draft = drafts[0] if drafts else None
        return (
            {"refusal": ""}
            | super().get_context_data(**kwargs)
            | {
                "pages": KINDS[self.kind],
                "draft": draft,
                "text": html_of(draft.text) if draft else "",
                "gaps": html_of(draft.gaps) if draft else "",
            }
        )
