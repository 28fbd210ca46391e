"""Saying something about a finding, and resolving what was said."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from evidence.actions.comments import add_comment, may_comment, resolve_comment
from evidence.forms.comments import CommentForm
from evidence.models import Comment, Finding
from evidence.queries.comments import colleagues_on
from evidence.views.review import StepView
from evidence.views.signed_in import SignedInMixin, signed_in
from partnerships.views.bases import VisibleDetailView


class CommentView(StepView):
    """A comment on a finding, written with the finding in sight. It changes nothing of the finding."""

    whose = staticmethod(may_comment)
    may = staticmethod(may_comment)
    form_class = CommentForm
    template_name = "evidence/finding_comment.html"
    title = "Comment"
    lead = "For colleagues of the evaluation team. It stays open until one of you resolves it."
    button = "Add the comment"

    def get_form_kwargs(self) -> dict[str, Any]:
        colleagues = list(colleagues_on(self.request.user, self.object))
        return super().get_form_kwargs() | {"colleagues": colleagues}

    def get_form(self, form_class: Any = None) -> CommentForm:
        return super().get_form(form_class)

    def take(self, form: Any, version: int) -> str:
        add_comment(
            by=signed_in(self.request),
            finding=self.object,
            part=form.cleaned_data["part"],
            text=form.cleaned_data["comment"],
            mentions=form.cleaned_data.get("mentions", ()),
        )
        return "Your comment is added."

    def get_success_url(self) -> str:
        return comments_of(self.object)


class CommentResolveView(SignedInMixin, VisibleDetailView):
    """The button beside a comment; whoever comes here by the address is led to the comment."""

    model = Comment

    def get_queryset(self) -> QuerySet[Comment]:
        return super().get_queryset().select_related("finding")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect(comments_of(self.get_object().finding))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        comment = resolve_comment(by=signed_in(request), comment=self.get_object())
        messages.success(request, "The comment is resolved.")
        return redirect(comments_of(comment.finding))


def comments_of(finding: Finding) -> str:
    return f"{finding.get_absolute_url()}#comments"
