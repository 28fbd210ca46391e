"""What a brief says: of each item how it stands, what speaks for and against it, examples and questions.

Everything is worked out for the brief's readers and nobody else. A content is plain values that can be kept;
of findings it holds refs, directions and hashes. Their words are read anew each time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When

from evidence.models import (
    Brief,
    BriefIssue,
    BriefItem,
    Coding,
    Confidence,
    Finding,
    FrameworkItem,
    ItemCitation,
    Reference,
)
from evidence.models.finding import area_known_to
from evidence.queries.cards import Card, cards_of
from evidence.queries.confidence import current_assessments
from evidence.queries.editions import digest_of
from evidence.queries.labels import labels_for
from evidence.queries.standing import Status, standings
from partnerships.access import Role
from partnerships.functions import JSONList

Content = dict[str, Any]
EXAMPLES = 3
OFFERED = 12  # findings from which an author can choose the examples of an item
SIDES = ("supports", "refines", "challenges")
NOT_SHOWN = 0  # stands for all partnerships that the readers are not told of; no partnership has this key
NOT_JUDGED = "Not judged"

QUESTIONS: dict[str, tuple[str, ...]] = {
    Status.UNTESTED: (
        "Who could tell us whether this holds here?",
        "What would we expect to see in our own work if it did not?",
    ),
    Status.THIN: (
        "Does our own experience agree with the few who have spoken?",
        "Whom should we ask before we rely on this?",
    ),
    Status.SUPPORTED: (
        "Where do we act on this already, and how would an outsider notice?",
        "What would have to be different for it not to hold for us?",
    ),
    Status.REFINED: (
        "Under which of the conditions named here do we work?",
        "What do we need to do differently from what the lesson says?",
    ),
    Status.CONTESTED: (
        "What speaks against it here, and could the same happen to us?",
        "Which of our decisions rest on it, and what if it is wrong?",
    ),
    "": (
        "What would our own answer be today?",
        "What evidence do we hold that nobody else has seen?",
    ),
}


class Readers:
    """Anybody of a brief's audience, to work out what all of them may read."""

    is_authenticated = True
    is_active = True
    reported_partnership_ids: frozenset[int] = frozenset()

    def __init__(self, audience: str) -> None:
        roles = {
            Brief.Audience.FUNDER: [Role.FUNDER],
            Brief.Audience.PARTNERSHIPS: [Role.REPORTER],
            Brief.Audience.PUBLIC: [],
        }
        self.role_keys: Sequence[str] = roles[Brief.Audience(audience)]


# What there is now


@dataclass
class Evidence:
    """The findings on one item: each with its direction and version, and who and what stands behind them."""

    rows: list[dict[str, Any]]
    partnerships: Mapping[int, set[int]]
    sources: Mapping[int, set[int]]

    def refs(self) -> dict[str, list[Any]]:
        return {row["ref"]: [row["direction"], row["version"]] for row in self.rows}

    def counts(self, directions: Iterable[str]) -> list[Content]:
        """By direction, how many findings, partnerships and sources, and publications' findings apart."""
        return [self.count(direction) for direction in directions]

    def count(self, direction: str) -> Content:
        rows = [row for row in self.rows if row["direction"] == direction]
        own = [row["finding_id"] for row in rows if row["origin"] != Finding.Origin.LITERATURE]
        return {
            "direction": direction,
            "label": str(Coding.Direction(direction).label),
            "findings": len(own),
            "partnerships": len(set().union(*(self.partnerships[key] for key in own))),
            "sources": len(set().union(*(self.sources[key] for key in own))),
            "literature": len(rows) - len(own),
        }

    def proposed(self) -> list[int]:
        """The rule for examples: of each direction the newest finding of the programme's own, or one of
        the literature where there is no other.
        """
        first: dict[str, int] = {}
        for row in self.rows:
            first.setdefault(row["direction"], row["finding_id"])
        return [first[side] for side in (*SIDES, "context") if side in first][:EXAMPLES]


