"""Findings and their sources in the API: reading, logging, editing, and the steps of review."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, cast

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import permissions, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from evidence.actions.finding_input import (
    CodingInput,
    FindingInput,
    SourceInput,
    details_of,
    input_of,
)
from evidence.actions.finding_rules import AnonymisationPoint, may_log
from evidence.actions.findings import (
    delete_draft,
    log_finding,
    publish_finding,
    publish_with_changes,
    return_finding,
    submit_finding,
    update_finding,
    withdraw_finding,
)
from evidence.api.appraisals import (
    AppraisalInputSerializer,
    QualitySerializer,
    quality_columns,
    quality_of_row,
)
from evidence.api.attachments import FileSerializer, file_rows
from evidence.api.readings import RecordedReadViewSet
from evidence.filtersets import FindingFilterSet
from evidence.models import (
    Appraisal,
    Coding,
    Finding,
    FrameworkItem,
    Programme,
    Reference,
    ReplyRequest,
    Source,
    Visibility,
)
from evidence.models.finding import area_known_to
from evidence.queries.replies import Reply, replies_json, reply_of_row
from partnerships.access import Permission, has_permission
from partnerships.functions import JSONList
from partnerships.models import Organisation, Partnership, Person, Sector
from partnerships.serializers import InputSerializer, KeyField, KeysField

# What is read


class CodingSerializer(serializers.Serializer):
    """An item that the finding bears on, in which direction, and how."""

    item = serializers.CharField()
    direction = serializers.ChoiceField(Coding.Direction.choices)
    note = serializers.CharField(allow_blank=True)


class ReplySerializer(serializers.Serializer):
    """What a partnership replied when it was asked about the finding, or that it did not."""

    partnership = serializers.CharField(
        allow_null=True, help_text="Null for readers who are not told where the finding is from."
    )
    answer = serializers.ChoiceField(
        ReplyRequest.Answer.choices, allow_null=True, help_text="Null when none came by the date."
    )
    text = serializers.CharField(allow_blank=True)
    answered_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField()
    response = serializers.CharField(allow_blank=True, help_text="What the evaluation team says to it.")
    to_earlier_wording = serializers.BooleanField(help_text="The finding was reworded since it was asked.")


class FindingSerializer(serializers.Serializer):
    """One piece of evidence. Made by ``finding_json``; the fields here describe it."""

    ref = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    quote = serializers.CharField(allow_blank=True)
    origin = serializers.ChoiceField(Finding.Origin.choices)
    status = serializers.ChoiceField(Finding.Status.choices)
    visibility = serializers.ChoiceField(Finding.Visibility.choices)
    partnerships = serializers.ListField(child=serializers.CharField())
    programme_wide = serializers.BooleanField()
    mask_area = serializers.BooleanField(
        help_text="Readers beyond the funder are not told which partnership it is from: the list is empty."
    )
    sectors = serializers.ListField(child=serializers.CharField())
    programme = serializers.CharField(allow_null=True)
    source_kind = serializers.ChoiceField(Source.Kind.choices, allow_null=True)
    collected_on = serializers.DateField(allow_null=True)
    source = serializers.CharField(  # type: ignore[assignment]
        allow_null=True, help_text="The ref of its source; null for those who may not read sources."
    )
    codings = CodingSerializer(many=True)
    references = serializers.ListField(child=serializers.CharField())
    quality = QualitySerializer(allow_null=True)
    files = FileSerializer(many=True)
    replies = ReplySerializer(many=True)
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    is_demonstration = serializers.BooleanField()
    url = serializers.URLField()


ALWAYS = Q()


def finding_rows(person: Any, findings: QuerySet) -> QuerySet:
    """What a finding's JSON is made of, in the one query that reads the findings.

    A finding that may be seen is seen with its codings; what else it names is limited to what may be seen.
    """

    def named(model: Any, condition: Q = ALWAYS) -> QuerySet:
        return model.objects.visible_to(person).filter(condition, findings=OuterRef("pk"))

    # Whoever reads sources at all reads those of the findings that they may see.
    may_read_sources = has_permission(person, Permission.READ_SHARED_WITH_FUNDER)

    return findings.values(
        "ref",
        "title",
        "text",
        "quote",
        "origin",
        "status",
        "visibility",
        "programme_wide",
        "mask_area",
        "created_at",
        "published_at",
        "version",
        "is_demonstration",
        programme_slug=F("programme__slug"),
        source_kind=F("source__kind"),
        collected_on=F("source__collected_on"),
        source_ref=F("source__ref") if may_read_sources else Value(None, output_field=CharField()),
        partnership_slugs=JSONList(named(Partnership, area_known_to(person, "findings__")), "slug"),
        sector_codes=JSONList(named(Sector), "code"),
        reference_keys=JSONList(named(Reference), "key"),
        file_rows=file_rows(person, "finding"),
        reply_rows=replies_json(person),
        coding_rows=JSONList(
            Coding.objects.filter(finding=OuterRef("pk")),
            item="item__code",
            direction="direction",
            note="note",
        ),
        **quality_columns(person),
    )


def finding_json(row: dict[str, Any], url: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ref": row["ref"],
        "title": row["title"],
        "text": row["text"],
        "quote": row["quote"],
        "origin": row["origin"],
        "status": row["status"],
        "visibility": row["visibility"],
        "partnerships": row["partnership_slugs"],
        "programme_wide": row["programme_wide"],
        "mask_area": row["mask_area"],
        "sectors": row["sector_codes"],
        "programme": row["programme_slug"],
        "source_kind": row["source_kind"],
        "collected_on": row["collected_on"],
        "source": row["source_ref"],
        "codings": row["coding_rows"],
        "references": row["reference_keys"],
        "quality": quality_of_row(row),
        "files": files,
        "replies": [reply_json(reply_of_row(reply)) for reply in row["reply_rows"]],
        "created_at": row["created_at"],
        "published_at": row["published_at"],
        "version": row["version"],
        "is_demonstration": row["is_demonstration"],
        "url": url,
    }


def reply_json(reply: Reply) -> dict[str, Any]:
    return {
        "partnership": reply.partnership or None,
        "answer": reply.answer or None,
        "text": reply.text,
        "answered_on": reply.answered_on,
        "due_on": reply.due_on,
        "response": reply.response,
        "to_earlier_wording": reply.is_earlier,
    }


# What is stated


class CodingInputSerializer(InputSerializer):
    """An item, the direction in which the finding bears on it, and how."""

    item = KeyField(slug_field="code", queryset=FrameworkItem.objects)
    direction = serializers.ChoiceField(Coding.Direction.choices)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")


SOURCE_FIELDS = {
    "source_kind": "kind",
    "collected_on": "collected_on",
    "respondent_role": "respondent_role",
    "respondent_sector": "respondent_sector",
    "consent_scope": "consent_scope",
    "quote_permission": "quote_permission",
}


class FindingInputSerializer(InputSerializer):
    """The content of a finding.

    ``organisations``, what is known of the respondent and what they agreed to stay as they are when left out
    of a replacement. Instead of stating a source, ``source`` names one that other findings rest on too.
    """

    text = serializers.CharField(max_length=10_000)
    title = serializers.CharField(max_length=200, allow_blank=True, default="")
    quote = serializers.CharField(max_length=5_000, allow_blank=True, default="")
    visibility = serializers.ChoiceField(Finding.Visibility.choices, default=Finding.Visibility.FUNDER)
    programme_wide = serializers.BooleanField(default=False)
    partnerships = KeysField(queryset=Partnership.objects, slug_field="slug", default=list)
    organisations = KeysField(queryset=Organisation.objects, slug_field="slug", required=False)
    sectors = KeysField(queryset=Sector.objects, slug_field="code", default=list)
    programme = KeyField(slug_field="slug", queryset=Programme.objects, allow_null=True, default=None)
    source_kind = serializers.ChoiceField(Source.Kind.choices, allow_null=True, default=None)
    collected_on = serializers.DateField(allow_null=True, default=None)
    respondent_role = serializers.CharField(max_length=120, allow_blank=True, required=False)
    respondent_sector = KeyField(slug_field="code", queryset=Sector.objects, allow_null=True, required=False)
    consent_scope = serializers.ChoiceField(
        Visibility.choices, required=False, help_text="The widest circle that the source has agreed to."
    )
    quote_permission = serializers.BooleanField(
        required=False, help_text="Whether the source has agreed to be quoted beyond the funder."
    )
    source = KeyField(  # type: ignore[assignment]
        slug_field="ref", queryset=Source.objects, allow_null=True, required=False
    )
    codings = CodingInputSerializer(many=True, max_length=100, default=list)  # type: ignore[call-arg]
    references = KeysField(queryset=Reference.objects, slug_field="key", default=list)

    def content(self, before: FindingInput) -> FindingInput:
        """The content as it was, with everything that is stated put in its place."""
        stated = self.validated_data
        names = {field.name for field in dataclasses.fields(FindingInput)} & stated.keys()
        names -= {"codings", "source"}
        changes: dict[str, Any] = {name: stated[name] for name in names}
        if "codings" in stated:
            changes["codings"] = [CodingInput(**coding) for coding in stated["codings"]]
        return dataclasses.replace(before, source=source_from(stated, before.source), **changes)


def source_from(stated: dict[str, Any], before: SourceInput | Source | None) -> SourceInput | Source | None:
    """The source as stated or named; none when neither is, and then nothing else may be said of it."""
    changes = {name: stated[field] for field, name in SOURCE_FIELDS.items() if field in stated}
    if named := stated.get("source"):
        if any(changes.values()):
            raise serializers.ValidationError({"source": ["Name a source or state one, not both."]})
        return named
    known = details_of(before) if isinstance(before, Source) else before
    source = dataclasses.replace(known or SourceInput(kind=""), **changes)
    if source.kind:
        return before if source == known else source
    if any(changes.values()):
        raise serializers.ValidationError({"source_kind": ["Say what kind of source it is."]})
    return None


class FindingUpdateSerializer(FindingInputSerializer):
    """The content of a finding, with the version that was changed."""

    version = serializers.IntegerField(min_value=1, help_text="The version that the change was made to.")

    def validate(self, stated: dict[str, Any]) -> dict[str, Any]:
        if "version" not in stated:
            raise serializers.ValidationError({"version": ["This field is required."]})
        return stated


class VersionSerializer(InputSerializer):
    """A step that needs nothing more."""

    version = serializers.IntegerField(min_value=1, help_text="The version that the step is taken on.")


class ReasonSerializer(VersionSerializer):
    """A step that needs a reason, which stays in the record."""

    reason = serializers.CharField(max_length=2_000)


def checklist_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(AnonymisationPoint.choices),
        max_length=len(AnonymisationPoint),
        default=list,
        help_text="What was confirmed; all of it is needed for partnerships and public.",
    )


class PublicationSerializer(VersionSerializer):
    """Who may read the finding from now on, and what was checked before."""

    visibility = serializers.ChoiceField(Finding.Visibility.choices)
    checklist = checklist_field()
    reason = serializers.CharField(max_length=2_000, allow_blank=True, default="")
    mask_area = serializers.BooleanField(
        allow_null=True,
        default=None,
        help_text="Whether readers beyond the funder are not told which partnership it is from; left out or "
        "null, it stays as it is.",
    )


class PublicationWithChangesSerializer(FindingUpdateSerializer):
    """What changes on publishing, the version that was submitted, and a note to the author."""

    reason = serializers.CharField(
        max_length=5_000, allow_blank=True, default="", help_text="Needed when anything changes."
    )
    checklist = checklist_field()

    def validate(self, stated: dict[str, Any]) -> dict[str, Any]:
        if "visibility" not in stated:
            raise serializers.ValidationError({"visibility": ["This field is required."]})
        return super().validate(stated)


class ConflictSerializer(serializers.Serializer):
    """Somebody else changed the finding, or the step isn't possible in the state it is in."""

    detail = serializers.CharField()
    current_version = serializers.IntegerField(required=False)
    current = FindingSerializer(required=False, allow_null=True)


