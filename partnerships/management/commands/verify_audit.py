"""Prove that nobody has changed the audit record."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partnerships.audit import Head, verify


def noted_head(text: str) -> Head:
    try:
        return Head.parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(BaseCommand):
    help = (
        "Reads the whole audit record and fails when a row was altered, removed, inserted or moved. "
        "Note the head that it prints, elsewhere, and give it the next time: only so does it notice that "
        "rows are missing from the end, or that the whole record was written anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=noted_head,
            metavar="NUMBER:HASH",
            help="A head noted earlier, which the record must still hold.",
        )

    def handle(self, *args: Any, head: Head | None, **options: Any) -> None:
        result = verify(noted=head)
        self.stdout.write(f"Rows: {result.rows}")
        self.stdout.write(f"Head: {result.head or 'none, the record is empty'}")
        for text in result.breaks_named:
            self.stdout.write(text)
        if not result.is_unbroken:
            unnamed = result.breaks - len(result.breaks_named)
            more = f" The first {len(result.breaks_named)} are named." if unnamed else ""
            raise CommandError(f"The record is broken in places: {result.breaks}.{more}")
        self.stdout.write("The record is unbroken.")
