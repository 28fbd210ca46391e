"""Clear what was typed long ago and never saved."""

from typing import Any

from django.core.management.base import BaseCommand

from evidence.actions.typed_forms import KEPT_FOR, forget_old_typed_forms


class Command(BaseCommand):
    help = "Deletes what was typed into the form of a finding, never saved, and not touched for 90 days."

    def handle(self, *args: Any, **options: Any) -> None:
        number = forget_old_typed_forms()
        self.stdout.write(f"Typed forms older than {KEPT_FOR.days} days deleted: {number}")
