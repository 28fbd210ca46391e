"""The table of what was measured, in Markdown, as `docs/performance.md` has it."""

import os
import platform
import sys
from collections.abc import Iterable

import django
from django.db import connection

from benchmarks.lines import Line

MOST_GROWTH = 1.5


def about_the_machine() -> str:
    """What it was measured with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()"
        )
        version = cursor.fetchone()[0].split()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"Django {django.get_version()}, {connection.display_name} {version}"
    )


def growth_lines(small: dict[str, dict[str, float]], large: dict[str, dict[str, float]]) -> Iterable[Line]:
    """How much longer each page takes at the larger size, for each reader."""
    for reader, pages in large.items():
        for path, seconds in pages.items():
            what = f"{path}, {reader}: {seconds * 1000:.0f} ms ÷ {small[reader][path] * 1000:.0f} ms"
            yield Line(what, seconds / small[reader][path], MOST_GROWTH)


def print_lines(lines: Iterable[Line]) -> None:
    sys.stdout.write("\n| what | measured | held to | holds |\n|---|---|---|---|\n")
    for line in lines:
        sign = "≥" if line.at_least else "≤"
        unit = f" {line.unit}" if line.unit else ""
        sys.stdout.write(
            f"| {line.what} | {line.measured:.2f}{unit} | {sign} {line.limit:g}{unit}"
            f" | {'yes' if line.holds else 'no'} |\n"
        )
        sys.stdout.flush()
