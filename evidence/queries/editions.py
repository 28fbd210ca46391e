"""The public state of the framework and its evidence, as it is and as an edition froze it.

A state is made of plain contents, one for each item and each public finding. An edition keeps them with their
hashes. What the public may not read any more, or reads otherwise, no edition shows: its hash stays.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, OuterRef, QuerySet

from evidence.models import (
    Coding,
    Edition,
    EditionCoding,
    EditionFinding,
    EditionItem,
    Finding,
    FrameworkItem,
    Reference,
)
from evidence.models.finding import area_known_to
from evidence.queries.confidence import current_assessments
from evidence.queries.standing import standings
from partnerships.functions import JSONList
from partnerships.models import Partnership, Sector

Content = dict[str, Any]
VISITOR = AnonymousUser()
SIDES_IN_WORDS = {
    "supports": "supporting",
    "refines": "refining",
    "challenges": "challenging",
    "context": "for context",
}


def digest_of(content: Any) -> str:
    """SHA-256 of a JSON value, written with its keys in order, without spaces, in UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of_edition(
    *, number: int, made_on: str, note: str, items: Mapping[str, str], findings: Mapping[str, str]
) -> str:
    """The hash of an edition: of what it says of itself, and of the hashes of its items and findings."""
    head = {"number": number, "made_on": made_on, "note": note}
    return digest_of(head | {"items": dict(items), "findings": dict(findings)})


# The present state


def present_items() -> dict[int, Content]:
    """What the public reads of each item, by primary key in the order of the framework; five queries."""
    items = list(FrameworkItem.objects.select_related("theme").order_by("order", "code"))
    standing = standings(VISITOR, items)
    judged = {
        assessment.item_id: assessment
        for assessment in current_assessments(VISITOR).prefetch_related("concerns")
    }
    return {
        item.pk: {
            "code": item.code,
            "kind": item.kind,
            "title": item.title,
            "statement": item.statement,
            "plain_statement": item.plain_statement,
            "theme": item.theme.slug,
            "group": item.group,
            "section": item.section,
            "status": "" if item.is_question else standing[item.pk].status.value,
            "explanation": "" if item.is_question else standing[item.pk].explanation,
            "literature": counts_of(standing[item.pk].literature),
            "programme": counts_of(standing[item.pk].programme),
            "confidence": confidence_of(judged[item.pk]) if item.pk in judged else None,
        }
        for item in items
    }


def counts_of(counts: Any) -> dict[str, int]:
    return {direction: getattr(counts, direction) for direction in Coding.Direction.values}


def numbers_in_words(counts: Mapping[str, int]) -> str:
    """How many findings in each direction, in words."""
    stated = [f"{number} {SIDES_IN_WORDS[direction]}" for direction, number in counts.items() if number]
    return ", ".join(stated) or "None"


def confidence_of(assessment: Any) -> Content:
    return {
        "level": assessment.confidence,
        "explanation": assessment.explanation,
        "dissent": assessment.dissent,
        "judged_on": assessment.made_at.date().isoformat(),
        "concerns": [
            {
                "component": concern.component,
                "concern": concern.concern,
                "reason": concern.reason,
                "relevance": concern.relevance,
            }
            for concern in sorted(assessment.concerns.all(), key=lambda concern: concern.component)
        ],
    }


def present_findings(findings: QuerySet[Finding] | None = None) -> dict[int, Content]:
    """What the public reads of its findings, or of those among these, by primary key; one query."""

    def named(model: Any, *conditions: Any) -> QuerySet:
        rows = model.objects.visible_to(VISITOR).filter(*conditions, findings=OuterRef("pk"))
        return rows.order_by("pk")

    chosen = (findings if findings is not None else Finding.objects.all()).visible_to(VISITOR)  # type: ignore[attr-defined]
    rows = chosen.order_by("pk").values(
        "pk",
        "ref",
        "title",
        "text",
        "quote",
        "origin",
        "programme_wide",
        "mask_area",
        "section",
        "is_demonstration",
        programme_slug=F("programme__slug"),
        source_kind=F("source__kind"),
        collected_on=F("source__collected_on"),
        partnership_slugs=JSONList(named(Partnership, area_known_to(VISITOR, "findings__")), "slug"),
        sector_codes=JSONList(named(Sector), "code"),
        reference_keys=JSONList(named(Reference), "key"),
        coding_rows=JSONList(
            Coding.objects.filter(finding=OuterRef("pk")).order_by("item__order", "pk"),
            item="item__code",
            direction="direction",
            note="note",
        ),
    )
    return {row["pk"]: finding_content(row) for row in rows.iterator(chunk_size=2_000)}


