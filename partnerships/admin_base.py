"""What every admin page of ours stands on: our permissions, our visibility, our record of deeds."""

from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from partnerships.access import Permission, has_permission
from partnerships.audit import record
from partnerships.models import VisibleQuerySet


class PermittedAdmin:
    """One of our permissions opens a page or an inline; Django's own permission names are not used.

    ``read_only`` lets people with the permission look and nothing else.
    """

    permission: Permission
    read_only = False

    def may_view(self, request: HttpRequest) -> bool:
        return has_permission(request.user, self.permission)

    def may_write(self, request: HttpRequest) -> bool:
        return not self.read_only and self.may_view(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_view(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_view(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_write(request)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return visible(super().get_queryset(request), request)  # type: ignore[misc]

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The thing's own page, straight away. Django's shortcut to it would answer for hidden things too."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_field_queryset(
        self, db: str | None, db_field: Any, request: HttpRequest
    ) -> models.QuerySet[Any] | None:
        """The choices of a foreign key or many-to-many field: only what the person may see."""
        ordered = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        manager = db_field.remote_field.model._default_manager
        return visible(manager.all() if ordered is None else ordered, request)


class NamedFieldsFormSet(BaseInlineFormSet):
    """Rows whose fields carry their own names: the head of a table names them only for those who see it."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            # Django's admin wraps the choice of a related thing, and the name belongs on what is inside.
            widget = getattr(field.widget, "widget", field.widget)
            if field.label:
                widget.attrs["aria-label"] = str(field.label)


class AuditedInline(PermittedAdmin, admin.TabularInline):
    """Rows on the page of what they belong to; their changes are recorded with it."""

    formset = NamedFieldsFormSet
    extra = 0
    show_change_link = False


class AuditedAdmin(PermittedAdmin, admin.ModelAdmin):
    """An admin page whose every save and deletion leaves an audit row in the same transaction.

    Set ``permission``, and ``audit_key_field`` to the field by which people name such a thing. Where a page
    saves by actions that leave their own audit rows, set ``records_changes`` to False.
    """

    audit_key_field = "pk"
    records_changes = True
    save_on_top = True
    list_per_page = 50

    def audit(self, request: HttpRequest, obj: models.Model, deed: str, **details: Any) -> None:
        """Leave an audit row such as ``organisation.changed``."""
        if not self.records_changes:
            return
        record(
            by=request.user,  # type: ignore[arg-type]
            verb=f"{obj._meta.model_name}.{deed}",
            target=obj,
            key=str(getattr(obj, self.audit_key_field)),
            **details,
        )

    # Django calls these inside the transaction of each save and deletion, with what
    # ``construct_change_message`` made of it; its own log is not kept beside the audit rows, hence the
    # other types.
    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> None:  # type: ignore[override]
        self.audit(request, obj, "added")

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> None:  # type: ignore[override]
        if message:
            self.audit(request, obj, "changed", **message)

    def log_deletions(  # type: ignore[override]
        self, request: HttpRequest, queryset: Iterable[models.Model]
    ) -> None:
        for obj in queryset:
            self.audit(request, obj, "deleted")

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> dict[str, Any]:
        """The names of changed fields and the numbers of changed inline rows; never their texts."""
        details: dict[str, Any] = {"fields": form.changed_data} if form.changed_data else {}
        for formset in formsets or []:
            counts = {
                "added": len(formset.new_objects),
                "changed": len(formset.changed_objects),
                "deleted": len(formset.deleted_objects),
            }
            if any(counts.values()):
                details[str(formset.model._meta.model_name)] = counts
        return details

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        """What somebody may not see does not exist for them, here as on every page."""
        raise Http404

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Deeds done from the list happen, and are recorded, all or none."""
        with transaction.atomic():
            return super().response_action(request, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The audit rows about one thing."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        about = {
            "target_kind": str(obj._meta.model_name),
            "target_key": str(getattr(obj, self.audit_key_field)),
        }
        return redirect(f"{reverse('admin:partnerships_auditrow_changelist')}?{urlencode(about)}")


def visible(queryset: models.QuerySet[Any], request: HttpRequest) -> models.QuerySet[Any]:
    """What of ``queryset`` the person may see; models of packages have no such rule and stay as they are."""
    return queryset.visible_to(request.user) if isinstance(queryset, VisibleQuerySet) else queryset


class DeletedWhileUnused(AuditedAdmin):
    """Deleting is offered one by one, and only while nothing but its own parts rests on the thing.

    Otherwise a role or a piece of evidence would silently lose what it is about, and Django's page would
    name things that the reader may not know of.
    """

    own_parts: ClassVar[tuple[str, ...]] = ()  # relations to rows that go with it

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not super().has_delete_permission(request, obj):
            return False
        return not any(
            relation.related_model._base_manager.filter(**{relation.field.name: obj}).exists()
            for relation in obj._meta.related_objects
            if relation.get_accessor_name() not in self.own_parts
        )
