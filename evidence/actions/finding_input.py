"""What a person states of a finding: its shape, its checks, and how it is written down."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from evidence.actions.finding_rules import refuse_future
from evidence.models import (
    Coding,
    Finding,
    FindingCitation,
    FrameworkItem,
    Programme,
    Reference,
    Source,
    Visibility,
)
from evidence.queries.wording import coding_in_words, entries, places, source_in_words
from partnerships.models import Organisation, Partnership, Person, Sector

TITLE_LENGTH = 90


@dataclasses.dataclass(frozen=True, kw_only=True)
class CodingInput:
    """An item that the finding bears on, the direction, and a note on how."""

    item: FrameworkItem
    direction: str
    note: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class SourceInput:
    """Where the finding comes from: kind, day of the evidence, the respondent's role and sector, and what
    they have agreed to.
    """

    kind: str
    collected_on: datetime.date | None = None
    respondent_role: str = ""
    respondent_sector: Sector | None = None
    consent_scope: str = Visibility.FUNDER
    quote_permission: bool = False


@dataclasses.dataclass(frozen=True, kw_only=True)
class FindingInput:
    """The whole content of a finding as a person states it.

    ``source`` is what was stated of a source of its own, or a source that other findings can rest on too.
    """

    text: str
    title: str = ""
    quote: str = ""
    visibility: str = Finding.Visibility.FUNDER
    programme_wide: bool = False
    partnerships: Sequence[Partnership] = ()
    organisations: Sequence[Organisation] = ()
    sectors: Sequence[Sector] = ()
    programme: Programme | None = None
    source: SourceInput | Source | None = None
    codings: Sequence[CodingInput] = ()
    references: Sequence[Reference] = ()


def input_of(finding: Finding) -> FindingInput:
    """The content of a finding as it is, to be changed in part or copied."""
    return FindingInput(
        text=finding.text,
        title=finding.title,
        quote=finding.quote,
        visibility=finding.visibility,
        programme_wide=finding.programme_wide,
        partnerships=list(finding.partnerships.all()),
        organisations=list(finding.organisations.all()),
        sectors=list(finding.sectors.all()),
        programme=finding.programme,
        source=source_of(finding),
        codings=[
            CodingInput(item=coding.item, direction=coding.direction, note=coding.note)
            for coding in finding.codings.select_related("item")
        ],
        references=[citation.reference for citation in finding.citations.select_related("reference")],
    )


def source_of(finding: Finding) -> SourceInput | Source | None:
    """A shared source as it is; of a source of the finding's own, what was stated."""
    source = finding.source
    return source if source is None or source.is_shared else details_of(source)


def details_of(source: Source) -> SourceInput:
    return SourceInput(
        **{field.name: getattr(source, field.name) for field in dataclasses.fields(SourceInput)}
    )


def check_content(data: FindingInput) -> None:
    """Refuse what no draft may hold. Raises ValidationError by field."""
    errors: dict[str, list[str]] = {}
    if not data.text.strip():
        errors["text"] = ["Say what was found."]
    if data.programme_wide and data.partnerships:
        errors["partnerships"] = ["Choose partnerships or the whole programme, not both."]
    assign_content(candidate := Finding(), data)
    found = field_errors(candidate, leave_out=NOT_STATED)
    if isinstance(data.source, SourceInput):
        found |= source_errors(data.source)
    if problems := coding_problems(data.codings):
        errors["codings"] = problems
    if errors := found | errors:
        raise ValidationError(errors)


NOT_STATED = ("ref", "source", "created_by", "updated_by", "submitted_by", "published_by")


def field_errors(row: models.Model, *, leave_out: Collection[str]) -> dict[str, list[str]]:
    """What the model's own fields have against their values, by field."""
    try:
        row.clean_fields(exclude=set(leave_out))
    except ValidationError as refusal:
        return refusal.message_dict
    return {}


def source_errors(stated: SourceInput) -> dict[str, list[str]]:
    source = Source(
        kind=stated.kind,
        collected_on=stated.collected_on,
        respondent_role=stated.respondent_role,
        consent_scope=stated.consent_scope,
    )
    errors = field_errors(source, leave_out=("created_by", "respondent_sector"))
    if "kind" in errors:
        del errors["kind"]
        errors["source_kind"] = ["Choose a kind of source."]
    if stated.collected_on:
        try:
            refuse_future(stated.collected_on)
        except ValidationError as refusal:
            errors["collected_on"] = refusal.messages
    return errors


def coding_problems(codings: Sequence[CodingInput]) -> list[str]:
    """What is wrong with the choice of items, each message with the code it speaks of."""
    codes = [coding.item.code for coding in codings]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    problems = [f"Each item can be chosen once: {', '.join(repeated)}."] if repeated else []
    for coding in codings:
        if problem := coding_problem(coding):
            problems.append(f"{coding.item.code}: {problem}")
    return problems


def coding_problem(coding: CodingInput) -> str:
    """What is wrong with one choice, or nothing."""
    if coding.direction not in Coding.Direction.values:
        return "choose a direction."
    if coding.item.is_question and coding.direction != Coding.Direction.CONTEXT:
        return "a finding informs a question, so its direction is “context”."
    longest = Coding._meta.get_field("note").max_length
    if longest and len(coding.note.strip()) > longest:
        return f"shorten the note to {longest} characters; it has {len(coding.note.strip())}."
    return ""


def assign_content(finding: Finding, data: FindingInput) -> None:
    finding.text = data.text.strip()
    finding.title = data.title.strip() or title_from(data.text)
    finding.quote = data.quote.strip()
    finding.visibility = data.visibility
    finding.programme_wide = data.programme_wide
    finding.programme = data.programme


