"""Findings that look like one that is being written, so that nobody logs the same thing twice unseen."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.urls import reverse

from evidence.models import Coding, Finding
from evidence.models.finding import area_known_to
from evidence.queries.search import having, numbers_of_findings, words_of

# Slugs or codes, or the query that gives them.
Keys = Collection[str] | QuerySet[Any, Any]

MOST_SHOWN = 5
# Short words say little, and of a text the longest are the likeliest to be rare.
SHORTEST_WORD = 4
MOST_WORDS_COUNTED = 24
MOST_WORDS_COMPARED = 8
# A word of so many findings tells none from another; so no more than these are looked through for a word.
TOO_COMMON = 1000
LEAST_WORDS_SHARED = 2


@dataclass(frozen=True)
class Lookalike:
    """One finding as a line of a list."""

    ref: str
    title: str
    status: str
    href: str


def lookalikes(
    person: Any,
    text: str,
    *,
    partnerships: Keys = (),
    items: Keys = (),
    besides: str = "",
) -> list[Lookalike]:
    """Up to five findings that this person may see and that share rare words with a text; two queries.

    Those that share a partnership (``partnerships``: slugs) or an item (``items``: codes) too come first.
    ``besides`` is the ref of the finding that the text is of, if it has one already.
    """
    words = rare_words(text, least=2 if besides else 1)
    if len(words) < LEAST_WORDS_SHARED:
        return []
    same_place = Finding.partnerships.through.objects.filter(
        area_known_to(person, "finding__"), finding=OuterRef("pk"), partnership__slug__in=partnerships
    )
    same_item = Coding.objects.filter(finding=OuterRef("pk"), item__code__in=items)
    found = (
        Finding.objects.visible_to(person)
        .filter(reduce(or_, map(having, words)))
        .exclude(ref=besides)
        .annotate(shared=sum(map(one_if, map(having, words)), Value(0)))
        .filter(shared__gte=LEAST_WORDS_SHARED)
        .annotate(likeness=F("shared") + one_if(Q(Exists(same_place))) + one_if(Q(Exists(same_item))))
        .order_by("-likeness", "-pk")
        .values("ref", "title", "status")
    )
    return [
        Lookalike(**row, href=reverse("evidence:finding-detail", args=[row["ref"]]))
        for row in found[:MOST_SHOWN]
    ]


def rare_words(text: str, *, least: int) -> list[str]:
    """The rarest words of a text that stand in ``least`` findings or more."""
    long_words = [word for word in words_of(text) if len(word) >= SHORTEST_WORD]
    longest = sorted(long_words, key=len, reverse=True)[:MOST_WORDS_COUNTED]
    numbers = numbers_of_findings(longest, most=TOO_COMMON)
    telling = [word for word in longest if least <= numbers[word] < TOO_COMMON]
    return sorted(telling, key=numbers.__getitem__)[:MOST_WORDS_COMPARED]


def one_if(condition: Q) -> Case:
    return Case(When(condition, then=1), default=0)
