"""Parts of what callers of the API state: keys of things they may see, and nothing that isn't asked for."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers


class KeyField(serializers.SlugRelatedField):
    """Something that the caller may see, named by its key."""

    default_error_messages = {
        "does_not_exist": "“{value}” is not known.",
        "invalid": "Write its key as text.",
    }

    def get_queryset(self) -> QuerySet:
        visible_set: Any = super().get_queryset()
        return visible_set.visible_to(self.context["request"].user)


class KeysField(serializers.ListField):
    """Several such things, fetched at once."""

    child = serializers.CharField(max_length=120)
    default_error_messages = {"does_not_exist": "“{value}” is not known."}

    def __init__(self, *, queryset: Any, slug_field: str, **options: Any) -> None:
        self.queryset, self.slug_field = queryset, slug_field
        super().__init__(**{"max_length": 100} | options)

    def to_internal_value(self, data: Any) -> list[Any]:
        keys = list(dict.fromkeys(super().to_internal_value(data)))
        visible = self.queryset.all().visible_to(self.context["request"].user)
        found = {
            getattr(row, self.slug_field): row for row in visible.filter(**{f"{self.slug_field}__in": keys})
        }
        for key in keys:
            if key not in found:
                self.fail("does_not_exist", value=key)
        return [found[key] for key in keys]


class InputSerializer(serializers.Serializer):
    """What a caller states. A field that isn't part of it is refused, so that nothing is lost in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError({name: ["This can't be set here."] for name in sorted(unknown)})
        return super().to_internal_value(data)
