"""Every version of a finding, an item or a case study, as far as its reader may know of it.

The evaluation team reads all versions. Others read those of the present publication: from the version that
let them read it, without a break, to now. So what was taken out before a release is in no version, number or
difference of theirs. The framework's items are public, and so are all their versions.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from django.db.models import Value

from evidence.models import CaseStudy, Coding, Finding, FrameworkItem, ReviewStep, Source, Visibility
from evidence.models.finding import may_know_areas
from evidence.models.visibility import circles_read_by
from evidence.queries.differences import Difference, Wording, differences, shortened
from evidence.queries.wording import FINDING_PARTS, coding_in_words, entries, places, source_in_words
from partnerships.access import Permission, has_permission
from partnerships.models import Organisation, Partnership, Person, Sector

Moment = datetime.datetime
LOADED = "Loaded with the review"
STEPS = {
    "draft": "Put back to draft",
    "submitted": "Submitted",
    "returned": "Returned",
    "published": "Published",
    "withdrawn": "Withdrawn",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A version without its words. ``key`` is the row that holds them, ``until`` when the next one began."""

    number: int
    at: Moment
    by: str
    key: int
    reason: str
    status: str = ""
    visibility: str = ""
    until: Moment | None = None

    @property
    def circle(self) -> str:
        """Who could read it, in a word; empty while it was not published."""
        return str(Visibility(self.visibility).label) if self.status == "published" else ""


class Version(NamedTuple):
    """A version as the page shows it: what was done, and what that changed in the one before."""

    outline: Outline
    step: str
    reason: str
    is_first: bool
    changes: list[Difference]


class History:
    """The versions of one thing that one reader may know of."""

    model: ClassVar[Any]
    parts: ClassVar[Mapping[str, str]]
    fields: ClassVar[Sequence[str]] = ()  # besides those that every history has
    knows_names: ClassVar[Sequence[Permission]] = (Permission.READ_TEAM,)

    def __init__(self, person: Any, thing: Any) -> None:
        self.person = person
        self.thing = thing

    def first_step(self) -> str:
        """What made the first version of all."""
        raise NotImplementedError

    @cached_property
    def shows_names(self) -> bool:
        """Whether the reader is told who made a version."""
        return any(has_permission(self.person, permission) for permission in self.knows_names)

    @cached_property
    def outlines(self) -> list[Outline]:
        """The versions that the reader may know of, the oldest first; one query."""
        return self.readable(self.kept())

    def kept(self) -> list[Outline]:
        columns = (
            "version",
            "history_date",
            "pk",
            "history_change_reason",
            "history_user__name",
            *self.fields,
        )
        rows = self.model.history.filter(id=self.thing.pk).exclude(history_type="-")
        found: dict[int, Outline] = {}
        for number, at, key, reason, by, *state in rows.order_by("history_date", "history_id").values_list(
            *columns
        ):
            first = found.get(number)  # a version is written in several rows; the last one is how it stayed
            found[number] = Outline(
                number,
                first.at if first else at,
                (first.by if first else "") or (by if self.shows_names else "") or "",
                key,
                (first.reason if first else "") or reason or "",
                *state,
            )
        kept = sorted(found.values(), key=lambda outline: outline.number)
        return [
            replace(outline, until=after.at if after else None)
            for outline, after in zip(kept, [*kept[1:], None], strict=False)
        ]

    def readable(self, kept: list[Outline]) -> list[Outline]:
        return kept

    def wordings(self, outlines: Collection[Outline]) -> dict[int, Wording]:
        """What the thing said in these versions, by number; a constant number of queries."""
        raise NotImplementedError

    def reasons(self, outlines: Collection[Outline]) -> Mapping[int, str]:
        """Why, for the versions that say so."""
        return {outline.number: outline.reason for outline in outlines}

    def versions(self, outlines: Sequence[Outline], wordings: Mapping[int, Wording]) -> list[Version]:
        """These versions as the page shows them, each with what it changed in the one before."""
        reasons = self.reasons(outlines)
        shown = []
        for outline in outlines:
            before = self.before(outline)
            changes = (
                differences(wordings[before.number], wordings[outline.number], self.parts) if before else []
            )
            shown.append(
                Version(
                    outline,
                    self.step(before, outline, bool(changes)),
                    reasons.get(outline.number, ""),
                    before is None,
                    [shortened(change) for change in changes],
                )
            )
        return shown

    def with_those_before(self, outlines: Iterable[Outline]) -> list[Outline]:
        """The versions whose words are needed to show what changed in these."""
        needed = {outline.number: outline for outline in outlines}
        before = [self.before(outline) for outline in needed.values()]
        return list((needed | {outline.number: outline for outline in before if outline}).values())

    def before(self, outline: Outline) -> Outline | None:
        place = self.outlines.index(outline)
        return self.outlines[place - 1] if place else None

    def step(self, before: Outline | None, outline: Outline, is_changed: bool) -> str:
        """What was done to make this version of the one before."""
        if before is None:
            return self.first_step() if self.reads_all else STEPS[outline.status]
        if before.status != outline.status:
            return STEPS[outline.status]
        if is_changed:
            return "Edited"
        return "Readers changed" if before.visibility != outline.visibility else "Saved, with the same words"

    @cached_property
    def reads_all(self) -> bool:
        """Whether no version is kept from the reader."""
        return True

    @cached_property
    def baseline(self) -> Wording:
        """The review's own wording, as far as it has one; empty for what did not come from it."""
        return {}


