"""Who may do what with the case studies and sources that they can see."""

from typing import Any

from evidence.actions.finding_rules import is_lead, may_log
from evidence.models import CaseStudy, Source
from evidence.queries.writers import writers_of_study
from partnerships.models import Person


def works_on_study(person: Any, study: CaseStudy) -> bool:
    """Its evaluators, whoever began it, and the leads."""
    if is_lead(person):
        return True
    return may_log(person) and (study.created_by_id == person.pk or is_evaluator_of(person, study))


def is_evaluator_of(person: Any, study: CaseStudy) -> bool:
    return study.evaluators.filter(pk=person.pk).exists()


def may_publish_study(person: Any, study: CaseStudy) -> bool:
    return is_lead(person)


def may_release_study(person: Person, study: CaseStudy) -> bool:
    """Whether this lead may let partnerships or the public read it: somebody who did not write it must."""
    if not is_lead(person) or is_evaluator_of(person, study):
        return False
    return person.pk not in writers_of_study(study)


def works_on_source(person: Any, source: Source) -> bool:
    """Whoever noted it, those who work on its case study, and the leads."""
    if is_lead(person) or (may_log(person) and source.created_by_id == person.pk):
        return True
    return source.case_study is not None and works_on_study(person, source.case_study)


def may_edit_source(person: Any, source: Source) -> bool:
    return not source.is_withdrawn and works_on_source(person, source)


def may_log_from(person: Any, source: Source) -> bool:
    return not source.is_withdrawn and may_log(person)
