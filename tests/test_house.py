"""The house rules that neither the linter nor import-linter can see."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from evidence.filtersets import FindingFilterSet
from evidence.models import Finding
from partnerships.access import PERMISSIONS_OF_ROLE, Permission, Role
from tests.test_models import models_of_ours

ROOT = Path(settings.BASE_DIR)
PRODUCT = ("talentmatch", "evidence", "partnerships")

# A moment without a person beside it, and why.
AT_WITHOUT_BY = {
    "Notice.sent_at": "the product sends it, no person",
    "Notice.due_at": "a time to come, no deed",
    "LoadedRecord.loaded_at": "a command loads the data files, no person",
    "TypedForm.saved_at": "its owner alone saves it",
    "Watch.began_at": "its person alone begins it",
    "Watch.changed_at": "the evidence changed, by whomever",
    "Rater.started_at": "the rater, who has no account",
    "Rater.sent_at": "the rater, who has no account",
    "Rater.letter_due_at": "a time to come, no deed",
    "Rater.letter_sent_at": "the product sends it, no person",
    "SavedSearch.checked_at": "the product looks into it, no person",
    "RatingLink.made_at": "the product makes it when it sends a message",
}

# Fields of a finding that no filter of their own asks for, and why.
FINDING_FIELDS_WITHOUT_FILTER = {
    "id": "internal; people know the ref",
    "ref": "searched by q",
    "title": "searched by q",
    "text": "searched by q",
    "quote": "searched by q",
    "mask_area": "a filter for it would set masked findings apart from the others",
    "section": "literature only; the programme and the reference lead to it",
    "version": "tells two edits apart, not two findings",
    "created_at": "ordering newest and oldest",
    "created_by": "the inbox shows a person their own",
    "updated_at": "in the history",
    "updated_by": "in the history",
    "submitted_at": "among the steps; the inbox lists what waits",
    "submitted_by": "among the steps",
    "published_at": "among the steps",
    "published_by": "among the steps",
    "claimed_at": "in the inbox of leads",
    "claimed_by": "in the inbox of leads",
    "submission_digest": "internal; refuses a second sending",
    "is_demonstration": "marked wherever it is shown",
}


def python_files(app: str) -> Iterator[Path]:
    return (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def words_of_code(path: Path) -> Iterator[tuple[int, str]]:
    """Every name, attribute, keyword and string of a file, without its docstrings."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.value.lineno, node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def names_evidence_gives_to_partnerships() -> set[str]:
    """The reverse accessors through which the ground floor could reach up."""
    names = set()
    for model in apps.get_app_config("partnerships").get_models():
        for relation in model._meta.related_objects:
            if relation.related_model._meta.app_label == "evidence":
                names |= {relation.get_accessor_name() or "", relation.name}
    return names


def test_the_ground_floor_does_not_reach_up() -> None:
    accessors = names_evidence_gives_to_partnerships()
    assert {"findings", "sources", "findings_created"} <= accessors
    upward = re.compile(r"^(evidence|talentmatch)[.:]")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in python_files("partnerships")
        for line, word in words_of_code(path)
        if upward.match(word) or word.split("__")[0] in accessors
    ]
    assert found == []


def test_templates_of_the_ground_floor_name_no_page_of_the_middle_one() -> None:
    folders = [ROOT / "templates" / "partnerships", ROOT / "templates" / "django" / "email" / "partnerships"]
    found = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*.*")
        if "evidence:" in path.read_text() or "evidence/" in path.read_text()
    ]
    assert found == []


def test_no_model_is_named_by_a_string_of_another_app() -> None:
    """Foreign keys name classes, so that the import arrow holds for them too."""
    labels = {model._meta.label for model in models_of_ours()}
    found = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for app in PRODUCT
        for path in python_files(app)
        for line, word in words_of_code(path)
        if (word in labels and word != settings.AUTH_USER_MODEL) or word == "get_model"
    ]
    assert found == []


@pytest.mark.parametrize("model", models_of_ours(), ids=lambda model: model.__name__)
def test_every_moment_has_its_person(model: type[Model]) -> None:
    names = {field.name for field in model._meta.get_fields()}
    moments = {name for name in names if name.endswith("_at") or name == "at"}
    missing = {
        name
        for name in moments
        if name.removesuffix("at") + "by" not in names and f"{model.__name__}.{name}" not in AT_WITHOUT_BY
    }
    assert missing == set()


@pytest.mark.django_db
@pytest.mark.parametrize("model", models_of_ours(), ids=lambda model: model.__name__)
def test_every_model_knows_who_may_see_it(model: type[Model]) -> None:
    seen = model._default_manager.visible_to(AnonymousUser())
    assert isinstance(seen, QuerySet)
    assert list(seen[:1]) == []


def test_every_field_of_a_finding_has_a_filter_or_a_reason() -> None:
    asked = {
        (filter_.field_name or name).split("__")[0] for name, filter_ in FindingFilterSet.base_filters.items()
    }
    # The items are asked for through their codings.
    asked |= {"items"} if "codings" in asked else set()
    fields = {field.name for field in [*Finding._meta.concrete_fields, *Finding._meta.many_to_many]}
    without = fields - asked
    assert without == FINDING_FIELDS_WITHOUT_FILTER.keys() & fields
    assert FINDING_FIELDS_WITHOUT_FILTER.keys() <= fields


def test_every_role_and_permission_is_used() -> None:
    assert set(PERMISSIONS_OF_ROLE) == set(Role)
    given = set().union(*PERMISSIONS_OF_ROLE.values())
    assert given == set(Permission)
    code = "\n".join(
        path.read_text() for app in PRODUCT for path in python_files(app) if path.name != "access.py"
    )
    pages = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    unasked = [
        permission.name
        for permission in Permission
        if f"Permission.{permission.name}" not in code and f'may("{permission.name.lower()}")' not in pages
    ]
    assert unasked == []
