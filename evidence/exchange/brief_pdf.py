"""A brief as a tagged PDF, by WeasyPrint, which is an optional extra (``pdf``).

It needs Pango from the system and fails at import without it: so it is imported only when a PDF is made.
"""

import importlib
from importlib.util import find_spec
from types import ModuleType
from typing import Any


class NoPdf(Exception):
    """What a PDF is made with is not installed."""

    def __init__(self) -> None:
        super().__init__("The programs that make a PDF are not installed here.")


def weasyprint() -> ModuleType:
    """The library. Raises NoPdf where it or what it needs of the system is missing."""
    try:
        return importlib.import_module("weasyprint")
    except (ImportError, OSError) as missing:
        raise NoPdf from missing


def can_make_pdf() -> bool:
    """Whether the extra is installed; it costs no import."""
    return find_spec("weasyprint") is not None


def as_pdf(html: str) -> bytes:
    """The page as PDF/UA-1. Nothing is fetched from anywhere. Raises NoPdf."""
    library = weasyprint()
    document = library.HTML(string=html, url_fetcher=refuse)
    return bytes(document.write_pdf(pdf_variant="pdf/ua-1"))


def refuse(url: str, *args: Any, **options: Any) -> Any:
    raise ValueError(f"A brief holds everything itself: {url} is not fetched.")
