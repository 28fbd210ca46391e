"""Load the review and the programme's partnerships from the product's own data files."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from evidence.actions.standard_questionnaire import load_standard_questionnaire
from evidence.framework.loader import load_review
from partnerships.data.loader import load_partnerships
from partnerships.data_files import DataFileError
from partnerships.loading import Outcome


class Command(BaseCommand):
    help = "Loads the 2014 review and the partnerships; safe to repeat, never overwrites what people edited."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                outcomes = load_partnerships() + load_review()
                outcomes[load_standard_questionnaire()] += 1
        except DataFileError as error:
            raise CommandError("The data files can't be loaded:\n" + "\n".join(error.problems)) from error
        with connection.cursor() as cursor:
            # Without statistics the database would plan its first queries for empty tables.
            cursor.execute("ANALYZE")
        told = ", ".join(f"{outcomes[outcome]} {outcome.value}" for outcome in Outcome)
        self.stdout.write(f"Rows of the review and the partnerships: {told}.")
