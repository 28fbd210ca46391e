"""A typed query with what means the same: JCP is Jobcentre Plus, whichever of them is typed."""

from collections.abc import Sequence

from evidence.models import Synonym
from evidence.queries.search import Term, is_searchable, terms_of, words_of
from evidence.queries.stop_words import STOP_WORDS

Words = tuple[str, ...]


def terms_with_synonyms(text: str) -> list[Term]:
    """The terms of a typed query, each with the synonyms that administrators keep; one query, if any."""
    terms = terms_of(text)
    return with_synonyms(terms, synonyms()) if is_searchable(terms) else terms


def synonyms() -> dict[Words, list[Words]]:
    """Every way to write the same as these words, which are without small words and plurals."""
    ways: dict[Words, list[Words]] = {}
    for pair in Synonym.objects.values_list("short", "long"):
        both = [tuple(words_of(way)) for way in pair]
        for way in both:
            ways.setdefault(without_endings(way), []).extend(both)
    ways.pop((), None)
    return ways


def without_endings(words: Words) -> Words:
    """These words as they are compared: small words left out, and the s of plurals."""
    return tuple(
        word.removesuffix("s") if len(word) > 3 else word for word in words if word not in STOP_WORDS
    )


def with_synonyms(terms: Sequence[Term], ways: dict[Words, list[Words]]) -> list[Term]:
    """The same terms; where one, or several that follow each other, can be written otherwise, that too."""
    longest = max(map(len, ways), default=0)
    found: list[Term] = []
    rest = list(terms)
    while rest:
        runs = (rest[:length] for length in range(min(longest, len(rest)), 0, -1))
        known = next((run for run in runs if without_endings(words_together(run)) in ways), None)
        if known:
            found.append(joined(known, ways[without_endings(words_together(known))]))
        else:
            found.append(rest[0])
        del rest[: len(known) if known else 1]
    return found


def words_together(run: Sequence[Term]) -> Words:
    """The words of single terms that follow each other; none if one of them is a phrase or to be absent."""
    if len(run) > 1 and any(term.excluded or len(term.words) > 1 for term in run):
        return ()
    return tuple(word for term in run for word in term.words)


def joined(run: Sequence[Term], others: Sequence[Words]) -> Term:
    return Term(
        words=words_together(run),
        excluded=run[0].excluded,
        unfinished=run[-1].unfinished,
        apart=len(run) > 1,
        others=tuple(dict.fromkeys(way for way in others if way != words_together(run))),
    )