class ReviewedHistory(History):
    """Of what is written by the team and published to a circle of readers."""

    fields = ("status", "visibility")

    @cached_property
    def reads_all(self) -> bool:
        return has_permission(self.person, Permission.READ_TEAM)

    def readable(self, kept: list[Outline]) -> list[Outline]:
        """All for the team; else back from now, up to the first version that the reader could not read."""
        if self.reads_all:
            return kept
        circles = circles_read_by(self.person)
        readable: list[Outline] = []
        for outline in reversed(kept):
            if outline.status != "published" or outline.visibility not in circles:
                break
            readable.insert(0, outline)
        return readable

    def named(self, outlines: Collection[Outline], **models: Any) -> dict[tuple[int, str], list[str]]:
        """The names in many-to-many fields, by the row of the history and the field; one query.

        ``models`` names for each field the rows that the reader may know of.
        """
        keys = [outline.key for outline in outlines]
        selects = []
        for field, rows in models.items():
            target = self.model._meta.get_field(field).m2m_reverse_field_name()
            former = getattr(self.model.history.model, field).filter(
                history__in=keys, **{f"{target}__in": rows}
            )
            selects.append(former.order_by().values_list("history_id", Value(field), f"{target}__name"))
        found: dict[tuple[int, str], list[str]] = defaultdict(list)
        for key, field, name in selects[0].union(*selects[1:], all=True):
            found[key, field].append(name)
        return {place: sorted(names) for place, names in found.items()}


class FindingHistory(ReviewedHistory):
    model = Finding
    # What it cites has no history.
    parts = {part: label for part, label in FINDING_PARTS.items() if part != "references"}

    def first_step(self) -> str:
        return LOADED if self.thing.origin == Finding.Origin.LITERATURE else "Logged"

    def reasons(self, outlines: Collection[Outline]) -> dict[int, str]:
        steps = ReviewStep.objects.visible_to(self.person).filter(
            finding=self.thing, finding_version__in=[outline.number for outline in outlines]
        )
        return dict(steps.values_list("finding_version", "reason"))

    def wordings(self, outlines: Collection[Outline]) -> dict[int, Wording]:
        rows = Finding.history.filter(pk__in=[outline.key for outline in outlines])
        texts = {
            row["pk"]: row
            for row in rows.values("pk", "title", "text", "quote", "programme_wide", "source_id")
        }
        names = self.named(
            outlines,
            partnerships=self.places_known(Partnership),
            organisations=self.places_known(Organisation),
            sectors=Sector.objects.visible_to(self.person),
        )
        codings = self.codings_at(outlines)
        sources = self.sources_at({outline: texts[outline.key]["source_id"] for outline in outlines})
        return {
            outline.number: {
                "title": texts[outline.key]["title"],
                "text": texts[outline.key]["text"],
                "quote": texts[outline.key]["quote"],
                "codings": entries(codings[outline.number]),
                "partnerships": places(
                    texts[outline.key]["programme_wide"], names.get((outline.key, "partnerships"), [])
                ),
                "organisations": entries(names.get((outline.key, "organisations"), [])),
                "sectors": entries(names.get((outline.key, "sectors"), [])),
                "source": sources[outline.number],
            }
            for outline in outlines
        }

    def places_known(self, model: Any) -> Any:
        """The partnerships or organisations that may be named: none of a finding whose area is masked."""
        is_masked = self.thing.mask_area and not may_know_areas(self.person)
        return model.objects.none() if is_masked else model.objects.visible_to(self.person)

    def codings_at(self, outlines: Iterable[Outline]) -> dict[int, list[str]]:
        """The codings of each version in words, in the framework's order.

        A coding is written after the version that it belongs to, and before the next one.
        """
        columns = ("id", "history_type", "history_date", "direction", "note")
        of_item = ("item__code", "item__title", "item__kind", "item__order")
        former = Coding.history.filter(finding_id=self.thing.pk).order_by("history_date", "history_id")
        rows = list(former.values(*columns, *of_item))
        found = {}
        for outline in outlines:
            present = {
                row["id"]: row for row in rows if outline.until is None or row["history_date"] < outline.until
            }
            codings = [row for row in present.values() if row["history_type"] != "-"]
            found[outline.number] = [
                coding_in_words(
                    row["item__code"] or "An item deleted since",
                    row["item__title"] or "",
                    row["direction"],
                    row["note"],
                    informs=row["item__kind"] == FrameworkItem.Kind.RESEARCH_QUESTION,
                )
                for row in sorted(codings, key=lambda row: row["item__order"] or 0)
            ]
        return found

    def sources_at(self, sources: Mapping[Outline, int | None]) -> dict[int, str]:
        """The source of each version in words, as it stood when the next version began.

        Of a source that is older than its history, the oldest state that is kept stands for what it was.
        """
        rows = list(
            Source.history.filter(id__in={key for key in sources.values() if key})
            .order_by("history_date", "history_id")
            .select_related("respondent_sector")
        )
        found = {}
        for outline, key in sources.items():
            kept = [row for row in rows if row.id == key]
            past = [row for row in kept if outline.until is None or row.history_date < outline.until]
            state = past[-1] if past else next(iter(kept), None)
            found[outline.number] = self.source_for_reader(state) if state else ""
        return found

    def source_for_reader(self, source: Any) -> str:
        known = {"kind": source.kind, "collected_on": source.collected_on}
        if not has_permission(self.person, Permission.READ_SHARED_WITH_FUNDER):
            return source_in_words(ref="", **known)
        return source_in_words(
            ref=source.ref,
            **known,
            role=source.respondent_role,
            sector=source.respondent_sector.name if source.respondent_sector else "",
            consent_scope=source.consent_scope,
            quote_permission=source.quote_permission,
        )


