"""The admin of the framework and its evidence, a module for each subject."""

from evidence.admin import (
    appraisal,
    assessment,
    attachment,
    fieldwork,
    finding,
    framework,
    reference,
    reports,
    review,
    source,
)

__all__ = [
    "appraisal",
    "assessment",
    "attachment",
    "fieldwork",
    "finding",
    "framework",
    "reference",
    "reports",
    "review",
    "source",
]
