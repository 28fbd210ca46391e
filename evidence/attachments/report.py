"""What came of looking into a file."""

from dataclasses import dataclass, field


@dataclass
class Report:
    """What a file held besides what it shows, and why no clean copy could be made of it, if none could.

    ``found`` names what the copy holds no more. It says what it was, never what stood in it, but for the
    names of sheets: they are what a person needs to look at.
    """

    found: list[str] = field(default_factory=list)
    obstacle: str = ""

    def note(self, what: str) -> None:
        """Say once that something was found."""
        if what not in self.found:
            self.found.append(what)

    def hinder(self, why: str) -> None:
        """Say why no copy can be made; the first reason stands."""
        self.obstacle = self.obstacle or why
