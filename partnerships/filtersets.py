"""Filters of partnerships and organisations, and the parts that all filter sets are made of.

One filter set serves a page, its download and the API. Several values in one filter (repeated, or separated
by commas) mean any of them; a value that isn't known is an error, never a filter left out in silence.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import make_aware
from django_filters.fields import ModelMultipleChoiceField, MultipleChoiceField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from partnerships.audit_words import NOBODY, deed_in_words, kind_in_words
from partnerships.functions import values_in_use
from partnerships.models import (
    Area,
    AuditRow,
    Membership,
    Organisation,
    Partnership,
    Person,
    Sector,
    VisibleQuerySet,
)
from partnerships.models.audit import READING

LONGEST_QUERY = 200
MOST_WORDS = 20


class SeveralValues(forms.SelectMultiple):
    """Reads ``?sector=public&sector=third`` and ``?sector=public,third`` alike."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        values = [values] if isinstance(values, str) else values
        return [part.strip() for value in values for part in value.split(",") if part.strip()]


class ChoicesField(MultipleChoiceField):
    widget = SeveralValues
    default_error_messages = {"invalid_choice": "“%(value)s” is not one of the choices."}


class ChoicesFilter(django_filters.MultipleChoiceFilter):
    """Rows with any of the chosen values in a column of their own."""

    field_class = ChoicesField

    def filter(self, queryset: QuerySet, values: Collection[str]) -> QuerySet:
        return queryset.filter(**{f"{self.field_name}__in": values}) if values else queryset


class KeysField(ModelMultipleChoiceField):
    """Things that the reader may see, named by their keys."""

    widget = SeveralValues
    default_error_messages = {"invalid_choice": "“%(value)s” is not known here."}

    def clean(self, value: Any) -> Any:
        if not value:
            return []
        for key in value:
            if "\0" in key:  # PostgreSQL can't even be asked for such a key
                raise ValidationError(
                    self.error_messages["invalid_choice"],
                    code="invalid_choice",
                    params={"value": key.replace("\0", "\N{REPLACEMENT CHARACTER}")},
                )
        return super().clean(value)


class KeysFilter(django_filters.ModelMultipleChoiceFilter):
    """Rows related to any of the named things; only what the reader may see can be named.

    ``field_name`` is the path from the rows to the things. No row comes twice, however many of them match.
    """

    field_class = KeysField

    def __init__(self, model: type[Any], key: str, **options: Any) -> None:
        def choices(request: Any) -> VisibleQuerySet:
            return model.objects.visible_to(request.user)

        super().__init__(queryset=choices, to_field_name=key, **options)

    def filter(self, queryset: QuerySet, chosen: Collection[Any]) -> QuerySet:
        if not chosen:
            return queryset
        related = {f"{self.field_name}__in": [thing.pk for thing in chosen]}
        if self._leads_to_one(queryset):
            return queryset.filter(**related)
        return queryset.filter(pk__in=queryset.model._base_manager.filter(**related).values("pk"))

    def _leads_to_one(self, queryset: QuerySet) -> bool:
        field = queryset.model._meta.get_field(self.field_name.split("__")[0])
        return bool(field.many_to_one)


