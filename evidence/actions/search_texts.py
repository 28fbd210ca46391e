"""The words of self-reports as the search knows them: what SQL alone can't put together."""

from evidence.models import Answer, SearchDocument, SelfReport
from evidence.queries.questionnaires import questions_of
from evidence.queries.reports import asked_keys, quotation_of

LONGEST_TEXT = 200_000


def write_report_text(report: SelfReport) -> None:
    """Let the search know what a report says: the answers to what is asked, as its readers see them."""
    questions = questions_of(report.round.questionnaire_version_id)
    values = dict(Answer.objects.filter(self_report=report).values_list("question__key", "value"))
    asked = asked_keys(questions, values)
    texts = (
        quotation_of(question, values[question.key])
        for question in questions
        if question.key in asked and question.key in values
    )
    text = "\n".join(filter(None, texts))[:LONGEST_TEXT]
    SearchDocument.objects.filter(self_report=report).update(text=text)
