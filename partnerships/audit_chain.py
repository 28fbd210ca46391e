"""The formula that ties each row of the audit record to the one before it.

It never changes: rows that were written by it must still prove themselves years later.
"""

import hashlib
import json
from datetime import UTC
from typing import Any

# What the first row stands on.
GENESIS = "0" * 64


def digest_of(row: Any) -> str:
    """SHA-256, in hexadecimal figures, over everything that an audit row says and the hash before it."""
    content = {
        "number": row.number,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": row.by_id,
        "verb": row.verb,
        "target_kind": row.target_kind,
        "target_key": row.target_key,
        "details": row.details,
        "previous_hash": row.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
