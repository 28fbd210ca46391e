"""Making an edition: what the public can read, frozen under the next number."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from evidence.actions.finding_input import field_errors
from evidence.actions.finding_rules import is_lead
from evidence.models import Edition, EditionCoding, EditionFinding, EditionItem
from evidence.queries.editions import (
    agree,
    digest_of,
    digest_of_edition,
    present_findings,
    present_items,
)
from partnerships.audit import record
from partnerships.errors import Conflict
from partnerships.models import Person

ROWS_AT_A_TIME = 500


@transaction.atomic
def make_edition(*, by: Person, note: str, last_seen: int) -> Edition:
    """Freeze what the public can read of every item and finding.

    ``last_seen`` is the number of the edition that was the last when its maker looked, 0 for none. Raises
    PermissionDenied, Conflict when another was made meanwhile, and ValidationError when the note is missing,
    when nothing is new, or when a finding was released or taken back while it was read.
    """
    if not is_lead(by):
        raise PermissionDenied
    last = Edition.objects.select_for_update().order_by("-number").first()
    if last and last.number != last_seen:
        raise Conflict(last)
    edition = Edition(
        number=last_seen + 1, note=note.strip(), made_by=by, is_demonstration=by.is_demonstration
    )
    if errors := field_errors(edition, leave_out=("made_by", "digest")):
        raise ValidationError(errors)
    items, findings = present_items(), present_findings()
    if not agree(items, findings):
        raise ValidationError("The evidence changed while it was being read. Nothing was made: try again.")
    item_digests = {content["code"]: digest_of(content) for content in items.values()}
    finding_digests = {content["ref"]: digest_of(content) for content in findings.values()}
    if last and is_the_same(last, item_digests, finding_digests):
        raise ValidationError(f"Nothing that the public can read has changed since edition {last.number}.")
    edition.digest = digest_of_edition(
        number=edition.number,
        made_on=edition.made_at.date().isoformat(),
        note=edition.note,
        items=item_digests,
        findings=finding_digests,
    )
    edition.save()
    keep_contents(edition, items, findings)
    record(by=by, verb="edition.made", target=edition, key=str(edition.number), digest=edition.digest)
    return edition


def is_the_same(edition: Edition, items: dict[str, str], findings: dict[str, str]) -> bool:
    """Whether an edition froze exactly these."""
    return items == dict(edition.items.values_list("item__code", "digest")) and findings == dict(
        edition.findings.values_list("finding__ref", "digest")
    )


def keep_contents(edition: Edition, items: dict[int, dict], findings: dict[int, dict]) -> None:
    """Write what an edition is made of."""
    kept_items = EditionItem.objects.bulk_create(
        EditionItem(edition=edition, item_id=pk, content=content, digest=digest_of(content))
        for pk, content in items.items()
    )
    kept_findings = EditionFinding.objects.bulk_create(
        (
            EditionFinding(edition=edition, finding_id=pk, content=content, digest=digest_of(content))
            for pk, content in findings.items()
        ),
        batch_size=ROWS_AT_A_TIME,
    )
    by_code = {entry.content["code"]: entry for entry in kept_items}
    EditionCoding.objects.bulk_create(
        (
            EditionCoding(finding=entry, item=by_code[coding["item"]], direction=coding["direction"])
            for entry in kept_findings
            for coding in entry.content["codings"]
        ),
        batch_size=ROWS_AT_A_TIME,
    )
