"""An edition as one JSON document, made while it is sent."""

import json
from collections.abc import Iterator

from evidence.models import Edition, EditionFinding, EditionItem
from evidence.queries.editions import in_batches, unchanged

HASHING = (
    "Each digest is the SHA-256 of its content as JSON with sorted keys, without spaces, in UTF-8; "
    "the edition's is that of an object of number, made_on, note, items (code to digest) "
    "and findings (ref to digest)."
)


def as_json(edition: Edition, address: str) -> Iterator[str]:
    """The whole edition, piece by piece; ``address`` is that of its page.

    A finding that the public may not read any more, or reads otherwise, is there with its hash alone.
    """
    items = EditionItem.objects.filter(edition=edition)
    head = {
        "number": edition.number,
        "made_on": edition.made_at.date().isoformat(),
        "note": edition.note,
        "digest": edition.digest,
        "address": address,
        "demonstration": edition.is_demonstration,
        "hashing": HASHING,
        "items": [{"content": entry.content, "digest": entry.digest} for entry in items],
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "findings": ['
    between = ""
    findings = EditionFinding.objects.filter(edition=edition).select_related("finding").order_by("pk")
    for some in in_batches(findings):
        same = unchanged(some)
        for entry in some:
            row = {"ref": entry.finding.ref, "digest": entry.digest}
            if entry.pk in same:
                row["content"] = entry.content
            yield between + json.dumps(row, ensure_ascii=False)
            between = ", "
    yield "]}"
