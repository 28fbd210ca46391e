"""Answers to research questions as their readers may read them."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.urls import reverse

from evidence.models import CITATION, Coding, Finding, FrameworkItem, QuestionAnswer
from evidence.queries.differences import Difference, differences
from partnerships.functions import JSONList

PARTS = {"text": "The answer", "gaps": "What is not known"}
NOT_OPEN = "[a finding that is not open to you]"
# As many new findings are named beside an answer.
MOST_NEWS = 5


@dataclass(frozen=True, slots=True)
class AnswerShown:
    """The last answer that was issued for a reader; citations are Markdown links where they may be opened."""

    number: int
    text: str
    gaps: str
    visibility: str
    on: datetime.date
    is_demonstration: bool
    news: list[tuple[str, str]]  # title and address of findings that have come since


def with_answer(person: Any, questions: QuerySet[FrameworkItem]) -> QuerySet[FrameworkItem]:
    """Each question with what ``answer_on`` shows of it, in the same query."""
    issued = QuestionAnswer.objects.visible_to(person).issued().order_by("-number")
    latest = issued.filter(item=OuterRef("pk")).annotate(issued_on=TruncDate("issued_at"))[:1]
    of_question = issued.filter(item=OuterRef(OuterRef("pk")))
    cited = Finding.objects.visible_to(person).filter(
        cited_in_answers__in=Subquery(of_question.values("pk")[:1]), status=Finding.Status.PUBLISHED
    )
    since = (
        Coding.objects.visible_to(person)
        .filter(item=OuterRef("pk"), finding__status=Finding.Status.PUBLISHED)
        .filter(finding__published_at__gt=Subquery(of_question.values("issued_at")[:1]))
        .order_by("-finding__published_at", "-finding")
    )
    drafts = QuestionAnswer.objects.visible_to(person).filter(item=OuterRef("pk"), issued_at=None)
    fields = ("number", "text", "gaps", "visibility", "is_demonstration")
    return questions.annotate(
        answer_rows=JSONList(latest, on="issued_on", **{name: name for name in fields}),
        answer_cites=JSONList(cited.order_by(), "ref"),
        answer_news=JSONList(since[:MOST_NEWS], ref="finding__ref", title="finding__title"),
        has_draft=Exists(drafts),
    )


def answer_on(question: Any) -> AnswerShown | None:
    """The answer to a question that was read ``with_answer``."""
    if not question.answer_rows:
        return None
    [row], news = question.answer_rows, question.answer_news
    cites = set(question.answer_cites)
    return AnswerShown(
        number=row["number"],
        text=with_links(row["text"], cites),
        gaps=with_links(row["gaps"], cites),
        visibility=row["visibility"],
        on=datetime.date.fromisoformat(row["on"]),
        is_demonstration=bool(row["is_demonstration"]),
        news=[(one["title"], reverse("evidence:finding-detail", args=[one["ref"]])) for one in news],
    )


def readable(text: str, cites: Collection[str]) -> str:
    """A text without the refs that its reader may not open."""
    return CITATION.sub(lambda found: found[0] if found[1] in cites else NOT_OPEN, text)


def with_links(text: str, cites: Collection[str]) -> str:
    """A text in Markdown with links in the place of citations that its reader may open."""

    def linked(found: Any) -> str:
        ref = found[1]
        return f"[{ref}]({reverse('evidence:finding-detail', args=[ref])})" if ref in cites else NOT_OPEN

    return CITATION.sub(linked, text)


def refs_in(*texts: str) -> set[str]:
    """The refs of the findings that texts cite."""
    return {ref for text in texts for ref in CITATION.findall(text)}


@dataclass(frozen=True, slots=True)
class AnswerVersion:
    """One version with its texts, citations as links, and what is different from the version before."""

    answer: QuestionAnswer
    text: str
    gaps: str
    changes: list[Difference]


def versions_of(person: Any, question: FrameworkItem, most: int) -> list[AnswerVersion]:
    """The last versions of an answer that somebody may read, the newest first, drafts too; two queries."""
    answers = QuestionAnswer.objects.visible_to(person).filter(item=question)
    found = list(answers.select_related("updated_by", "issued_by").order_by("-number")[: most + 1])
    cites = refs_open_to(person, found)
    versions = []
    for place, answer in enumerate(found[:most]):
        before = found[place + 1] if place + 1 < len(found) else None
        versions.append(
            AnswerVersion(
                answer=answer,
                text=with_links(answer.text, cites),
                gaps=with_links(answer.gaps, cites),
                changes=differences_of(before, answer, cites) if before else [],
            )
        )
    return versions


def differences_of(before: QuestionAnswer, after: QuestionAnswer, cites: Collection[str]) -> list[Difference]:
    """What is different between two versions, without the refs that the reader may not open."""
    then, now = (
        {part: readable(getattr(answer, part), cites) for part in PARTS} for answer in (before, after)
    )
    return differences(then, now, PARTS)


def refs_open_to(person: Any, answers: Iterable[QuestionAnswer]) -> set[str]:
    """Of the findings that answers cite, the refs of those that this person may open."""
    refs = refs_in(*(text for answer in answers for text in (answer.text, answer.gaps)))
    published = Finding.objects.visible_to(person).filter(status=Finding.Status.PUBLISHED)
    return set(published.filter(ref__in=refs).values_list("ref", flat=True))
