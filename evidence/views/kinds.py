"""The seven kinds of framework item as pages name them."""

from dataclasses import dataclass

from django.urls import reverse

from evidence.models import (
    Approach,
    Barrier,
    Benefit,
    Driver,
    FrameworkItem,
    Lesson,
    Outcome,
    ResearchQuestion,
)

Kind = FrameworkItem.Kind


@dataclass(frozen=True)
class KindPages:
    """How one kind is called in addresses and headings."""

    model: type[FrameworkItem]
    name: str
    singular: str
    plural: str
    lead: str

    @property
    def address(self) -> str:
        """Its part of an address, for example ``lessons``."""
        return "questions" if self.name == "question" else self.plural.lower()

    @property
    def list_href(self) -> str:
        return reverse(f"evidence:{self.name}-list")


KINDS: dict[str, KindPages] = {
    Kind.LESSON: KindPages(
        Lesson,
        "lesson",
        "Lesson",
        "Lessons",
        "Ten things the review of 2014 took away, and how they stand now.",
    ),
    Kind.BENEFIT: KindPages(
        Benefit, "benefit", "Benefit", "Benefits", "Why organisations work in partnership at all."
    ),
    Kind.DRIVER: KindPages(Driver, "driver", "Driver", "Drivers", "What helps a partnership to work well."),
    Kind.BARRIER: KindPages(
        Barrier, "barrier", "Barrier", "Barriers", "What gets in the way, in general and sector by sector."
    ),
    Kind.APPROACH: KindPages(
        Approach,
        "approach",
        "Approach",
        "Approaches",
        "Ways of engaging a sector that have worked somewhere.",
    ),
    Kind.OUTCOME: KindPages(
        Outcome, "outcome", "Outcome", "Outcomes", "What partnership working is said to bring about."
    ),
    Kind.RESEARCH_QUESTION: KindPages(
        ResearchQuestion,
        "question",
        "Research question",
        "Research questions",
        "What the review left for the experience of partnerships to answer.",
    ),
}