def evidence_on(brief: Brief, items: Sequence[FrameworkItem]) -> dict[int, Evidence]:
    """The published findings on each item that the brief's readers may read; one query."""
    readers = Readers(brief.audience)
    findings = Finding.objects.visible_to(readers).filter(status=Finding.Status.PUBLISHED)
    if partnerships := [row["row"] for row in brief.about_partnerships]:
        findings = findings.filter(
            pk__in=Finding.objects.filter(area_known_to(readers), partnerships__in=partnerships).values("pk")
        )
    if sectors := [row["row"] for row in brief.about_sectors]:
        findings = findings.filter(pk__in=Finding.objects.filter(sectors__in=sectors).values("pk"))
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    whose: dict[int, set[int]] = {}
    sources: dict[int, set[int]] = {}
    for row in newest_first(readers, Coding.objects.filter(item__in=items, finding__in=findings)):
        rows[row["item_id"]].append(row)
        whose[row["finding_id"]] = set(row["whose"]) if row["is_told"] else {NOT_SHOWN}
        sources[row["finding_id"]] = {row["source"]} if row["source"] else set()
    return {item.pk: Evidence(rows[item.pk], whose, sources) for item in items}


def newest_first(readers: Readers, codings: QuerySet[Coding]) -> list[dict[str, Any]]:
    """The codings as plain rows, the programme's own before the literature.

    Whose a finding is and its source are read only where the readers are told of them.
    """
    told = area_known_to(readers, "finding__")
    whose = Finding.partnerships.through.objects.order_by().filter(told, finding=OuterRef("finding"))
    rows: list[Any] = list(
        codings.order_by(F("finding__published_at").desc(nulls_last=True), "finding__ref").values(
            "item_id",
            "direction",
            "finding_id",
            ref=F("finding__ref"),
            version=F("finding__version"),
            origin=F("finding__origin"),
            title=F("finding__title"),
            text=F("finding__text"),
            is_told=Case(When(told, then=True), default=False) if told else Value(True),
            source=Case(When(told, then=F("finding__source"))) if told else F("finding__source"),
            whose=JSONList(whose, "partnership_id"),
        )
    )
    return sorted(rows, key=lambda row: row["origin"] == Finding.Origin.LITERATURE)


def entries_of(brief: Brief) -> list[Any]:
    """The items of a brief in its order, in one query.

    Each with the examples chosen, the publications cited and the last judgement its readers may read.
    """
    judged = current_assessments(Readers(brief.audience)).order_by().filter(item=OuterRef("item"))
    return list(
        BriefItem.objects.filter(brief=brief)
        .select_related("item")
        .annotate(
            chosen=JSONList(Finding.objects.order_by("ref").filter(in_briefs=OuterRef("pk")), "ref"),
            cited=JSONList(
                ItemCitation.objects.filter(item=OuterRef("item")).order_by("reference__key"),
                "reference__key",
            ),
            judged=JSONList(judged, level="confidence", explanation="explanation"),
        )
    )


def present_content(brief: Brief) -> Content:
    """What the brief would say if it were issued now."""
    return present_with_examples(brief)[0]


def present_with_examples(brief: Brief, also: Iterable[str] = ()) -> tuple[Content, dict[str, "Example"]]:
    """What the brief would say now, and its examples by ref with ``also`` those of these refs."""
    readers = Readers(brief.audience)
    entries = entries_of(brief)
    items = [entry.item for entry in entries]
    standing = standings(readers, items)
    evidence = evidence_on(brief, items)
    chosen = {entry.pk: chosen_examples(entry, evidence[entry.item_id]) for entry in entries}
    examples = examples_for(readers, {*also}.union(*chosen.values()))
    content = {
        "title": brief.title,
        "introduction": brief.introduction,
        "partnerships": [row["name"] for row in brief.about_partnerships],
        "sectors": [row["name"] for row in brief.about_sectors],
        "items": [
            {
                "code": item.code,
                "kind": item.kind,
                "kind_label": item.get_kind_display(),
                "title": item.title,
                "statement": item.statement,
                "plain_statement": item.plain_statement,
                "note": entry.note,
                "status": (status := "" if item.is_question else standing[item.pk].status.value),
                "explanation": "" if item.is_question else standing[item.pk].explanation,
                "confidence": confidence_of(entry),
                "counts": evidence[item.pk].counts(["context"] if item.is_question else SIDES),
                "evidence": evidence[item.pk].refs(),
                "examples": [
                    {"ref": ref, "direction": direction, "digest": examples[ref].digest}
                    for ref, direction in chosen[entry.pk].items()
                    if ref in examples
                ],
                "questions": list(QUESTIONS[status]),
                "references": entry.cited,
            }
            for entry, item in zip(entries, items, strict=True)
        ],
    }
    return content, examples


