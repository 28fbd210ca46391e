"""Send the messages that wait: new ones, and those that failed and are due again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from partnerships.notices import deliver, due, write_what_is_due


class Command(BaseCommand):
    help = "Sends the messages that wait; may run at any time, also twice at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--digest",
            action="store_true",
            help="Send the daily messages too, to people who want one a day.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        write_what_is_due()
        self.stdout.write(f"Messages sent: {deliver(due(with_digests=options['digest']))}.")
