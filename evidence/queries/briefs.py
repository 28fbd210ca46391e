"""What a brief says: of each item how it stands, what speaks for and against it, examples and questions.

Everything is worked out for the brief's readers and nobody else. A content is plain values that can be kept;
of findings it holds refs, directions and hashes. Their words are read anew each time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet

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
    """The published findings on each item that the brief's readers may read; two queries."""
    readers = Readers(brief.audience)
    told = area_known_to(readers)
    findings = Finding.objects.visible_to(readers).filter(status=Finding.Status.PUBLISHED)
    # The lists may be prefetched: they are read whole.
    if partnerships := [row.pk for row in brief.partnerships.all()]:
        findings = findings.filter(
            pk__in=Finding.objects.filter(told, partnerships__in=partnerships).values("pk")
        )
    if sectors := [row.pk for row in brief.sectors.all()]:
        findings = findings.filter(pk__in=Finding.objects.filter(sectors__in=sectors).values("pk"))
    codings = Coding.objects.filter(item__in=items, finding__in=findings)
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in newest_first(codings):
        rows[row["item_id"]].append(row)
    behind = Finding.objects.filter(told, pk__in=codings.values("finding")).exclude(
        origin=Finding.Origin.LITERATURE
    )
    whose: dict[int, set[int]] = defaultdict(lambda: {NOT_SHOWN})
    sources: dict[int, set[int]] = defaultdict(set)
    for finding, partnership, source in behind.order_by().values_list("pk", "partnerships", "source"):
        whose.setdefault(finding, set())
        if partnership:
            whose[finding].add(partnership)
        if source:
            sources[finding].add(source)
    return {item.pk: Evidence(rows[item.pk], whose, sources) for item in items}


def newest_first(codings: QuerySet[Coding]) -> list[dict[str, Any]]:
    """The codings as plain rows, the programme's own before the literature."""
    rows: list[Any] = list(
        codings.order_by(F("finding__published_at").desc(nulls_last=True), "finding__ref").values(
            "item_id",
            "direction",
            "finding_id",
            ref=F("finding__ref"),
            version=F("finding__version"),
            origin=F("finding__origin"),
        )
    )
    return sorted(rows, key=lambda row: row["origin"] == Finding.Origin.LITERATURE)


def entries_of(brief: Brief) -> list[BriefItem]:
    """The items of a brief in its order, with the examples chosen."""
    entries = BriefItem.objects.filter(brief=brief).select_related("item").prefetch_related("examples")
    return list(entries)


def present_content(brief: Brief) -> Content:
    """What the brief would say if it were issued now."""
    readers = Readers(brief.audience)
    entries = entries_of(brief)
    items = [entry.item for entry in entries]
    standing = standings(readers, items)
    evidence = evidence_on(brief, items)
    judged = {
        row.item_id: {
            "level": row.confidence,
            "label": row.get_confidence_display(),
            "explanation": row.explanation,
        }
        for row in current_assessments(readers).filter(item__in=items)
    }
    chosen = {entry.pk: chosen_examples(entry, evidence[entry.item_id]) for entry in entries}
    hashes = {
        ref: example.digest
        for ref, example in examples_for(readers, set().union(*map(set, chosen.values()))).items()
    }
    references: dict[int, list[str]] = defaultdict(list)
    for item, key in ItemCitation.objects.filter(item__in=items).values_list("item", "reference__key"):
        references[item].append(key)
    return {
        "title": brief.title,
        "introduction": brief.introduction,
        "partnerships": [str(row) for row in brief.partnerships.all()],
        "sectors": [str(row) for row in brief.sectors.all()],
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
                "confidence": judged.get(item.pk),
                "counts": evidence[item.pk].counts(["context"] if item.is_question else SIDES),
                "evidence": evidence[item.pk].refs(),
                "examples": [
                    {"ref": ref, "direction": direction, "digest": hashes[ref]}
                    for ref, direction in chosen[entry.pk].items()
                    if ref in hashes
                ],
                "questions": list(QUESTIONS[status]),
                "references": sorted(references[item.pk]),
            }
            for entry, item in zip(entries, items, strict=True)
        ],
    }


def chosen_examples(entry: BriefItem, evidence: Evidence) -> dict[str, str]:
    """The refs of an item's examples with their directions: by hand if any is chosen, or by the rule."""
    by_hand = {finding.pk for finding in entry.examples.all()}
    wanted = by_hand & {row["finding_id"] for row in evidence.rows} or set(evidence.proposed())
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


def sheet_of(brief: Brief, content: Content) -> Sheet:
    """A content with the words of its examples, as far as its readers read them just as they were."""
    wanted = {example["ref"] for item in content["items"] for example in item["examples"]}
    now = examples_for(Readers(brief.audience), wanted)
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
    wanted = {row["finding_id"] for of_item in rows.values() for row in of_item}
    findings = Finding.objects.visible_to(Readers(brief.audience)).filter(pk__in=wanted)
    titles = {pk: title or text[:80] for pk, title, text in findings.values_list("pk", "title", "text")}
    return {
        code: [
            (row["ref"], f"{Coding.Direction(row['direction']).label}: {titles[row['finding_id']]}")
            for row in of_item
            if row["finding_id"] in titles
        ]
        for code, of_item in rows.items()
    }


def offered(entry: BriefItem, evidence: Evidence) -> list[dict[str, Any]]:
    """Those chosen, what the rule proposes, then the newest."""
    chosen = {finding.pk for finding in entry.examples.all()}
    proposed = set(evidence.proposed())
    rows = sorted(
        evidence.rows,
        key=lambda row: (row["finding_id"] not in chosen, row["finding_id"] not in proposed),
    )
    return rows[:OFFERED]


def latest_issue(brief: Brief) -> BriefIssue | None:
    return BriefIssue.objects.filter(brief=brief).order_by("-number").first()


def may_be_chosen(brief: Brief, refs: Iterable[str]) -> Q:
    """The condition for findings that may stand in a brief as examples."""
    readable = Finding.objects.visible_to(Readers(brief.audience)).filter(status=Finding.Status.PUBLISHED)
    return Q(ref__in=list(refs), pk__in=readable.values("pk"))