def finding_content(row: Content) -> Content:
    return {
        "ref": row["ref"],
        "title": row["title"],
        "text": row["text"],
        "quote": row["quote"],
        "origin": row["origin"],
        "programme_wide": row["programme_wide"],
        "mask_area": row["mask_area"],
        "partnerships": sorted(row["partnership_slugs"]),
        "sectors": sorted(row["sector_codes"]),
        "programme": row["programme_slug"] or "",
        "source_kind": row["source_kind"] or "",
        "collected_on": row["collected_on"].isoformat() if row["collected_on"] else "",
        "section": row["section"],
        "references": sorted(row["reference_keys"]),
        "codings": sorted(row["coding_rows"], key=lambda coding: coding["item"]),
        "demonstration": row["is_demonstration"],
    }


def agree(items: Mapping[int, Content], findings: Mapping[int, Content]) -> bool:
    """Whether the items' numbers are of these findings: not if one was released between the two readings."""
    counted: dict[str, Counter[str]] = {}
    for content in findings.values():
        for coding in content["codings"]:
            counted.setdefault(coding["item"], Counter())[coding["direction"]] += 1
    return all(
        Counter(content["literature"]) + Counter(content["programme"])
        == counted.get(content["code"], Counter())
        for content in items.values()
    )


def contents_of(edition: Edition) -> list[Content]:
    """The items of an edition in the order of the framework."""
    return list(EditionItem.objects.filter(edition=edition).values_list("content", flat=True))


# What may still be read of an edition


def unchanged(entries: Sequence[EditionFinding]) -> set[int]:
    """Of these, the primary keys of those that the public reads now just as they were frozen; one query."""
    findings = Finding.objects.filter(pk__in=[entry.finding_id for entry in entries])
    now = {pk: digest_of(content) for pk, content in present_findings(findings).items()}
    return {entry.pk for entry in entries if now.get(entry.finding_id) == entry.digest}


def codings_in(entry: EditionItem) -> QuerySet[EditionCoding]:
    """What spoke to an item of an edition, those that supported it first; what is gone since is among it."""
    return (
        EditionCoding.objects.filter(item=entry)
        .select_related("finding__finding")
        .order_by("-direction", "finding__finding__ref")
    )


def in_batches(rows: QuerySet[EditionFinding], size: int = 500) -> Iterator[list[EditionFinding]]:
    some: list[EditionFinding] = []
    for row in rows.iterator(chunk_size=size):
        some.append(row)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


def broken_parts(edition: Edition) -> list[str]:
    """What of an edition is not as it was frozen, in words; nothing if it is whole.

    A finding whose words were erased with the consent to them has its hash alone, which still counts.
    """
    broken = []
    items, findings = {}, {}
    for entry in EditionItem.objects.filter(edition=edition).select_related("item").iterator(chunk_size=500):
        items[entry.item.code] = entry.digest
        if digest_of(entry.content) != entry.digest or entry.content["code"] != entry.item.code:
            broken.append(f"{edition}: {entry.item.code} is not what was frozen.")
    for some in in_batches(EditionFinding.objects.filter(edition=edition).select_related("finding")):
        for row in some:
            findings[row.finding.ref] = row.digest
            if not row.content:
                continue
            if digest_of(row.content) != row.digest or row.content["ref"] != row.finding.ref:
                broken.append(f"{edition}: {row.finding.ref} is not what was frozen.")
    digest = digest_of_edition(
        number=edition.number,
        made_on=edition.made_at.date().isoformat(),
        note=edition.note,
        items=items,
        findings=findings,
    )
    if digest != edition.digest:
        broken.append(f"{edition}: it is not the whole that was frozen.")
    return broken
