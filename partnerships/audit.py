"""Writing the audit record, and proving that nobody has changed it since."""

import datetime
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from partnerships.audit_chain import GENESIS, digest_of
from partnerships.models import AuditRow, Person

# The advisory lock of PostgreSQL that the end of the chain is held by; any number that nothing else uses.
CHAIN_LOCK = 7_301_964_225
ROWS_AT_A_TIME = 2_000
MOST_BREAKS_NAMED = 10


def record(*, by: Person | None, verb: str, target: models.Model, key: str = "", **details: Any) -> AuditRow:
    """Add one row to the record; must run inside the transaction of the deed it speaks of.

    ``by`` is the person, or None for a command. ``key`` is how people name the target (a finding's ref,
    an item's code); its primary key is taken when none is given. ``details`` hold field names and
    states, never confidential text. Raises RuntimeError outside a transaction.

    From here to the end of the transaction nobody else can record a deed. So an action calls this near its
    end, when it holds every other lock that it needs: one that waited for a row after this could wait for
    somebody who has that row and waits for the record. PostgreSQL would then refuse one of the two.
    """
    return append(
        by=by,
        verb=verb,
        target_kind=str(target._meta.model_name),
        target_key=key or str(target.pk),
        details=details,
    )


@transaction.atomic
def record_once(*, by: Person, verb: str, target: models.Model, key: str, after: "Head") -> None:
    """Add a row unless there is one of the same deed today.

    ``after`` is the head as it was read by the statement that found no such row, see ``once_a_day``. As long
    as it still is the last row, the new one takes its place behind it, and nothing more is read. Otherwise
    somebody was quicker, perhaps with the same deed, and it is looked up again. Two processes make one row.
    """
    deed: dict[str, Any] = {"verb": verb, "target_kind": str(target._meta.model_name), "target_key": key}
    hold_chain()
    try:
        with transaction.atomic():
            append(by=by, details={}, after=after, **deed)
    except IntegrityError:
        if not AuditRow.objects.filter(by=by, at__gte=start_of_today(), **deed).exists():
            append(by=by, details={}, **deed)


def once_a_day(*, by: Person, verb: str, target: type[models.Model], key: Value | models.F) -> When:
    """The case that this deed is recorded today already; ``key`` names the target in a query of targets."""
    deeds = AuditRow.objects.filter(
        by=by, verb=verb, target_kind=str(target._meta.model_name), target_key=key, at__gte=start_of_today()
    )
    return When(Exists(deeds), then=Value(""))


def start_of_today() -> datetime.datetime:
    """Days are those of the people who read, not of the database."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def head_in_query() -> Coalesce:
    """The head as text, to be read in the same statement as something else; ``Head.parse`` reads it."""
    last = AuditRow.objects.order_by("-number").annotate(
        text=Concat(Cast("number", models.CharField()), Value(":"), "hash")
    )
    return Coalesce(Subquery(last.values("text")[:1]), Value(f"0:{GENESIS}"))


def append(*, details: dict[str, Any], after: "Head | None" = None, **fields: Any) -> AuditRow:
    """Add a row with these fields of the model to the end of the chain; ``after`` if that is known."""
    hold_chain()
    number, previous_hash = after or head() or Head(0, GENESIS)
    row = AuditRow(number=number + 1, previous_hash=previous_hash, details=plain(details), **fields)
    row.hash = digest_of(row)
    row.save(force_insert=True)
    return row


def hold_chain() -> None:
    """Wait until nobody else is adding a row, and keep others waiting until this transaction ends.

    On SQLite a transaction has the one write lock from its start. Raises RuntimeError outside one.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise RuntimeError("An audit row belongs in the transaction of the deed it records.")
    if connection.vendor == "postgresql":
        # A statement of its own: the next one must see what was committed while this one waited.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def plain(details: dict[str, Any]) -> dict[str, Any]:
    """The details just as every database gives them back. Raises TypeError for what would change there."""

    def refuse(number: str) -> NoReturn:
        raise TypeError(f"Details of an audit row hold whole numbers or text, not {number}.")

    return json.loads(json.dumps(details), parse_float=refuse, parse_constant=refuse)


class Head(NamedTuple):
    """One row's number and hash: noted elsewhere, it proves the record up to there."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``NUMBER:HASH``. Raises ValueError."""
        number, _, hash_ = text.strip().partition(":")
        if not number.isdecimal() or len(hash_) != len(GENESIS):
            raise ValueError("A head is written NUMBER:HASH, as verify_audit prints it.")
        return cls(int(number), hash_.lower())


def head() -> Head | None:
    """The last row's, or None while nothing is recorded."""
    last = AuditRow.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*last) if last else None


@dataclass
class Verification:
    """What became of reading the whole record."""

    rows: int = 0
    head: Head | None = None
    breaks: int = 0
    breaks_named: list[str] = field(default_factory=list)  # the first few, in words

    @property
    def is_unbroken(self) -> bool:
        return not self.breaks

    def add_break(self, text: str) -> None:
        self.breaks += 1
        if len(self.breaks_named) < MOST_BREAKS_NAMED:
            self.breaks_named.append(text)


def verify(noted: Head | None = None) -> Verification:
    """Read every row in order: its number, that its hash is of what it says, that it follows the one before.

    With ``noted``, a head that was written down before, also that the record still holds that row.
    Memory stays the same however long the record is.
    """
    result = Verification()
    last = Head(0, GENESIS)
    noted_is_there = noted is None
    for row in AuditRow.objects.order_by("number").iterator(chunk_size=ROWS_AT_A_TIME):
        for problem in problems_of(row, last):
            result.add_break(f"Row {row.number} {problem}.")
        last = Head(row.number, row.hash)
        noted_is_there = noted_is_there or last == noted
        result.rows += 1
    result.head = last if result.rows else None
    if not noted_is_there:
        result.add_break(f"The row noted as {noted} is not in the record.")
    return result


def problems_of(row: AuditRow, last: Head) -> list[str]:
    """What shows that somebody changed the record at this row, which comes after ``last``."""
    problems = []
    if row.number != last.number + 1:
        problems.append(f"comes after row {last.number}: rows were removed, inserted or renumbered")
    elif row.previous_hash != last.hash:
        problems.append("does not follow the row before it")
    if row.hash != digest_of(row):
        problems.append("does not say what it said when it was written")
    return problems