def confidence_of(entry: Any) -> Content | None:
    """The last judgement of an item, or nothing while it is not judged."""
    return next(({**row, "label": str(Confidence(row["level"]).label)} for row in entry.judged), None)


def chosen_examples(entry: Any, evidence: Evidence) -> dict[str, str]:
    """The refs of an item's examples with their directions: by hand if any is chosen, or by the rule."""
    by_hand = {row["finding_id"] for row in evidence.rows if row["ref"] in entry.chosen}
    wanted = by_hand or set(evidence.proposed())
    order = [*SIDES, "context"]
    rows = [row for row in evidence.rows if row["finding_id"] in wanted]
    rows.sort(key=lambda row: order.index(row["direction"]))
    return {row["ref"]: row["direction"] for row in rows[:EXAMPLES]}


# The words of examples


@dataclass(frozen=True, slots=True)
class Example:
    """A finding as the brief's readers read it now; without a card if they don't read what was issued."""

    ref: str
    direction: str
    card: Card | None
    quote: str
    digest: str

    @property
    def label(self) -> str:
        return str(Coding.Direction(self.direction).label) if self.direction else ""

    @property
    def where(self) -> str:
        """Where it is from, as far as the readers are told, and when."""
        if not self.card:
            return ""
        names = ", ".join(name for name, _ in self.card.partnerships_list)
        return ". ".join(filter(None, (names, self.card.programme_name, self.card.source_label)))


def examples_for(readers: Readers, refs: Iterable[str]) -> dict[str, Example]:
    """These findings by ref, those of them that the readers may read; with a quote where it is released.

    A finding is not released beyond the funder with a quote that its source has not agreed to.
    """
    findings = Finding.objects.visible_to(readers).filter(ref__in=list(refs), status=Finding.Status.PUBLISHED)
    quoted = findings.annotate(note=F("quote"))
    cards = cards_of(readers, quoted, labels_for(readers), annotations=["note"])
    return {card.ref: Example(card.ref, "", card, card.note, hash_of(card, card.note)) for card in cards}


