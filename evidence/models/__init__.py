"""WHAT is known: the framework of the review, references, sources, findings and their review."""

from evidence.models.action import Action, ActionState, ActionStep
from evidence.models.appraisal import JUDGED, PRINCIPLES, Appraisal, Principle, Step
from evidence.models.assessment import (
    AssessedFinding,
    AssessedIndicator,
    Assessment,
    Component,
    ComponentConcern,
    Concern,
    Confidence,
)
from evidence.models.attachment import Attachment
from evidence.models.brief import Brief, BriefIssue, BriefItem
from evidence.models.comment import Comment
from evidence.models.decision import Decision
from evidence.models.edition import Edition, EditionCoding, EditionFinding, EditionItem
from evidence.models.fieldwork import CaseStudy, Wave
from evidence.models.finding import Coding, Finding, FindingCitation
from evidence.models.framework import (
    Approach,
    Barrier,
    Benefit,
    Driver,
    FrameworkItem,
    ItemCitation,
    Lesson,
    Outcome,
    ResearchQuestion,
    Theme,
)
from evidence.models.negative_search import NegativeSearch
from evidence.models.proposal import Proposal
from evidence.models.question_answer import CITATION, QuestionAnswer
from evidence.models.questionnaire import Question, Questionnaire, QuestionnaireVersion, Section
from evidence.models.rating import Rater, Rating, RatingLink, RatingsEnd, RatingStatement
from evidence.models.reference import Citation, Programme, Reference
from evidence.models.reply import ReplyRequest
from evidence.models.review import ReviewStep
from evidence.models.round import Round
from evidence.models.saved_search import SavedSearch
from evidence.models.search_document import SearchDocument
from evidence.models.self_report import (
    Answer,
    ColleagueNote,
    FinishedSection,
    ReportStep,
    SelfReport,
)
from evidence.models.source import Source
from evidence.models.synonym import Synonym
from evidence.models.team_view import TeamView
from evidence.models.typed_form import TypedForm
from evidence.models.visibility import Visibility
from evidence.models.watch import Watch

__all__ = [
    "CITATION",
    "JUDGED",
    "PRINCIPLES",
    "Action",
    "ActionState",
    "ActionStep",
    "Answer",
    "Appraisal",
    "Approach",
    "AssessedFinding",
    "AssessedIndicator",
    "Assessment",
    "Attachment",
    "Barrier",
    "Benefit",
    "Brief",
    "BriefIssue",
    "BriefItem",
    "CaseStudy",
    "Citation",
    "Coding",
    "ColleagueNote",
    "Comment",
    "Component",
    "ComponentConcern",
    "Concern",
    "Confidence",
    "Decision",
    "Driver",
    "Edition",
    "EditionCoding",
    "EditionFinding",
    "EditionItem",
    "Finding",
    "FindingCitation",
    "FinishedSection",
    "FrameworkItem",
    "ItemCitation",
    "Lesson",
    "NegativeSearch",
    "Outcome",
    "Principle",
    "Programme",
    "Proposal",
    "Question",
    "QuestionAnswer",
    "Questionnaire",
    "QuestionnaireVersion",
    "Rater",
    "Rating",
    "RatingLink",
    "RatingStatement",
    "RatingsEnd",
    "Reference",
    "ReplyRequest",
    "ReportStep",
    "ResearchQuestion",
    "ReviewStep",
    "Round",
    "SavedSearch",
    "SearchDocument",
    "Section",
    "SelfReport",
    "Source",
    "Step",
    "Synonym",
    "TeamView",
    "Theme",
    "TypedForm",
    "Visibility",
    "Watch",
    "Wave",
]
