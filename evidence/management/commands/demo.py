"""Make the demonstration accounts and content."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.test.utils import override_settings

from evidence.demonstration.loader import holds_real_work, is_loaded, load_demonstration
from partnerships.models import Person


class Command(BaseCommand):
    help = "Makes the demonstration's accounts and content; asks before touching a database with real work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--unless-in-use", action="store_true", help="Do nothing where there is anything yet."
        )
        parser.add_argument(
            "--show-accounts", action="store_true", help="Only print the accounts, if they exist."
        )
        parser.add_argument("--yes", action="store_true", help="Don't ask, even where there is real work.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["show_accounts"]:
            return self.show_accounts()
        if options["unless_in_use"] and (holds_real_work() or is_loaded()):
            self.stdout.write("The database is in use: the demonstration is left as it is.")
            return None
        if holds_real_work() and not options["yes"]:
            self.ask()
        with override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend"):
            load_demonstration()
        self.stdout.write("The demonstration is loaded; --show-accounts lists its accounts.")
        return None

    def ask(self) -> None:
        """Make sure that somebody wants known passwords beside real work."""
        answer = input("This database holds real work. Add accounts with a known password to it? (yes/no) ")
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was changed.")

    def show_accounts(self) -> None:
        people = Person.objects.filter(is_demonstration=True, is_active=True).order_by("email")
        if not people:
            return
        self.stdout.write(f"Demonstration accounts, password {settings.DEMO_PASSWORD}:")
        for person in people:
            self.stdout.write(f"  {person.email:28} {', '.join(person.role_names())}")
