"""Make the documents that the search looks through anew, from what they are about."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from evidence.actions.search_texts import words_of_stored, write_file_texts, write_report_text
from evidence.models import Attachment, SelfReport
from evidence.search_index import refreshing


class Command(BaseCommand):
    help = "Makes the index of the search anew. Needed after rows were written past the product's actions."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            for statement in refreshing(connection.vendor):
                cursor.execute(statement)
        reports = SelfReport.objects.select_related("round").exclude(started_at=None)
        for report in reports.iterator():
            write_report_text(report)
        for file in Attachment.objects.filter(erased_at=None).order_by("pk").iterator():
            texts = (words_of_stored(file, name) for name in (file.original, file.copy))
            write_file_texts(file, *texts)
        if options["verbosity"]:
            self.stdout.write("The search is up to date.")
