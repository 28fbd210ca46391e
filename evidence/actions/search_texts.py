"""The words of self-reports and files as the search knows them: what SQL alone can't put together."""

import shutil
import tempfile
from pathlib import Path

from evidence.attachments.room import READ, words_of
from evidence.models import Answer, Attachment, SearchDocument, SelfReport
from evidence.models.attachment import attachment_storage
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


def write_file_texts(attachment: Attachment, original: str, copy: str) -> None:
    """Let the search know what a file says, and what its clean copy says: each has readers of its own."""
    documents = SearchDocument.objects.filter(file=attachment)
    documents.filter(is_copy=False).update(text=original)
    documents.filter(is_copy=True).update(text=copy)


def words_of_stored(attachment: Attachment, name: str) -> str:
    """The words of bytes that are stored under a name; nothing where there are none."""
    if not name or attachment.kind not in READ:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        with attachment_storage().open(name) as stored, path.open("wb") as file:
            shutil.copyfileobj(stored, file)
        return words_of(path, attachment.name.rpartition(".")[2].lower())