@extend_schema_field(OpenApiTypes.BOOL)
class YesNoFilter(django_filters.TypedChoiceFilter):
    """``true`` or ``false``; anything else is an error."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=[("true", "Yes"), ("false", "No")], coerce=lambda value: value == "true", **options
        )

    def filter(self, queryset: QuerySet, value: Any) -> QuerySet:
        return queryset if value in ("", None) else queryset.filter(**{self.field_name: value})


class QueryFilter(django_filters.CharFilter):
    """Rows that have every typed word somewhere in the named columns."""

    def __init__(self, *columns: str, **options: Any) -> None:
        self.columns = columns
        super().__init__(max_length=LONGEST_QUERY, **{"label": "Words to look for"} | options)

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        for word in value.split()[:MOST_WORDS]:
            somewhere = Q()
            for column in self.columns:
                somewhere |= Q(**{f"{column}__icontains": word})
            queryset = queryset.filter(somewhere)
        return queryset


class FilterSet(django_filters.FilterSet):
    """A filter set whose rows are none at all while one of its values is in error."""

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.errors:
            return queryset.none()
        return self.narrowed(queryset)

    def leaving_out(self, *names: str) -> QuerySet:
        """The rows as all filters but the named ones leave them, unordered: for the counts of a facet."""
        if self.errors:
            return self.queryset.none()
        return self.narrowed(self.queryset.order_by(), leave_out=names)

    def narrowed(self, queryset: QuerySet, leave_out: Collection[str] = ()) -> QuerySet:
        """The rows that the filters let through; the values are valid when this is asked."""
        for name, value in self.form.cleaned_data.items():
            if name not in leave_out:
                queryset = self.filters[name].filter(queryset, value)
        return queryset


class PartnershipFilterSet(FilterSet):
    sector = KeysFilter(
        Sector,
        "code",
        field_name="memberships__organisation__sector",
        method="with_member_of",
        label="Sector of a current member",
    )
    area = KeysFilter(Area, "code", field_name="areas", label="Area")
    form = ChoicesFilter(choices=Partnership.Form.choices, label="Form")
    q = QueryFilter("name", "operating_area")

    class Meta:
        model = Partnership
        fields: list[str] = []

    def with_member_of(self, queryset: QuerySet, name: str, sectors: Collection[Sector]) -> QuerySet:
        members = Membership.objects.visible_to(self.request.user).filter(
            ended_on=None, organisation__sector__in=[sector.pk for sector in sectors]
        )
        return queryset.filter(pk__in=members.values("partnership"))


class OrganisationFilterSet(FilterSet):
    sector = KeysFilter(Sector, "code", field_name="sector", label="Sector")
    kind = ChoicesFilter(choices=Organisation.Kind.choices, label="Kind")
    partnership = KeysFilter(
        Partnership, "slug", field_name="memberships__partnership", label="Partnership, now or before"
    )
    q = QueryFilter("name", "charity_number", "company_number", "ukprn", "org_id")

    class Meta:
        model = Organisation
        fields: list[str] = []


class ReadingsFilter(django_filters.ChoiceFilter):
    """Rows of the audit record without readings, unless these are asked for; or readings alone."""

    WITH, ONLY = "with", "only"

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[(self.WITH, "Shown too"), (self.ONLY, "Shown alone")], **options)

    def filter(self, queryset: Any, value: str) -> QuerySet:
        if value == self.WITH:
            return queryset
        return queryset.readings() if value == self.ONLY else queryset.without_readings()


class AuditFilterSet(FilterSet):
    """Which rows of the audit record; the choices are what the record holds."""

    NO_PERSON = "none"

    readings = ReadingsFilter(label="Readings of confidential material")
    person = ChoicesFilter(method="by_any_of", label="Who")
    verb = ChoicesFilter(label="What was done")
    kind = ChoicesFilter(field_name="target_kind", label="Kind of thing")
    key = django_filters.CharFilter(field_name="target_key", max_length=120, label="Key of the thing")
    from_day = django_filters.DateFilter(method="on_or_after", label="On or after")
    to_day = django_filters.DateFilter(method="on_or_before", label="On or before")

    class Meta:
        model = AuditRow
        fields: list[str] = []

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.filters["person"].extra["choices"] = [(self.NO_PERSON, NOBODY), *self.people()]
        self.filters["verb"].extra["choices"] = [
            (verb, f"{deed_in_words(verb)} ({verb})")
            for verb in values_in_use(AuditRow, "verb")
            if not verb.endswith(READING)
        ]
        self.filters["kind"].extra["choices"] = [
            (kind, kind_in_words(kind)) for kind in values_in_use(AuditRow, "target_kind")
        ]

    def people(self) -> list[tuple[str, str]]:
        """Everybody who did something in the rows that the reader may see."""
        rows = AuditRow.objects.visible_to(self.request.user).filter(by=OuterRef("pk")).order_by()
        people = Person.objects.filter(Exists(rows)).values_list("pk", "name")
        return [(str(pk), name) for pk, name in people]

    def by_any_of(self, queryset: QuerySet, name: str, chosen: Collection[str]) -> QuerySet:
        people = [pk for pk in chosen if pk != self.NO_PERSON]
        nobody = Q(by=None) if self.NO_PERSON in chosen else Q()
        return queryset.filter(Q(by__in=people) | nobody) if chosen else queryset

    def on_or_after(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        return queryset.filter(at__gte=make_aware(datetime.combine(day, time.min)))

    def on_or_before(self, queryset: QuerySet, name: str, day: date) -> QuerySet:
        return queryset.filter(at__lte=make_aware(datetime.combine(day, time.max)))