def title_from(text: str) -> str:
    """The first sentence, cut at a word when it is long."""
    first = text.strip().partition("\n")[0].split(". ")[0].strip().rstrip(".")
    if len(first) <= TITLE_LENGTH:
        return first
    return first[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"


def source_for(finding: Finding, data: FindingInput, *, by: Person) -> Source | None:
    """The shared source that was chosen, or the finding's own brought in line with what was stated.

    Raises ValidationError for a shared source whose consent was withdrawn, and where a shared source would be
    changed under the other findings that rest on it.
    """
    stated = data.source
    if stated is None:
        return None
    if isinstance(stated, Source):
        return shared_source(finding, stated)
    source = finding.source
    if source and details_of(source) == stated:
        return source
    if source is None:
        source = Source(created_by=by, is_demonstration=finding.is_demonstration)
    elif source.is_shared:
        raise ValidationError({"source_kind": f"Source {source.ref} is shared: change it on its own page."})
    else:
        source.version += 1
    for field in dataclasses.fields(SourceInput):
        setattr(source, field.name, getattr(stated, field.name))
    source._history_user = by
    source.save()
    return source


def shared_source(finding: Finding, chosen: Source) -> Source:
    """A source for one more finding to rest on, locked so that its consent is not withdrawn meanwhile."""
    source = Source.objects.select_for_update().get(pk=chosen.pk)
    if source.is_withdrawn:
        raise ValidationError({"source": f"The consent of source {source.ref} was withdrawn."})
    if not source.is_shared and source.pk != finding.source_id:
        source.is_shared = True
        source.save(update_fields=["is_shared"])
    return source


def write_relations(finding: Finding, data: FindingInput, *, by: Person) -> None:
    finding.partnerships.set(data.partnerships)
    finding.organisations.set(data.organisations)
    finding.sectors.set(data.sectors)
    write_codings(finding, data.codings, by=by)
    cited = {reference.pk for reference in data.references}
    finding.citations.exclude(reference__in=cited).delete()
    present = set(finding.citations.values_list("reference", flat=True))
    FindingCitation.objects.bulk_create(
        FindingCitation(finding=finding, reference_id=reference) for reference in sorted(cited - present)
    )


def write_codings(finding: Finding, wanted: Sequence[CodingInput], *, by: Person) -> None:
    """Bring the codings in line, touching only those that differ."""
    present = {coding.item_id: coding for coding in finding.codings.select_related("item")}
    for item_id in present.keys() - {coding.item.pk for coding in wanted}:
        present[item_id]._history_user = by
        present[item_id].delete()
    for stated in wanted:
        coding = present.get(stated.item.pk) or Coding(finding=finding, item=stated.item)
        if coding.pk and (coding.direction, coding.note) == (stated.direction, stated.note.strip()):
            continue
        coding.direction, coding.note = stated.direction, stated.note.strip()
        coding._history_user = by
        coding.save()


def changed_fields(finding: Finding, data: FindingInput) -> list[str]:
    """Names of the parts of the content that ``data`` changes."""
    before, after = canonical(input_of(finding)), canonical(data)
    return sorted(name for name in after if before[name] != after[name])


def canonical(data: FindingInput) -> dict[str, Any]:
    """The content as plain values in a fixed order, for comparing and for the digest."""

    def keys(rows: Iterable[models.Model], key: Callable[[Any], Any] = lambda row: row.pk) -> list[Any]:
        return sorted(key(row) for row in rows)

    return {
        "text": data.text.strip(),
        "title": data.title.strip() or title_from(data.text),
        "quote": data.quote.strip(),
        "visibility": data.visibility,
        "programme_wide": data.programme_wide,
        "partnerships": keys(data.partnerships),
        "organisations": keys(data.organisations),
        "sectors": keys(data.sectors),
        "programme": data.programme.pk if data.programme else None,
        "source": canonical_source(data.source),
        "codings": sorted(
            [coding.item.code, coding.direction, coding.note.strip()] for coding in data.codings
        ),
        "references": keys(data.references),
    }


def canonical_source(source: SourceInput | Source | None) -> list[Any] | None:
    if source is None:
        return None
    if isinstance(source, Source):
        return [source.ref]
    return [
        source.kind,
        source.collected_on.isoformat() if source.collected_on else "",
        source.respondent_role,
        source.respondent_sector.pk if source.respondent_sector else None,
        source.consent_scope,
        source.quote_permission,
    ]


def words_of(data: FindingInput) -> dict[str, str]:
    """The content in plain words, part by part, as ``FINDING_PARTS`` names the parts."""
    return {
        "title": data.title.strip() or title_from(data.text),
        "text": data.text.strip(),
        "quote": data.quote.strip(),
        "codings": entries(
            coding_in_words(
                coding.item.code,
                coding.item.title,
                coding.direction,
                coding.note.strip(),
                informs=coding.item.is_question,
            )
            for coding in sorted(data.codings, key=lambda coding: coding.item.order)
        ),
        "partnerships": places(data.programme_wide, sorted(map(str, data.partnerships))),
        "organisations": entries(sorted(map(str, data.organisations))),
        "sectors": entries(sorted(map(str, data.sectors))),
        "source": source_words(data.source),
        "references": entries(sorted(map(str, data.references))),
    }


def source_words(source: SourceInput | Source | None) -> str:
    if source is None:
        return ""
    return source_in_words(
        ref=source.ref if isinstance(source, Source) else "",
        kind=source.kind,
        collected_on=source.collected_on,
        role=source.respondent_role,
        sector=str(source.respondent_sector or ""),
        consent_scope=source.consent_scope,
        quote_permission=source.quote_permission,
    )


def submission_digest(*, by: Person, key: str, data: FindingInput) -> str:
    """What identifies one submission: the person, the form that was opened, and everything in it."""
    stated = json.dumps([by.pk, key, canonical(data)], sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()
