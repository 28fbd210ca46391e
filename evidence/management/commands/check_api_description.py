"""Hold the committed description of the API to the API."""

import difflib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema


class Command(BaseCommand):
    help = "Fail when docs/openapi.yaml isn't what the API is, or when the API can't be described fully."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Write docs/openapi.yaml anew.")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        path = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
        description = self.description()
        if write:
            path.write_text(description, encoding="utf-8")
            self.stdout.write(f"Written: {path.relative_to(settings.BASE_DIR)}")
            return
        committed = path.read_text(encoding="utf-8") if path.exists() else ""
        if difference := "\n".join(
            difflib.unified_diff(
                committed.splitlines(), description.splitlines(), "docs/openapi.yaml", "the API", lineterm=""
            )
        ):
            self.stdout.write(difference)
            raise CommandError(
                "docs/openapi.yaml isn't what the API is: manage.py check_api_description --write writes it."
            )
        self.stdout.write("docs/openapi.yaml is what the API is.")

    def description(self) -> str:
        """The description as YAML. Raises CommandError when a part of the API can't be described."""
        GENERATOR_STATS.reset()
        schema = SchemaGenerator().get_schema(request=None, public=True)
        if GENERATOR_STATS:
            GENERATOR_STATS.emit_summary()
            raise CommandError("A part of the API can't be described: see the warnings above.")
        validate_schema(schema)
        return OpenApiYamlRenderer().render(schema, renderer_context={}).decode()
