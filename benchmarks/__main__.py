"""Fill the database of the settings, measure, and print a table: ``python -m benchmarks --rows 100000``.

The database must be empty but for the review and the demonstration; `start.py bench` makes one.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from itertools import chain

import django


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="findings at the larger size (100000)")
    parser.add_argument("--small", type=int, default=10_000, help="findings at the smaller size (10000)")
    arguments = parser.parse_args()
    if not arguments.small < arguments.rows:
        parser.error("--rows must be more than --small")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "talentmatch.settings")
    django.setup()
    from benchmarks.lines import measured_lines, measured_pages
    from benchmarks.load import fill
    from benchmarks.table import about_the_machine, growth_lines, print_lines

    say(about_the_machine())
    seconds = timed(lambda: fill(arguments.small))
    say(f"{arguments.small:,} findings stored in {seconds:.0f} s.")
    small = measured_pages()
    seconds = timed(lambda: fill(arguments.rows - arguments.small))
    say(f"{arguments.rows:,} findings in all, the rest stored in {seconds:.0f} s.")
    large = measured_pages()
    print_lines(chain(growth_lines(small, large), measured_lines()))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def timed(work: Callable[[], None]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started


if __name__ == "__main__":
    main()
