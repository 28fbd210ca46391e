"""A membership as a row of a table, beside the partnership or the organisation that it belongs to."""

from django.urls import reverse

from evidence.queries.dates import period
from partnerships.models import Membership, Organisation

NOT_KNOWN = "Not known"
BOARD_SEAT = {True: "Yes", False: "No", None: NOT_KNOWN}


def membership_cells(membership: Membership) -> list[str]:
    """Role, relation, seat on the board, and when."""
    return [
        membership.get_role_display(),
        membership.get_relation_display() or NOT_KNOWN,
        BOARD_SEAT[membership.has_board_seat],
        period(membership.started_on, membership.ended_on) or NOT_KNOWN,
    ]


def organisation_link(organisation: Organisation) -> tuple[str, str]:
    """The organisation's name, marked where it was invented for the demonstration, and its address."""
    name = f"{organisation.name} (Demonstration)" if organisation.is_demonstration else organisation.name
    return name, reverse("evidence:organisation-detail", args=[organisation.slug])
