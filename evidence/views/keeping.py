"""Forms about one thing that are kept while somebody types."""

from typing import Any

from django.http import HttpRequest
from django.views.generic.edit import FormMixin

from evidence.models import TypedForm


class KeptFormMixin(FormMixin):
    """Shows what its person typed here before and did not save, and tells the page how to keep itself."""

    request: HttpRequest
    object: Any
    typed: TypedForm | None = None

    def typed_key(self) -> str:
        """The key under which the form is kept."""
        raise NotImplementedError

    def keep_address(self) -> str:
        """Where the page sends what is typed."""
        raise NotImplementedError

    def get_form(self, form_class: Any = None) -> Any:
        form: Any = super().get_form(form_class)
        if not form.is_bound:
            kept = TypedForm.objects.visible_to(self.request.user).filter(key=self.typed_key())
            self.typed = kept.first()
            if self.typed:
                form.show_typed(self.typed.data)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)  # with the form, which brings what was typed
        return context | {
            "typed": self.typed,
            "keeping": keeping(
                self.request, self.typed, address=self.keep_address(), again=self.request.path
            ),
        }


def keeping(
    request: HttpRequest,
    typed: TypedForm | None,
    *,
    address: str,
    again: str,
    is_unsaved: bool | None = None,
    is_shown: bool = True,
) -> dict[str, Any]:
    """What the page needs to keep itself: where to, on top of which save, and where to find it again.

    ``is_unsaved`` says that the form holds more than what is kept, which a posted one does unless said
    otherwise; ``is_shown`` that what is kept stands in the form. See templates/evidence/_keeping.html.
    """
    return {
        "address": address,
        "again": again,
        "base": request.POST.get("typed_base", typed.sequence if typed else 0),
        "is_unsaved": request.method == "POST" if is_unsaved is None else is_unsaved,
        "since": typed.saved_at if typed and is_shown else None,
    }
