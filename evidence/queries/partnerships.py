"""What is known of a partnership, fact by fact, each with its sources."""

from dataclasses import dataclass

from evidence.queries.dates import period
from partnerships.models import FactSource, Membership, Partnership

Fact = FactSource.Fact


@dataclass(frozen=True, slots=True)
class KnownFact:
    """One fact in words, empty when it is not known, with the sources that state or suggest it."""

    label: str
    value: str
    sources: list[FactSource]


def facts_of(partnership: Partnership, members: list[Membership]) -> list[KnownFact]:
    """Every fact that the product keeps of a partnership, the unknown ones too; two queries."""
    sources: dict[str, list[FactSource]] = {fact: [] for fact in Fact.values}
    for source in partnership.fact_sources.all():
        sources[source.fact].append(source)
    leads = [
        str(member.organisation)
        for member in members
        if member.role == Membership.Role.LEAD and not member.ended_on
    ]
    values = {
        Fact.LEAD: ", ".join(leads),
        Fact.AREA: ", ".join(str(area) for area in partnership.areas.all()),
        Fact.OPERATING_AREA: partnership.operating_area,
        Fact.FORM: partnership.get_form_display(),
        Fact.LEGAL_FORM: partnership.legal_form,
        Fact.DATES: period(partnership.starts_on, partnership.ends_on),
        Fact.GRANT: "" if partnership.grant_pounds is None else f"£{partnership.grant_pounds:,}",
    }
    return [KnownFact(str(fact.label), value, sources[fact]) for fact, value in values.items()]
