"""What is measured: each line with its two sides, in rounds that take turns, and what it is held to.

The limits are ratios of two times from one run on one machine, because machines differ; of several rounds the
middle one counts.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client

from benchmarks.page_rows import page_rows
from benchmarks.rows import COMMON_WORD, RARE_WORD
from benchmarks.servers import Answer, Server, served
from evidence.models import Finding
from partnerships.models import Person

ROUNDS, REQUESTS = 5, 9
READERS = {
    "visitor": "",
    "reporter": "reporter@demo.example",
    "funder": "funder@demo.example",
    "lead": "lead@demo.example",
}
# A page of each kind whose time must not grow with the number of findings.
PAGES = (
    "/",
    "/lessons/",
    "/lessons/5/",
    "/barriers/",
    "/questions/Q1/",
    "/findings/",
    "/findings/?item=L5&direction=challenges",
    "/partnerships/",
    "/partnerships/humber/",
    "/sectors/private/",
    "/map/",
    "/assessments/",
    "/api/v1/lessons/",
    "/api/v1/findings/",
)
GROUPS = """
SELECT coding.item_id, coding.direction, sector.sector_id, count(*)
FROM evidence_coding AS coding
JOIN evidence_finding AS finding ON finding.id = coding.finding_id
JOIN evidence_finding_sectors AS sector ON sector.finding_id = finding.id
WHERE finding.status = 'published' AND finding.visibility = 'public'
GROUP BY coding.item_id, coding.direction, sector.sector_id
"""
COPY = """
COPY (SELECT ref, title, text, origin, status, visibility, created_at, published_at
      FROM evidence_finding WHERE status = 'published' AND visibility = 'public') TO STDOUT WITH (FORMAT csv)
"""


@dataclass(frozen=True)
class Line:
    """One line of the table: what was compared, what came out, and what it is held to."""

    what: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def cookies() -> dict[str, str]:
    """A signed-in session of each reader, as a browser sends it."""
    found = {}
    for name, email in READERS.items():
        if email:
            client = Client()
            client.force_login(Person.objects.get(email=email), settings.AUTHENTICATION_BACKENDS[-1])
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            found[name] = f"{settings.SESSION_COOKIE_NAME}={session}"
        else:
            found[name] = ""
    return found


def expect_page(answer: Answer) -> Answer:
    """A refusal is quick, and no measurement."""
    if answer.status != 200:
        raise ValueError(f"A page that was to be measured answered {answer.status}.")
    return answer


def middle(ask: Callable[[], Any], times: int = REQUESTS) -> float:
    """The median of so many tries, in seconds."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def ratio(one: Callable[[], Any], other: Callable[[], Any], times: int = REQUESTS) -> float:
    """How much longer ``one`` takes; both are warmed up and take turns."""
    one(), other()
    return statistics.median(middle(one, times) / middle(other, times) for _ in range(ROUNDS))


def page(server: Server, path: str, cookie: str = "") -> Callable[[], Answer]:
    return lambda: expect_page(server.get(path, cookie))


def seconds_of_pages(server: Server, cookie: str) -> dict[str, float]:
    """The median time of each page, in seconds."""
    found = {}
    for path in PAGES:
        ask = page(server, path, cookie)
        ask()
        found[path] = middle(ask)
    return found


def measured_pages() -> dict[str, dict[str, float]]:
    """For each reader the median time of each page, at the size that the database has now."""
    with served("talentmatch.wsgi") as product:
        return {reader: seconds_of_pages(product, cookie) for reader, cookie in cookies().items()}