class MayLogFindings(permissions.BasePermission):
    """Everybody reads what they may see; who writes is signed in, and may log findings.

    For a finding that can't be seen the answer is "not found" first: the right to write is asked once it is.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method in permissions.SAFE_METHODS:
            return True
        return request.user.is_authenticated and (view.action != "create" or may_log(request.user))

    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        return request.method in permissions.SAFE_METHODS or may_log(request.user)


REFUSALS = {
    400: OpenApiResponse(description="What is wrong, by field."),
    403: OpenApiResponse(description="Not allowed for this person."),
    404: OpenApiResponse(description="Nothing that this person may see."),
    409: ConflictSerializer,
}


def step(request: Any, description: str) -> Callable[[Any], Any]:
    """A step of review: its input, its answer, and what it is for."""

    def decorate(method: Any) -> Any:
        documented = extend_schema(
            request=request, responses={200: FindingSerializer, **REFUSALS}, description=description
        )
        name = method.__name__.rstrip("_").replace("_", "-")
        return documented(action(detail=True, methods=["post"], url_path=name, url_name=name)(method))

    return decorate


@extend_schema_view(
    create=extend_schema(
        request=FindingInputSerializer,
        responses={201: FindingSerializer, 400: REFUSALS[400], 403: REFUSALS[403]},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                description="Sent again with the same content, it makes no second finding.",
            )
        ],
        description="Log a finding as a draft.",
    ),
    update=extend_schema(
        request=FindingUpdateSerializer,
        responses={200: FindingSerializer, **REFUSALS},
        description="Replace the content of a finding.",
    ),
    partial_update=extend_schema(
        request=FindingUpdateSerializer,
        responses={200: FindingSerializer, **REFUSALS},
        description="Change parts of a finding's content.",
    ),
    destroy=extend_schema(
        parameters=[
            OpenApiParameter("version", int, description="Delete it only if this is its current version.")
        ],
        responses={204: None, 403: REFUSALS[403], 404: REFUSALS[404], 409: ConflictSerializer},
        description="Delete a draft for good.",
    ),
)
class FindingViewSet(RecordedReadViewSet):
    """Pieces of evidence, as far as the caller may see them."""

    queryset = Finding.objects.all()
    serializer_class = FindingSerializer
    filterset_class = FindingFilterSet
    permission_classes = [MayLogFindings]
    lookup_field = "ref"

    def get_queryset(self) -> QuerySet:
        findings = super().get_queryset()
        if self.request.method in permissions.SAFE_METHODS:
            return finding_rows(self.request.user, findings)
        return findings

    def represent(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        site = self.request.build_absolute_uri("/").rstrip("/")
        return [
            finding_json(
                row, site + reverse("evidence:finding-detail", args=[row["ref"]]), self.files_of(row)
            )
            for row in rows
        ]

    def files_of(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        files = row["file_rows"]
        return list(FileSerializer(files, many=True, context={"request": self.request}).data) if files else []

    def current_state(self, thing: Finding | Appraisal) -> dict[str, Any] | None:
        """The finding, or that of the appraisal, as the caller may see it now."""
        person = self.request.user
        finding = thing.subject if isinstance(thing, Appraisal) else thing
        rows = finding_rows(person, Finding.objects.visible_to(person).filter(pk=finding.pk))
        return next(iter(self.represent(list(rows))), None)

    @property
    def person(self) -> Person:
        """Who writes: signed in, as the permission has made sure."""
        return cast(Person, self.request.user)

    def stated(self, serializer_class: type[InputSerializer], **options: Any) -> Any:
        """The input serializer of this request, valid."""
        serializer = serializer_class(
            data=self.request.data, context=self.get_serializer_context(), **options
        )
        serializer.is_valid(raise_exception=True)
        return serializer

    def create(self, request: Request) -> Response:
        finding = log_finding(
            by=self.person,
            data=self.stated(FindingInputSerializer).content(FindingInput(text="")),
            submission_key=request.headers.get("Idempotency-Key", ""),
        )
        state = self.current_state(finding)
        return Response(state, status=status.HTTP_201_CREATED)

    def update(self, request: Request, ref: str, partial: bool = False) -> Response:
        finding = self.get_object()
        serializer = self.stated(FindingUpdateSerializer, partial=partial)
        finding = update_finding(
            by=self.person,
            finding=finding,
            data=serializer.content(input_of(finding)),
            version=serializer.validated_data["version"],
        )
        return Response(self.current_state(finding))

    def partial_update(self, request: Request, ref: str) -> Response:
        return self.update(request, ref, partial=True)

    def destroy(self, request: Request, ref: str) -> Response:
        finding = self.get_object()
        query = VersionSerializer(data={"version": request.query_params.get("version", finding.version)})
        query.is_valid(raise_exception=True)
        delete_draft(by=self.person, finding=finding, **query.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @step(VersionSerializer, "Hand a draft or a returned finding to the leads.")
    def submit(self, request: Request, ref: str) -> Response:
        return self.take(submit_finding, VersionSerializer)

    @step(ReasonSerializer, "Send a submitted finding back to its author, with the reason.")
    def return_(self, request: Request, ref: str) -> Response:
        return self.take(return_finding, ReasonSerializer)

    @step(PublicationSerializer, "Publish a submitted finding, or change who may read a published one.")
    def publish(self, request: Request, ref: str) -> Response:
        return self.take(publish_finding, PublicationSerializer)

    @step(
        PublicationWithChangesSerializer(partial=True),
        "Change parts of a submitted finding and publish it, in one step.",
    )
    def publish_with_changes(self, request: Request, ref: str) -> Response:
        finding = self.get_object()
        serializer = self.stated(PublicationWithChangesSerializer, partial=True)
        stated = serializer.validated_data
        published = publish_with_changes(
            by=self.person,
            finding=finding,
            data=serializer.content(input_of(finding)),
            version=stated["version"],
            reason=stated.get("reason", ""),
            checklist=stated.get("checklist", ()),
        )
        return Response(self.current_state(published))

    @step(ReasonSerializer, "Take a published finding back from its readers, with the reason.")
    def withdraw(self, request: Request, ref: str) -> Response:
        return self.take(withdraw_finding, ReasonSerializer)

    @step(AppraisalInputSerializer, "Judge the quality of a finding, over the appraisal it has.")
    def appraise(self, request: Request, ref: str) -> Response:
        finding = self.get_object()
        self.stated(AppraisalInputSerializer).save_for(finding, by=self.person)
        return Response(self.current_state(finding))

    def take(self, step_action: Callable[..., Finding], serializer_class: type[InputSerializer]) -> Response:
        finding = self.get_object()
        stated = self.stated(serializer_class).validated_data
        return Response(self.current_state(step_action(by=self.person, finding=finding, **stated)))
