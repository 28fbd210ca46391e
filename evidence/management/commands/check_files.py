"""Check the bytes of attached files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from evidence.models.attachment import attachment_storage
from evidence.queries.stored_files import damaged_files, orphaned_names


class Command(BaseCommand):
    help = "Reads every attached file and fails when one is missing or altered; names bytes without a row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--delete-orphans",
            action="store_true",
            help="delete bytes that belong to no row and are older than a day",
        )

    def handle(self, *args: Any, delete_orphans: bool, **options: Any) -> None:
        orphans = orphaned_names()
        for name in orphans if delete_orphans else ():
            attachment_storage().delete(name)
        self.stdout.write(f"Bytes without a row{', deleted' if delete_orphans else ''}: {len(orphans)}")
        damaged = list(damaged_files())
        for sentence in damaged:
            self.stdout.write(sentence)
        if damaged:
            raise CommandError(f"Files that are not as they were: {len(damaged)}")
        self.stdout.write("Every file is there, as it was added.")
