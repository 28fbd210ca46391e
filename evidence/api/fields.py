"""Fields that several parts of the API share."""

from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field(OpenApiTypes.URI)
class PageField(serializers.Field):
    """The absolute address of a thing's page: a named one with its key, or what the thing itself says."""

    def __init__(self, name: str = "", key: str = "") -> None:
        self.name, self.key = name, key
        super().__init__(read_only=True, source="*")

    def to_representation(self, value: Any) -> str:
        if self.name:
            path = reverse(f"evidence:{self.name}", args=[getattr(value, self.key)])
        else:
            path = value.get_absolute_url()
        return self.context["request"].build_absolute_uri(path)
