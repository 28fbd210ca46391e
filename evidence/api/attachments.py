"""Attached files in the API: listed with what they belong to, and fetched from their own addresses."""

from typing import Any

from django.db.models import OuterRef
from django.urls import reverse
from rest_framework import serializers

from evidence.models import Attachment, Visibility
from partnerships.functions import JSONList


class FileSerializer(serializers.Serializer):
    """A file that the caller may have. Its ``url`` sends it: as it was added to the evaluation team, to
    others the copy without what was hidden in it.
    """

    ref = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(Attachment.Kind.choices)
    media_type = serializers.CharField()
    visibility = serializers.ChoiceField(Visibility.choices)
    url = serializers.SerializerMethodField()

    def get_url(self, row: dict[str, Any]) -> str:
        return str(self.context["request"].build_absolute_uri(reverse("evidence:file", args=[row["ref"]])))


def file_rows(person: Any, owner: str) -> JSONList:
    """The files that a person may have of each row; ``owner`` is the field that leads from a file to it."""
    files = Attachment.objects.visible_to(person).filter(erased_at=None, **{owner: OuterRef("pk")})
    fields = ("ref", "name", "description", "kind", "media_type", "visibility")
    return JSONList(files, **{field: field for field in fields})
