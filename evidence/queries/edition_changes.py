"""What is different between two states of the framework and its public evidence, item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef
from django.urls import reverse

from evidence.models import (
    Coding,
    Confidence,
    Edition,
    EditionCoding,
    EditionFinding,
    Finding,
    FrameworkItem,
)
from evidence.queries.differences import Difference, differences
from evidence.queries.editions import (
    VISITOR,
    Content,
    contents_of,
    digest_of,
    numbers_in_words,
    present_findings,
    present_items,
)
from evidence.queries.standing import Status
from partnerships.functions import JSONList

WORDING = {"title": "Title", "statement": "Statement", "plain_statement": "Plain wording"}
NOT_JUDGED = "Not judged"


@dataclass(frozen=True, slots=True)
class FrozenFinding:
    """A finding in a state: the hash of what it said, and its direction to each item by code."""

    digest: str
    directions: dict[str, str]


@dataclass(frozen=True, slots=True)
class State:
    """Items by code and findings by ref, at one time."""

    name: str
    items: dict[str, Content]
    findings: dict[str, FrozenFinding]


def directions_of(codings: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {coding["item"]: coding["direction"] for coding in codings}


def state_now() -> State:
    """What the public reads at this moment; six queries."""
    return State(
        "Now",
        {content["code"]: content for content in present_items().values()},
        {
            content["ref"]: FrozenFinding(digest_of(content), directions_of(content["codings"]))
            for content in present_findings().values()
        },
    )


def state_of(edition: Edition) -> State:
    """What the public read when an edition was made; two queries."""
    codings = EditionCoding.objects.filter(finding=OuterRef("pk")).order_by("pk")
    rows = JSONList(codings, item="item__item__code", direction="direction")
    findings = EditionFinding.objects.filter(edition=edition).order_by()
    return State(
        str(edition),
        {content["code"]: content for content in contents_of(edition)},
        {
            ref: FrozenFinding(digest, directions_of(codings))
            for ref, digest, codings in findings.values_list("finding__ref", "digest", rows)
        },
    )


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding in a comparison. Of one that the public may not read now, nothing but its ref is told."""

    ref: str
    title: str
    href: str
    direction: str


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What is different about one item between two states."""

    code: str
    title: str
    href: str
    presence: str = ""  # in words, if only one of the states has it
    wording: list[Difference] = field(default_factory=list)
    facts: list[tuple[str, str, str]] = field(default_factory=list)  # what, before, after
    came: list[FindingLine] = field(default_factory=list)
    went: list[FindingLine] = field(default_factory=list)
    altered: list[FindingLine] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.presence, self.wording, self.facts, self.came, self.went, self.altered))


def compared(before: State, after: State) -> list[ItemChange]:
    """The items that differ, in the order of the framework; one query, for the titles of findings."""
    moved = {
        ref
        for ref in before.findings.keys() | after.findings.keys()
        if before.findings.get(ref) != after.findings.get(ref)
    }
    titles = dict(Finding.objects.visible_to(VISITOR).filter(ref__in=moved).values_list("ref", "title"))
    codes = [*after.items, *(code for code in before.items if code not in after.items)]
    changes = (change_of(code, before, after, moved, titles) for code in codes)
    return [change for change in changes if change]


def change_of(code: str, before: State, after: State, moved: set[str], titles: dict[str, str]) -> ItemChange:
    then, now = before.items.get(code), after.items.get(code)
    content = now or then or {}
    came, went, altered = [], [], []
    for ref in sorted(moved):
        old, new = (
            state.findings[ref].directions.get(code) if ref in state.findings else None
            for state in (before, after)
        )
        if old is None and new is not None:
            came.append(finding_line(ref, titles, new))
        elif old is not None and new is None:
            went.append(finding_line(ref, titles, old))
        elif old is not None and new is not None:
            altered.append(finding_line(ref, titles, new, old))
    return ItemChange(
        code=code,
        title=content["title"],
        href=FrameworkItem(code=code, kind=content["kind"]).get_absolute_url(),
        presence="" if then and now else f"Only in {(after if now else before).name.lower()}.",
        wording=differences(then, now, WORDING) if then and now else [],
        facts=fact_changes(then, now) if then and now else [],
        came=came,
        went=went,
        altered=altered,
    )


def finding_line(ref: str, titles: Mapping[str, str], direction: str, before: str = "") -> FindingLine:
    words = str(Coding.Direction(direction).label)
    if before and before != direction:
        words = f"{Coding.Direction(before).label} before, now {words.lower()}"
    href = reverse("evidence:finding-detail", args=[ref]) if ref in titles else ""
    return FindingLine(ref, titles.get(ref, ""), href, words)


def fact_changes(then: Content, now: Content) -> list[tuple[str, str, str]]:
    """Status, confidence and its reasons, and the numbers, where they differ: what, before, after."""
    facts = (
        ("Status", status_in_words(then), status_in_words(now)),
        ("Confidence", confidence_in_words(then), confidence_in_words(now)),
        ("Why that confidence", explanation_of(then), explanation_of(now)),
        ("The literature", numbers_in_words(then["literature"]), numbers_in_words(now["literature"])),
        ("The programme", numbers_in_words(then["programme"]), numbers_in_words(now["programme"])),
    )
    return [fact for fact in facts if fact[1] != fact[2]]


def status_in_words(content: Content) -> str:
    return str(Status(content["status"]).label) if content["status"] else ""


def confidence_in_words(content: Content) -> str:
    return str(Confidence(content["confidence"]["level"]).label) if content["confidence"] else NOT_JUDGED


def explanation_of(content: Content) -> str:
    return content["confidence"]["explanation"] if content["confidence"] else ""
