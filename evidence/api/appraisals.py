"""The quality of findings and sources in the API: how it is read, and how it is judged."""

from collections.abc import Callable
from typing import Any

from django.db.models import CharField, F, Value
from rest_framework import serializers

from evidence.actions.appraisals import AppraisalInput, appraise
from evidence.models import JUDGED, Appraisal, Finding, Source, Step
from evidence.queries.appraisals import OF_FINDING, OF_SOURCE, QUALITY_COLUMNS, of_finding
from partnerships.access import Permission, has_permission
from partnerships.models import Person
from partnerships.serializers import InputSerializer


class StepsSerializer(serializers.Serializer):
    """A step for each principle, empty where it is not judged."""

    voice = serializers.ChoiceField(Step.choices, allow_blank=True)
    appropriateness = serializers.ChoiceField(Step.choices, allow_blank=True)
    triangulation = serializers.ChoiceField(Step.choices, allow_blank=True)
    contribution = serializers.ChoiceField(Step.choices, allow_blank=True)
    transparency = serializers.ChoiceField(Step.choices, allow_blank=True)


class QualitySerializer(StepsSerializer):
    """The appraisal of a finding or source; a finding without one of its own has its source's."""

    of = serializers.ChoiceField([(OF_FINDING, "The finding itself"), (OF_SOURCE, "Its source")])
    reason = serializers.CharField(help_text="Empty but for the funder and the evaluation team.")
    by = serializers.CharField(help_text="Empty but for the funder and the evaluation team.")
    at = serializers.DateTimeField()
    version = serializers.IntegerField(
        help_text="Of its own appraisal; 0 while it has none, also where its source's is shown."
    )
    is_demonstration = serializers.BooleanField()


class AppraisalInputSerializer(InputSerializer):
    """What is judged, and why. Sent with nothing but the version, it takes the appraisal away."""

    version = serializers.IntegerField(
        min_value=0, help_text="The version of the appraisal that is replaced; 0 while there is none."
    )
    voice = serializers.ChoiceField(Step.choices, allow_blank=True, default="")
    appropriateness = serializers.ChoiceField(Step.choices, allow_blank=True, default="")
    triangulation = serializers.ChoiceField(Step.choices, allow_blank=True, default="")
    contribution = serializers.ChoiceField(Step.choices, allow_blank=True, default="")
    transparency = serializers.ChoiceField(Step.choices, allow_blank=True, default="")
    reason = serializers.CharField(max_length=5_000, allow_blank=True, default="")

    def save_for(self, subject: Finding | Source, *, by: Person) -> None:
        stated = dict(self.validated_data)
        version = stated.pop("version")
        appraise(by=by, subject=subject, data=AppraisalInput(**stated), version=version)


def quality_columns(person: Any) -> dict[str, Any]:
    """What ``quality_of_row`` needs of each finding, in the query that reads the findings."""
    may_read_reason = has_permission(person, Permission.READ_SHARED_WITH_FUNDER)
    withheld = Value("", output_field=CharField())
    return QUALITY_COLUMNS | {
        "quality_reason": of_finding("reason") if may_read_reason else withheld,
        "quality_by": of_finding("by__name") if may_read_reason else withheld,
        "quality_at": of_finding("at"),
        "quality_is_demonstration": of_finding("is_demonstration"),
        "quality_version": F("appraisal__version"),
    }


def quality_of_row(row: dict[str, Any]) -> dict[str, Any] | None:
    """The quality of a finding from a row with ``quality_columns``."""
    return quality_json(row["quality_of"], lambda name: row[f"quality_{name}"]) if row["quality_of"] else None


def quality_of_source(appraisal: Appraisal | None) -> dict[str, Any] | None:
    """The quality of a source; whoever reads sources reads the reason too."""
    if appraisal is None:
        return None
    return quality_json(OF_SOURCE, lambda name: getattr(appraisal, name)) | {"by": appraisal.by.name}


def quality_json(of: str, value: Callable[[str], Any]) -> dict[str, Any]:
    return {
        "of": of,
        **{key: value(key) for key in JUDGED},
        "reason": value("reason"),
        "by": value("by"),
        "at": value("at"),
        "version": value("version") or 0,
        "is_demonstration": value("is_demonstration"),
    }
