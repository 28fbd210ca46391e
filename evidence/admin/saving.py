"""Saving in the admin by the product's own actions, so that it has no rules of its own.

What an action refuses is shown on the form again, with everything that was typed still in it.
"""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from partnerships.errors import Conflict, StepRefused
from partnerships.models import Person

Refusal = Conflict | StepRefused | ValidationError


def signed_in(request: HttpRequest) -> Person:
    """Who acts; the admin site lets nobody else in."""
    return cast(Person, request.user)


class VersionedForm(forms.ModelForm):
    """A form that knows which version it was opened on, and shows why an action refused it."""

    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    refusal: ClassVar[Refusal | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["opened_version"] = self.instance.version

    def clean_opened_version(self) -> int:
        # Without it, nobody knows what the words were written over: that is a conflict, never a match.
        return self.cleaned_data["opened_version"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if isinstance(self.refusal, Conflict):
            self._show_conflict(self.refusal.current)
        elif isinstance(self.refusal, ValidationError):
            for name, errors in self.refusal.update_error_dict({}).items():
                self.add_error(name if name in self.fields else None, errors)
        elif self.refusal is not None:
            self.add_error(None, str(self.refusal))
        return cleaned

    def _show_conflict(self, current: Any) -> None:
        self.add_error(
            None,
            "Somebody else has changed this since you opened it, so nothing was saved. What you typed is "
            "still here; where it differs, what is stored now stands above the field. Open it again in "
            "another window and bring the two together there.",
        )
        for name, field in self.fields.items():
            stored = getattr(current, name, None)
            if isinstance(field, forms.CharField) and stored != self.cleaned_data.get(name):
                self.add_error(name, f"Stored now: {stored or '(empty)'}")


class SavedByAction(admin.ModelAdmin):
    """A model admin that saves by an action and puts what the action refuses back on the form."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except (Conflict, StepRefused, ValidationError) as refusal:
            # The transaction is undone. The second pass carries the refusal as an error of the form,
            # which therefore isn't saved but shown.
            request.refusal = refusal  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except (Conflict, StepRefused) as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(
                reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
            )
