"""The API's description, and its page."""

import io
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from evidence.management.commands import check_api_description
from talentmatch.api_description import description


def test_the_committed_description_is_what_the_api_is() -> None:
    call_command("check_api_description", stdout=io.StringIO())


def test_a_difference_fails_and_is_shown(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("check_api_description", write=True, stdout=io.StringIO())
    description = tmp_path / "docs" / "openapi.yaml"
    description.write_text(description.read_text().replace("/api/v1/lessons/", "/api/v1/teachings/"))
    shown = io.StringIO()
    with pytest.raises(CommandError, match="isn't what the API is"):
        call_command("check_api_description", stdout=shown)
    assert "+  /api/v1/lessons/:" in shown.getvalue()


def test_what_cannot_be_described_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    class Undescribed:
        def get_schema(self, **options: object) -> dict[str, object]:
            from drf_spectacular.drainage import warn

            warn("a part of the API is not understood")
            return {}

    monkeypatch.setattr(check_api_description, "SchemaGenerator", Undescribed)
    with pytest.raises(CommandError, match="can't be described"):
        call_command("check_api_description", stdout=io.StringIO())


@pytest.mark.django_db
def test_the_description_is_served(client: Client) -> None:
    response = client.get("/api/v1/schema/")
    assert response.status_code == 200
    committed = yaml.safe_load((Path(settings.BASE_DIR) / "docs" / "openapi.yaml").read_text())
    assert set(yaml.safe_load(response.content)["paths"]) == set(committed["paths"])


@pytest.mark.django_db
def test_the_page_tells_of_every_operation_and_field(client: Client) -> None:
    page = client.get("/api/v1/docs/").content.decode()
    for path, operations in description()["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page
    assert "one of supports, refines, challenges, context" in page
    assert "list of Coding" in page


@pytest.mark.django_db
def test_the_tool_for_trying_relaxes_styles_and_nothing_else(client: Client) -> None:
    policy = client.get("/api/v1/docs/try/").headers["Content-Security-Policy"]
    relaxed = "style-src 'self' 'unsafe-inline'"
    assert relaxed in policy
    assert "unsafe" not in policy.replace(relaxed, "")
    assert "unsafe" not in client.get("/api/v1/docs/").headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_way_in_names_every_list(client: Client) -> None:
    lists = client.get("/api/v1/").json()
    assert {"lessons", "research-questions", "items", "findings", "partnerships"} <= set(lists)
    for address in lists.values():
        assert client.get(address).status_code == 200
