"""Editions in the API, to be read."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from evidence.api.fields import PageField
from evidence.filtersets import EditionFilterSet
from evidence.models import Edition, EditionItem
from partnerships.viewsets import ReadViewSet


class EditionSerializer(serializers.ModelSerializer):
    """What everybody could read on one day, frozen; the whole of it with its findings is at ``json_url``."""

    items = serializers.SerializerMethodField(
        help_text="Each item as it stood, without its wording: code, status, counts, confidence and hash."
    )
    findings = serializers.IntegerField(source="finding_count", help_text="How many findings it holds.")
    digest = serializers.CharField(help_text="SHA-256 of its number, day, note and the hashes of all parts.")
    url = PageField()
    json_url = serializers.SerializerMethodField()

    class Meta:
        model = Edition
        fields = [
            "number",
            "made_at",
            "note",
            "digest",
            "findings",
            "items",
            "is_demonstration",
            "url",
            "json_url",
        ]

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string"},
                    "status": {"type": "string"},
                    "confidence": {"type": "string", "nullable": True},
                    "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "digest": {"type": "string"},
                },
            },
        }
    )
    def get_items(self, edition: Any) -> list[dict[str, Any]]:
        return [
            {
                "code": row["content"]["code"],
                "status": row["content"]["status"],
                "confidence": (row["content"]["confidence"] or {}).get("level"),
                "counts": {
                    direction: number + row["content"]["programme"][direction]
                    for direction, number in row["content"]["literature"].items()
                },
                "digest": row["digest"],
            }
            for row in edition.item_rows
        ]

    @extend_schema_field(OpenApiTypes.URI)
    def get_json_url(self, edition: Any) -> str:
        address = edition.get_absolute_url().rstrip("/") + ".json"
        return str(self.context["request"].build_absolute_uri(address))


class EditionViewSet(ReadViewSet):
    """Editions, the newest first, by number."""

    queryset = Edition.objects.all()
    serializer_class = EditionSerializer
    filterset_class = EditionFilterSet
    lookup_field = "number"
    lookup_value_regex = "[0-9]{1,9}"

    def get_queryset(self) -> QuerySet:
        editions = Edition.objects.visible_to(self.request.user)
        return editions.annotate(finding_count=Count("findings")).order_by("-number")

    def represent(self, rows: Sequence[Any]) -> Sequence[Any]:
        items = defaultdict(list)
        for entry in EditionItem.objects.filter(edition__in=rows):
            items[entry.edition_id].append({"content": entry.content, "digest": entry.digest})
        for edition in rows:
            edition.item_rows = items[edition.pk]
        return super().represent(rows)
