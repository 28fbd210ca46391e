"""Erase the addresses of people who were asked to rate in rounds that are long over."""

from typing import Any

from django.core.management.base import BaseCommand

from evidence.actions.rater_addresses import erase_rater_addresses


class Command(BaseCommand):
    help = "Erases addresses of those who were asked to rate, RATER_ADDRESS_DAYS after their round closed."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Addresses erased: {erase_rater_addresses()}")