class StudyHistory(ReviewedHistory):
    model = CaseStudy
    parts = {
        "narrative": "The story",
        "methods": "How it was done",
        "evaluators": "Evaluators",
        "planned_interviews": "Interviews planned",
    }

    def first_step(self) -> str:
        return "Begun"

    def wordings(self, outlines: Collection[Outline]) -> dict[int, Wording]:
        rows = CaseStudy.history.filter(pk__in=[outline.key for outline in outlines])
        texts = {row["pk"]: row for row in rows.values("pk", "narrative", "methods", "planned_interviews")}
        # Whoever reads a case study reads who did the fieldwork, as its own page names them.
        names = self.named(outlines, evaluators=Person.objects.all())
        return {
            outline.number: {
                "narrative": texts[outline.key]["narrative"],
                "methods": texts[outline.key]["methods"],
                "evaluators": entries(names.get((outline.key, "evaluators"), [])),
                "planned_interviews": str(texts[outline.key]["planned_interviews"] or "")
                if self.reads_all
                else "",
            }
            for outline in outlines
        }


class ItemHistory(History):
    """Of an item of the framework. Everybody reads its versions; those who work on it read by whom."""

    model = FrameworkItem
    parts = {
        "title": "Title",
        "statement": "Statement",
        "plain_statement": "Plain wording",
        "meaning": "What it covers",
        "counts_for": "What would count for it",
        "counts_against": "What would count against it",
        "synonyms": "Other words for it",
        "place": "Its place",
    }
    knows_names = (Permission.READ_TEAM, Permission.EDIT_FRAMEWORK)
    texts = ("title", "statement", "plain_statement", "meaning", "counts_for", "counts_against")

    def first_step(self) -> str:
        return LOADED if self.thing.baseline else "Added"

    def wordings(self, outlines: Collection[Outline]) -> dict[int, Wording]:
        place = ("theme__title", "group", "section", "parent__code")
        rows = FrameworkItem.history.filter(pk__in=[outline.key for outline in outlines])
        found = {row["pk"]: row for row in rows.values("pk", *self.texts, "synonyms", *place)}
        return {outline.number: self.in_words(found[outline.key]) for outline in outlines}

    def in_words(self, row: Mapping[str, Any]) -> dict[str, str]:
        place = [
            ("Theme", row["theme__title"]),
            ("Heading", row["group"]),
            ("Section of the review", row["section"]),
            ("Part of", row["parent__code"]),
        ]
        return {name: row[name] for name in self.texts} | {
            "synonyms": entries(row["synonyms"]),
            "place": entries(f"{name}: {value}" for name, value in place if value),
        }

    @cached_property
    def baseline(self) -> Wording:
        """The wording of 2014; ``thing`` comes with what the review's data files say of it."""
        stated = self.thing.baseline or {}
        texts = {name: stated[name] for name in self.texts if name in stated}
        return texts | ({"synonyms": entries(stated["synonyms"])} if "synonyms" in stated else {})
