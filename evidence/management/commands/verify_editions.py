"""Prove that editions are what was frozen."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from evidence.models import Edition
from evidence.queries.editions import broken_parts


class Command(BaseCommand):
    help = "Compares every edition with its hashes; fails if anything in one was altered."

    def handle(self, *args: Any, **options: Any) -> None:
        editions = list(Edition.objects.order_by("number"))
        broken = [problem for edition in editions for problem in broken_parts(edition)]
        if broken:
            raise CommandError("\n".join(broken))
        number = len(editions)
        self.stdout.write(f"{number} {'edition is' if number == 1 else 'editions are'} as frozen.")
