"""The reference of a list and of a page: 25 rows in memory and a small template, no Django and no database.

``BENCHMARK_ROWS`` names a file of JSON with the rows.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment

TEMPLATE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Findings</title></head><body><h1>Findings</h1>
{% for row in rows %}
<article><h2><a href="/findings/{{ row.ref }}/">{{ row.title }}</a></h2><p>{{ row.text }}</p>
<ul>{% for coding in row.codings %}<li>{{ coding.item }} {{ coding.direction }}</li>{% endfor %}</ul>
<p>{{ row.origin }} {{ row.visibility }} {{ row.partnerships | join(", ") }}
{{ row.collected_on }}</p></article>
{% endfor %}
</body></html>"""

rows = json.loads(Path(os.environ["BENCHMARK_ROWS"]).read_text())
template = Environment(autoescape=True).from_string(TEMPLATE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = template.render(rows=rows).encode()
    start_response(
        "200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
    )
    return [body]
