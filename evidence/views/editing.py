"""Changing a thing that has a version, in one form."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.views.generic.edit import FormMixin

from evidence.forms.finding import problems_of
from evidence.forms.steps import StepForm
from evidence.views.signed_in import SignedInMixin
from partnerships.errors import Conflict, StepRefused
from partnerships.views.bases import VisibleDetailView


class TakenByAction(FormMixin):
    """A page about a thing whose form an action takes; whatever the action refuses becomes a page again."""

    request: HttpRequest
    object: Any

    def take(self, form: Any, version: int) -> str:
        """Do what the form says to the thing as it was in ``version``, and say what was done."""
        raise NotImplementedError

    def show_again(self, form: Any, current: Any) -> HttpResponse:
        """The page on the thing as somebody else has left it, with everything that was typed."""
        raise NotImplementedError

    def after_refusal(self) -> str:
        """Where somebody goes on after a step that the thing's state does not allow."""
        return str(self.object.get_absolute_url())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()  # type: ignore[attr-defined]
        form: Any = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def form_valid(self, form: StepForm) -> HttpResponse:
        try:
            said = self.take(form, posted_version(self.request))
        except StepRefused as refusal:
            messages.error(self.request, str(refusal))
            return redirect(self.after_refusal())
        except ValidationError as refusal:
            form.add_problems(problems_of(refusal))
            return self.form_invalid(form)
        except Conflict as conflict:
            return self.show_again(form, conflict.current)
        messages.success(self.request, said)
        return redirect(self.get_success_url())

    def get_success_url(self) -> str:
        return self.object.get_absolute_url()


def posted_version(request: HttpRequest) -> int:
    """The version that the page showed; one that nobody ever had when none was sent."""
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0


class VersionedFormView(SignedInMixin, TakenByAction, VisibleDetailView):
    """A form about a thing. When somebody was quicker, what they saved stands above what was typed."""

    def works_on(self, thing: Any) -> bool:
        """Whether the reader, who sees the thing, has anything to do here at all."""
        raise NotImplementedError

    def stored(self, thing: Any) -> dict[str, Any]:
        """What the form shows of the thing as it is stored, its version among it."""
        return {"version": thing.version}

    def get_object(self, queryset: QuerySet[Any] | None = None) -> Any:
        thing = super().get_object(queryset)
        if not self.works_on(thing):
            raise PermissionDenied
        return thing

    def get_initial(self) -> dict[str, Any]:
        return super().get_initial() | self.stored(self.object)

    def show_again(self, form: StepForm, current: Any) -> HttpResponse:
        """Everything that was typed, with what is stored now; sent again, it is saved over that."""
        self.object = current
        stored = self.stored(current)
        form.data = typed = cast(QueryDict, form.data).copy()
        typed["version"] = str(current.version)
        form.add_error(None, "Somebody else saved this while you had it open. Bring the two together.")
        differing = [
            (field.label, in_words(field, stored[field.name]))
            for field in form.visible_fields()
            if field.name in stored and in_words(field, stored[field.name]) != in_words(field, field.value())
        ]
        return self.render_to_response(self.get_context_data(form=form, differing=differing), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"differing": []} | super().get_context_data(**kwargs)


def in_words(field: BoundField, value: Any) -> str:
    """What a field holds, in the words of its choices."""
    if isinstance(value, bool) or value in (None, ""):
        return "Yes" if value else ""
    if hasattr(value, "strftime"):
        return date_format(value, "j F Y")
    choices = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    values = value if isinstance(value, list) else [value]
    return ", ".join(sorted(choices.get(str(getattr(one, "pk", one)), str(one)) for one in values))
