"""The rows of the first page of findings, for the reference that holds them in memory."""

import json

from evidence.models import Finding


def page_rows(number: int) -> str:
    """The newest public findings as JSON."""
    found = (
        Finding.objects.filter(status="published", visibility="public")
        .select_related("source")
        .prefetch_related("codings__item", "partnerships")[:number]
    )
    return json.dumps(
        [
            {
                "ref": finding.ref,
                "title": finding.title,
                "text": finding.text,
                "origin": finding.get_origin_display(),
                "visibility": finding.get_visibility_display(),
                "partnerships": [partnership.name for partnership in finding.partnerships.all()],
                "collected_on": str(finding.source.collected_on if finding.source else ""),
                "codings": [
                    {"item": coding.item.code, "direction": coding.get_direction_display()}
                    for coding in finding.codings.all()
                ],
            }
            for finding in found
        ]
    )
