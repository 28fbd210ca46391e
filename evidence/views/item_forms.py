"""The long forms about an item, kept on the server while they are written."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from evidence.models import FrameworkItem, TypedForm
from evidence.models.typed_form import ITEM_FORMS
from evidence.views.items import OneItemView
from evidence.views.keeping import KeptFormMixin
from evidence.views.kinds import KINDS
from evidence.views.signed_in import SignedInMixin
from partnerships.access import has_permission


class ItemFormView(SignedInMixin, KeptFormMixin, OneItemView):
    """A form about an item, begun from what its writer typed before and did not save."""

    form_name = ""  # one of ITEM_FORMS

    def get_object(self, queryset: Any = None) -> FrameworkItem:
        item = super().get_object(queryset)
        if not has_permission(self.request.user, ITEM_FORMS[self.form_name][2]):
            raise PermissionDenied
        return item

    def typed_key(self) -> str:
        return TypedForm.key_of_item(self.object, self.form_name)

    def keep_address(self) -> str:
        return reverse("evidence:typed-form-keep-item", args=[self.object.code, self.form_name])

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.object = self.get_object()
        form: Any = self.get_form()
        return self.form_valid(form) if form.is_valid() else self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"pages": KINDS[self.kind]}
