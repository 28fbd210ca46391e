"""The access table: every address, every persona, the answer expected. Written by hand, read in review.

Each module of this package holds the ``ROWS`` of one subject; a new subject is a new module and nothing else.
An address missing here fails the suite.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.access.rows import Row

SUBJECTS: dict[str, list[Row]] = {
    module.name: import_module(f"{__name__}.{module.name}").ROWS for module in iter_modules(__path__)
}
TABLE = [row for rows in SUBJECTS.values() for row in rows]
