"""The admin of the framework and its evidence, a module for each subject."""

from evidence.admin import (
    appraisal,
    assessment,
    attachment,
    brief,
    decision,
    edition,
    fieldwork,
    finding,
    framework,
    ratings,
    reference,
    reports,
    review,
    source,
    synonym,
    watch,
)

__all__ = [
    "appraisal",
    "assessment",
    "attachment",
    "brief",
    "decision",
    "edition",
    "fieldwork",
    "finding",
    "framework",
    "ratings",
    "reference",
    "reports",
    "review",
    "source",
    "synonym",
    "watch",
]
