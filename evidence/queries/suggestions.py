"""Help for whoever types a query: things called so, and another spelling where nothing is found."""

import difflib
import re
from collections.abc import Collection
from typing import Any

from evidence.models import Finding, SearchDocument
from evidence.queries.everything import Matches, Result
from evidence.queries.search import words_of

MOST_SUGGESTIONS = 8
SHORTEST_QUERY = 2
# A word this short has too many neighbours.
SHORTEST_MENDED = 4
LIKENESS = 0.75
MOST_DOCUMENTS, MOST_TITLES = 5_000, 1_000
# Kinds with few words each, the words of the field.
GLOSSARY = (
    SearchDocument.Kind.ITEM,
    SearchDocument.Kind.REFERENCE,
    SearchDocument.Kind.PROGRAMME,
    SearchDocument.Kind.PARTNERSHIP,
    SearchDocument.Kind.ORGANISATION,
)

_WORD = re.compile(r"[^\W\d_]+")


def suggestions(person: Any, text: str) -> list[Result]:
    """The best matches for a query that is still being typed."""
    return Matches(person, text)[0:MOST_SUGGESTIONS] if len(text.strip()) >= SHORTEST_QUERY else []


def did_you_mean(person: Any, text: str) -> str:
    """The query with each word that is not known replaced by the likest that is, if that finds anything.

    Empty otherwise. Only words of what the person may see are proposed.
    """
    known = words_seen_by(person)
    mended = _WORD.sub(lambda word: nearest(word[0], known), text)
    return mended if mended != text and Matches(person, mended).count() else ""


def words_seen_by(person: Any) -> set[str]:
    """The words of the framework, of names and of the newest titles of findings that a person may see."""
    documents = SearchDocument.objects.visible_to(person).filter(kind__in=GLOSSARY)
    titles = Finding.objects.visible_to(person).order_by("-created_at", "-pk").values_list("title", flat=True)
    texts = [
        text for pair in documents.values_list("title", "text")[:MOST_DOCUMENTS] for text in pair
    ] + list(titles[:MOST_TITLES])
    return set(words_of(" ".join(texts)))


def nearest(word: str, known: Collection[str]) -> str:
    """The known word that is likest, if one is like enough; the word itself if it is known or too short."""
    lower = word.lower()
    if len(word) < SHORTEST_MENDED or lower in known:
        return word
    candidates = sorted(one for one in known if abs(len(one) - len(word)) <= 2 and one.isalpha())
    found = difflib.get_close_matches(lower, candidates, n=1, cutoff=LIKENESS)
    return found[0] if found else word
