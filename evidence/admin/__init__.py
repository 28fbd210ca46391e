"""The admin of the framework and its evidence, a module for each subject."""

from evidence.admin import finding, framework, reference, review, source

__all__ = ["finding", "framework", "reference", "review", "source"]