def measured_lines() -> Iterator[Line]:
    """Every line that is measured at one size."""
    with ExitStack() as servers:
        folder = servers.enter_context(tempfile.TemporaryDirectory())
        rows = Path(folder) / "rows.json"
        rows.write_text(page_rows(25))
        product = servers.enter_context(served("talentmatch.wsgi"))
        bare = servers.enter_context(served("benchmarks.bare:application", BENCHMARK_ROWS=str(rows)))
        beside = servers.enter_context(served("benchmarks.wsgi"))
        without = servers.enter_context(served("benchmarks.wsgi", BENCHMARK_BARE="true"))
        people = cookies()
        reference = page(bare, "/")
        yield Line("list page ÷ bare", ratio(page(product, "/findings/"), reference), 3.2)
        yield Line("detail page ÷ bare", ratio(page(product, newest_finding()), reference), 3.2)
        signed_in = page(product, "/lessons/5/", people["reporter"])
        anonymous = page(product, "/lessons/5/")
        yield Line("signed in less anonymous, lesson 5", difference(signed_in, anonymous) * 1000, 2, "ms")
        empty, plain = page(beside, "/empty/"), page(without, "/empty/")
        yield Line("empty view ÷ without middleware, requests", ratio(plain, empty, 60), 0.8, at_least=True)
        nested, api = page(beside, "/nested/"), page(product, "/api/v1/findings/")
        yield Line("API list ÷ nested ModelSerializer, requests", ratio(nested, api), 3, at_least=True)
        for reader, cookie in people.items():
            common, rare = (
                page(product, f"/findings/?q={word}", cookie) for word in (COMMON_WORD, RARE_WORD)
            )
            yield Line(f"search: commonest ÷ rare word, {reader}", ratio(common, rare, 3), 3)
        yield Line("page 10,000 ÷ page 1", ratio(*pages_far_and_near(product), 3), 1.25)
        yield Line("evidence map ÷ plain GROUP BY", ratio(page(product, "/map/"), groups, 1), 0.03)
        yield from export_lines(product)
        yield Line("stylesheets and scripts, compressed", weight_of_page(product), 60, "KB")


def difference(one: Callable[[], Any], other: Callable[[], Any]) -> float:
    """How many seconds longer ``one`` takes."""
    one(), other()
    return statistics.median(middle(one) - middle(other) for _ in range(ROUNDS))


def newest_finding() -> str:
    return Finding.objects.filter(status="published", visibility="public").first().get_absolute_url()  # type: ignore[union-attr]


def pages_far_and_near(server: Server) -> tuple[Callable[[], Answer], Callable[[], Answer]]:
    """The last page, up to the ten-thousandth, and the first."""
    public = Finding.objects.filter(status="published", visibility="public").count()
    return page(server, f"/findings/?page={min(10_000, public // 25)}"), page(server, "/findings/?page=1")


def groups() -> None:
    with connection.cursor() as cursor:
        cursor.execute(GROUPS)
        cursor.fetchall()


def copied() -> None:
    """The same rows as the export, as fast as the database gives them."""
    with open("/dev/null", "w") as nowhere, connection.cursor() as cursor:
        cursor.copy_expert(COPY, nowhere)  # type: ignore[attr-defined]


def export_lines(server: Server) -> Iterator[Line]:
    whole: list[Answer] = []

    def export() -> None:
        whole.append(expect_page(server.get("/findings.csv", keep=False)))

    if connection.vendor == "postgresql":
        export(), copied()
        yield Line("CSV ÷ COPY", middle(export, 1) / middle(copied, 1), 1.25)
    else:
        export()
    yield Line("CSV, first byte", min(answer.first_byte for answer in whole), 0.1, "s")
    yield Line("CSV, most memory of a worker", server.most_memory(), 100, "MB")


def weight_of_page(server: Server) -> float:
    """Kilobytes of all stylesheets and scripts of the home page, as they are sent."""
    body = expect_page(server.get("/")).body.decode()
    paths = {part.split('"')[1] for part in body.split("=") if part.startswith('"/static/')}
    paths = {path for path in paths if path.endswith((".css", ".js"))}
    if not paths:
        raise ValueError("The home page names no stylesheet.")
    return sum(expect_page(server.get(path, accept_encoding="gzip")).size for path in paths) / 1000
