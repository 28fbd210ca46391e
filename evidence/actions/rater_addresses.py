"""Erasing the addresses of those who were asked to rate, once nobody writes to them any more."""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from evidence.models import Rater, Round
from evidence.models.rating import ERASED
from partnerships.audit import record


def erase_rater_addresses() -> int:
    """Erase the addresses of rounds that were closed ``RATER_ADDRESS_DAYS`` ago, and say how many.

    What people said stays, and so do their organisation and sector, from which nobody can be written to.
    """
    before = timezone.now() - datetime.timedelta(days=settings.RATER_ADDRESS_DAYS)
    closed = Round.objects.filter(status=Round.Status.CLOSED, closed_at__lt=before)
    rounds = closed.filter(Exists(with_address().filter(self_report__round=OuterRef("pk")))).order_by("pk")
    return sum(erase_of_round(key) for key in rounds.values_list("pk", flat=True))


def with_address() -> QuerySet[Rater]:
    return Rater.objects.exclude(email="").exclude(email__endswith=ERASED)


@transaction.atomic
def erase_of_round(key: int) -> int:
    """The addresses of one round, unless it was opened again meanwhile."""
    round_ = Round.objects.select_for_update().get(pk=key)
    if round_.status != Round.Status.CLOSED:
        return 0
    erased = (
        with_address()
        .filter(self_report__round=round_)
        .update(email=Concat("ref", Value(ERASED)), letter_due_at=None, letter_error="")
    )
    if erased:
        record(by=None, verb="ratings.addresses-erased", target=round_, key=round_.slug, people=erased)
    return erased