def hash_of(card: Card, quote: str) -> str:
    return digest_of(
        [card.title, card.text, quote, [name for name, _ in card.partnerships_list], card.source_label]
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One item of a brief with its examples and references."""

    content: Content
    examples: list[Example]
    references: list[Reference]

    @property
    def status_label(self) -> str:
        return str(Status(self.content["status"]).label) if self.content["status"] else "A question"

    @property
    def balance(self) -> dict[str, int]:
        """All findings in each direction, for the bar."""
        return {row["direction"]: row["findings"] + row["literature"] for row in self.content["counts"]}

    @property
    def balance_in_words(self) -> str:
        """What the bar shows."""
        return ", ".join(f"{number} {side}" for side, number in self.balance.items())


@dataclass(frozen=True, slots=True)
class Sheet:
    """A brief as it is read: page, Word and PDF are made of this."""

    content: Content
    parts: list[Part]
    references: list[Reference]

    @property
    def refs(self) -> list[Example]:
        """The examples shown, each once."""
        shown = {example.ref: example for part in self.parts for example in part.examples if example.card}
        return [shown[ref] for ref in sorted(shown)]


def refs_of_examples(content: Content) -> set[str]:
    return {example["ref"] for item in content["items"] for example in item["examples"]}


def sheet_of(brief: Brief, content: Content, examples: Mapping[str, Example] | None = None) -> Sheet:
    """A content with the words of its examples, as far as its readers read them just as they were.

    ``examples`` are those there are now, where they are read already.
    """
    now = examples_for(Readers(brief.audience), refs_of_examples(content)) if examples is None else examples
    keys = {key for item in content["items"] for key in item["references"]}
    references = {row.key: row for row in Reference.objects.filter(key__in=keys)}
    parts = [
        Part(
            item,
            [shown(example, now.get(example["ref"])) for example in item["examples"]],
            [references[key] for key in item["references"] if key in references],
        )
        for item in content["items"]
    ]
    return Sheet(content, parts, [references[key] for key in sorted(references)])


def shown(kept: Mapping[str, str], now: Example | None) -> Example:
    if now is None or now.digest != kept["digest"]:
        return Example(kept["ref"], kept["direction"], None, "", kept["digest"])
    return Example(now.ref, kept["direction"], now.card, now.quote, now.digest)


# What has changed since it was issued


def changes_between(then: Content, now: Content) -> list[tuple[str, list[str]]]:
    """What is different between two contents: for the whole and for each item, in sentences."""
    before = {item["code"]: item for item in then["items"]}
    after = {item["code"]: item for item in now["items"]}
    whole = [
        f"The {name} changed."
        for name in ("title", "introduction", "partnerships", "sectors")
        if then[name] != now[name]
    ]
    whole += [f"{code} is in the brief no more." for code in before if code not in after]
    whole += [f"{code} is new in the brief." for code in after if code not in before]
    if [code for code in before if code in after] != [code for code in after if code in before]:
        whole.append("The order of the items changed.")
    changes = [("The brief", whole)] + [
        (f"{code} {item['title']}", item_changes(before[code], item))
        for code, item in after.items()
        if code in before
    ]
    return [(name, sentences) for name, sentences in changes if sentences]


def item_changes(then: Content, now: Content) -> list[str]:
    """What is different about one item, in sentences."""
    sentences = []
    if any(then[name] != now[name] for name in ("title", "statement", "plain_statement")):
        sentences.append("It was reworded.")
    if then["status"] != now["status"]:
        sentences.append(
            f"Its status was “{Status(then['status']).label}” and is “{Status(now['status']).label}”."
        )
    if then["confidence"] != now["confidence"]:
        before, after = level_of(then), level_of(now)
        sentences.append(
            f"Confidence was “{before}” and is “{after}”."
            if before != after
            else "The reasons for the confidence in it changed."
        )
    sentences += evidence_changes(then["evidence"], now["evidence"])
    if then["note"] != now["note"]:
        sentences.append("The note on it changed.")
    if [row["ref"] for row in then["examples"]] != [row["ref"] for row in now["examples"]]:
        sentences.append("Its examples are others.")
    elif then["examples"] != now["examples"]:
        sentences.append("An example reads otherwise.")
    return sentences


def level_of(item: Content) -> str:
    return str(Confidence(item["confidence"]["level"]).label) if item["confidence"] else NOT_JUDGED


def evidence_changes(then: Mapping[str, list[Any]], now: Mapping[str, list[Any]]) -> list[str]:
    """Which findings came, went, were reworded or changed sides."""
    both = sorted(then.keys() & now.keys())
    groups = (
        ("New", sorted(now.keys() - then.keys())),
        ("Not among its evidence any more", sorted(then.keys() - now.keys())),
        ("With another direction", [ref for ref in both if then[ref][0] != now[ref][0]]),
        (
            "Reworded",
            [ref for ref in both if then[ref][0] == now[ref][0] and then[ref][1] != now[ref][1]],
        ),
    )
    return [f"{name}: {some(refs)}." for name, refs in groups if refs]


MOST_NAMED = 10


def some(refs: list[str]) -> str:
    """Refs as far as a line holds them."""
    more = len(refs) - MOST_NAMED
    return ", ".join(refs[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def offered_examples(brief: Brief, entries: Sequence[BriefItem]) -> dict[str, list[tuple[str, str]]]:
    """By code, the findings that an author may choose as examples, with their first words."""
    evidence = evidence_on(brief, [entry.item for entry in entries])
    rows = {entry.item.code: offered(entry, evidence[entry.item_id]) for entry in entries}
    return {
        code: [
            (row["ref"], f"{Coding.Direction(row['direction']).label}: {row['title'] or row['text'][:80]}")
            for row in of_item
        ]
        for code, of_item in rows.items()
    }


def offered(entry: Any, evidence: Evidence) -> list[dict[str, Any]]:
    """Those chosen, what the rule proposes, then the newest."""
    proposed = set(evidence.proposed())
    rows = sorted(
        evidence.rows,
        key=lambda row: (row["ref"] not in entry.chosen, row["finding_id"] not in proposed),
    )
    return rows[:OFFERED]


def latest_issue(brief: Brief) -> BriefIssue | None:
    return BriefIssue.objects.filter(brief=brief).order_by("-number").first()


def may_be_chosen(brief: Brief, refs: Iterable[str]) -> Q:
    """The condition for findings that may stand in a brief as examples."""
    readable = Finding.objects.visible_to(Readers(brief.audience)).filter(status=Finding.Status.PUBLISHED)
    return Q(ref__in=list(refs), pk__in=readable.values("pk"))
