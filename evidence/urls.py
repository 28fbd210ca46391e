"""Addresses of the framework, its evidence, and everything else that evidence is shown with."""

from django.urls import URLPattern, path

from evidence.models import Finding, FrameworkItem, Question, Section, Source
from evidence.views import (
    appraisals,
    approval,
    assessment_exports,
    assessments,
    attachments,
    briefs,
    bulk,
    case_studies,
    claims,
    comments,
    decisions,
    editions,
    evidence_map,
    findings_reading,
    findings_writing,
    history,
    home,
    items,
    lessons,
    lookalikes,
    negative_searches,
    organisations,
    partnerships,
    plans,
    profile,
    programmes,
    proposals,
    question_answers,
    questionnaires,
    ratings,
    references,
    replies,
    reports,
    review,
    round_exports,
    rounds,
    saved_searches,
    search,
    sectors,
    several_findings,
    sources,
    team_views,
    themes,
    typed_forms,
    voices,
    watching,
)
from evidence.views.kinds import KINDS

app_name = "evidence"


def item_paths() -> list[URLPattern]:
    """A list and a page for each kind of item: /lessons/, /lessons/5/, /drivers/, /drivers/D4/ …"""
    paths = []
    for kind, pages in KINDS.items():
        is_lesson = kind == FrameworkItem.Kind.LESSON
        list_view = lessons.LessonListView if is_lesson else items.ItemListView
        paths += [
            path(f"{pages.address}/", list_view.as_view(kind=kind), name=f"{pages.name}-list"),
            path(
                f"{pages.address}/<slug:code>/",
                items.ItemDetailView.as_view(kind=kind),
                name=f"{pages.name}-detail",
            ),
            path(
                f"{pages.address}/<slug:code>/history/",
                history.ItemHistoryView.as_view(kind=kind),
                name=f"{pages.name}-history",
            ),
            path(
                f"{pages.address}/<slug:code>/confidence/",
                assessments.ItemConfidenceView.as_view(kind=kind),
                name=f"{pages.name}-confidence",
            ),
            path(
                f"{pages.address}/<slug:code>/confidence/new/",
                assessments.AssessView.as_view(kind=kind),
                name=f"{pages.name}-assess",
            ),
            path(
                f"{pages.address}/<slug:code>/negative-search/",
                negative_searches.NegativeSearchCreateView.as_view(kind=kind),
                name=f"{pages.name}-negative-search",
            ),
        ]
        if kind != FrameworkItem.Kind.RESEARCH_QUESTION:  # nobody can take a side on a question
            paths.append(
                path(
                    f"{pages.address}/<slug:code>/voices/",
                    voices.ItemVoicesView.as_view(kind=kind),
                    name=f"{pages.name}-voices",
                )
            )
        else:
            stem = f"{pages.address}/<slug:code>/answer/"
            paths += [
                path(stem, question_answers.AnswerView.as_view(kind=kind), name="answer-detail"),
                path(f"{stem}edit/", question_answers.AnswerEditView.as_view(kind=kind), name="answer-edit"),
                path(
                    f"{stem}issue/",
                    question_answers.AnswerIssueView.as_view(kind=kind),
                    name="answer-issue",
                ),
            ]
    return paths


def questionnaire_paths() -> list[URLPattern]:
    """Questionnaires, and the parts of their drafts: /questionnaires/standard/ …"""
    paths = [
        path("questionnaires/", questionnaires.QuestionnaireListView.as_view(), name="questionnaire-list"),
        path(
            "questionnaires/new/",
            questionnaires.QuestionnaireCreateView.as_view(),
            name="questionnaire-create",
        ),
    ]
    for address, view, name in (
        ("", questionnaires.QuestionnaireDetailView, "detail"),
        ("edit/", questionnaires.QuestionnaireEditView, "edit"),
        ("preview/", questionnaires.QuestionnairePreviewView, "preview"),
        ("draft/", questionnaires.QuestionnaireDraftView, "draft"),
        ("sections/new/", questionnaires.SectionCreateView, "section-create"),
    ):
        paths.append(
            path(f"questionnaires/<slug:slug>/{address}", view.as_view(), name=f"questionnaire-{name}")
        )
    sections, questions = "questionnaires/sections/<int:pk>", "questionnaires/questions/<int:pk>"
    paths += [
        path(f"{sections}/edit/", questionnaires.SectionEditView.as_view(), name="section-edit"),
        path(
            f"{sections}/questions/new/",
            questionnaires.QuestionCreateView.as_view(),
            name="report-question-create",
        ),
        path(f"{questions}/edit/", questionnaires.QuestionEditView.as_view(), name="report-question-edit"),
    ]
    for stem, model, name in ((sections, Section, "section"), (questions, Question, "report-question")):
        move, remove = questionnaires.PartMoveView, questionnaires.PartRemoveView
        paths += [
            path(f"{stem}/move/", move.as_view(model=model), name=f"{name}-move"),
            path(f"{stem}/remove/", remove.as_view(model=model), name=f"{name}-remove"),
        ]
    return paths


def proposal_paths() -> list[URLPattern]:
    """Answers of accepted reports that evaluators decide about: /inbox/answers/A-7K2M9QXA/take/ …"""
    return [
        path("inbox/answers/", proposals.ProposalListView.as_view(), name="proposal-list"),
        path("inbox/answers/claim/", proposals.ClaimAnswersView.as_view(), name="proposal-claim"),
        path("inbox/answers/drop/", proposals.DropAnswersView.as_view(), name="proposal-drop"),
        path("inbox/answers/<slug:ref>/take/", proposals.TakeAnswerView.as_view(), name="proposal-take"),
        path("inbox/answers/<slug:ref>/merge/", proposals.MergeAnswerView.as_view(), name="proposal-merge"),
        path("inbox/answers/<slug:ref>/reopen/", proposals.TakeUpAgainView.as_view(), name="proposal-reopen"),
    ]


urlpatterns: list[URLPattern] = [
    path("", home.HomeView.as_view(), name="home"),
    path("themes/<slug:slug>/", themes.ThemeDetailView.as_view(), name="theme-detail"),
    path("decisions/", decisions.DecisionListView.as_view(), name="decision-list"),
    path("decisions/new/", decisions.DecisionCreateView.as_view(), name="decision-create"),
    path("decisions/<slug:ref>/", decisions.DecisionDetailView.as_view(), name="decision-detail"),
    path("decisions/<slug:ref>/edit/", decisions.DecisionEditView.as_view(), name="decision-edit"),
    path("decisions/<slug:ref>/remove/", decisions.DecisionRemoveView.as_view(), name="decision-remove"),
    path("watching/", watching.WatchingView.as_view(), name="watching"),
    path("watching/<slug:code>/", watching.WatchView.as_view(), name="watch"),
    path("watching/<slug:code>/stop/", watching.StopWatchingView.as_view(), name="watch-stop"),
    path("watching/<slug:code>/seen/", watching.SeenView.as_view(), name="watch-seen"),
    path("lessons.csv", lessons.LessonCsvView.as_view(), name="lesson-csv"),
    *item_paths(),
    *proposal_paths(),
    path("assessments/", assessments.AssessmentListView.as_view(), name="assessment-list"),
    path(
        "assessments/profile/",
        assessments.AssessmentListView.as_view(is_profile=True),
        name="assessment-profile",
    ),
    *(
        path(
            f"assessments/{display}.{format}",
            assessment_exports.AssessmentExportView.as_view(display=display, format=format),
            name=f"assessment-{display}-{format}",
        )
        for display in assessment_exports.DISPLAYS
        for format in assessment_exports.FORMATS
    ),
    path(
        "items/<slug:code>/typed/<slug:form>/",
        typed_forms.ItemFormKeepView.as_view(),
        name="typed-form-keep-item",
    ),
    path(
        "negative-searches/<int:pk>/remove/",
        negative_searches.NegativeSearchRemoveView.as_view(),
        name="negative-search-remove",
    ),
    path("map/", evidence_map.EvidenceMapView.as_view(), name="map"),
    path("map.csv", evidence_map.EvidenceMapDownload.as_view(format="csv"), name="map-csv"),
    path("map.xlsx", evidence_map.EvidenceMapDownload.as_view(format="xlsx"), name="map-xlsx"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("search/saved/", saved_searches.SavedSearchListView.as_view(), name="saved-search-list"),
    path("search/saved/new/", saved_searches.SavedSearchCreateView.as_view(), name="saved-search-create"),
    path("search/saved/<slug:ref>/", saved_searches.SavedSearchOpenView.as_view(), name="saved-search-open"),
    path(
        "search/saved/<slug:ref>/edit/",
        saved_searches.SavedSearchEditView.as_view(),
        name="saved-search-edit",
    ),
    path(
        "search/saved/<slug:ref>/delete/",
        saved_searches.SavedSearchDeleteView.as_view(),
        name="saved-search-delete",
    ),
    path("search/suggestions/", search.SuggestionsView.as_view(), name="search-suggestions"),
    path("findings/", findings_reading.FindingListView.as_view(), name="finding-list"),
    path("findings.csv", findings_reading.FindingCsvView.as_view(), name="finding-csv"),
    path("findings/new/", findings_writing.FindingCreateView.as_view(), name="finding-create"),
    path("findings/bulk/", bulk.BulkView.as_view(), name="finding-bulk"),
    path("findings/lookalikes/", lookalikes.LookalikesView.as_view(), name="lookalikes"),
    path("findings/typed/", typed_forms.TypedFormKeepView.as_view(), name="typed-form-keep-new"),
    path("findings/typed/token/", typed_forms.TypedFormTokenView.as_view(), name="typed-form-token"),
    path(
        "findings/typed/<path:key>/discard/",
        typed_forms.TypedFormDiscardView.as_view(),
        name="typed-form-discard",
    ),
    path("findings/<slug:ref>/typed/", typed_forms.TypedFormKeepView.as_view(), name="typed-form-keep"),
    path("findings/<slug:ref>/", findings_reading.FindingDetailView.as_view(), name="finding-detail"),
    path("findings/<slug:ref>/history/", history.FindingHistoryView.as_view(), name="finding-history"),
    path(
        "findings/<slug:ref>/lookalikes/",
        lookalikes.FindingLookalikesView.as_view(),
        name="finding-lookalikes",
    ),
    path("findings/<slug:ref>/edit/", findings_writing.FindingEditView.as_view(), name="finding-edit"),
    path("findings/<slug:ref>/copy/", findings_writing.FindingCopyView.as_view(), name="finding-copy"),
    path("findings/<slug:ref>/submit/", review.SubmitView.as_view(), name="finding-submit"),
    path("findings/<slug:ref>/return/", review.ReturnView.as_view(), name="finding-return"),
    path("findings/<slug:ref>/publish/", review.PublishView.as_view(), name="finding-publish"),
    path(
        "findings/<slug:ref>/publish-with-changes/",
        approval.PublishWithChangesView.as_view(),
        name="finding-publish-with-changes",
    ),
    path("findings/<slug:ref>/withdraw/", review.WithdrawView.as_view(), name="finding-withdraw"),
    path("findings/<slug:ref>/delete/", review.DeleteView.as_view(), name="finding-delete"),
    path("findings/<slug:ref>/claim/", claims.ClaimView.as_view(), name="finding-claim"),
    path("findings/<slug:ref>/release/", claims.ReleaseView.as_view(), name="finding-release"),
    path("findings/<slug:ref>/comment/", comments.CommentView.as_view(), name="finding-comment"),
    path(
        "findings/<slug:ref>/appraise/",
        appraisals.AppraiseView.as_view(model=Finding),
        name="finding-appraise",
    ),
    path(
        "findings/<slug:ref>/appraise/typed/",
        typed_forms.FindingAppraisalKeepView.as_view(),
        name="typed-form-keep-finding-appraisal",
    ),
    path("comments/<int:pk>/resolve/", comments.CommentResolveView.as_view(), name="comment-resolve"),
    path("findings/<slug:ref>/ask/", replies.AskView.as_view(), name="finding-ask"),
    path("replies/<slug:ref>/", replies.ReplyView.as_view(), name="reply-detail"),
    path("replies/<slug:ref>/typed/", typed_forms.TypedReplyKeepView.as_view(), name="typed-form-keep-reply"),
    path("replies/<slug:ref>/respond/", replies.RespondView.as_view(), name="reply-respond"),
    path("replies/<slug:ref>/extend/", replies.ExtendView.as_view(), name="reply-extend"),
    path("replies/<slug:ref>/cancel/", replies.CancelView.as_view(), name="reply-cancel"),
    path("inbox/", review.InboxView.as_view(), name="inbox"),
    path("case-studies/", case_studies.CaseStudyListView.as_view(), name="case-study-list"),
    path("case-studies/new/", case_studies.CaseStudyCreateView.as_view(), name="case-study-create"),
    path("case-studies/<slug:slug>/", case_studies.CaseStudyDetailView.as_view(), name="case-study-detail"),
    path("case-studies/<slug:slug>/history/", history.StudyHistoryView.as_view(), name="case-study-history"),
    path(
        "case-studies/<slug:slug>/typed/",
        typed_forms.TypedStudyKeepView.as_view(),
        name="typed-form-keep-case-study",
    ),
    path("case-studies/<slug:slug>/edit/", case_studies.CaseStudyEditView.as_view(), name="case-study-edit"),
    path(
        "case-studies/<slug:slug>/publish/",
        case_studies.CaseStudyPublishView.as_view(),
        name="case-study-publish",
    ),
    path("case-studies/<slug:slug>/sources/new/", sources.SourceCreateView.as_view(), name="source-create"),
    path("sources/<slug:ref>/", sources.SourceDetailView.as_view(), name="source-detail"),
    path(
        "sources/<slug:ref>/appraise/",
        appraisals.AppraiseView.as_view(model=Source),
        name="source-appraise",
    ),
    path(
        "sources/<slug:ref>/appraise/typed/",
        typed_forms.SourceAppraisalKeepView.as_view(),
        name="typed-form-keep-source-appraisal",
    ),
    path(
        "sources/<slug:ref>/findings/new/",
        several_findings.SeveralFindingsView.as_view(),
        name="source-log-several",
    ),
    path("sources/<slug:ref>/edit/", sources.SourceEditView.as_view(), name="source-edit"),
    path(
        "sources/<slug:ref>/withdraw-consent/",
        sources.WithdrawConsentView.as_view(),
        name="source-withdraw-consent",
    ),
    path("findings/<slug:ref>/files/", attachments.AddFindingFilesView.as_view(), name="finding-files"),
    path("sources/<slug:ref>/files/", attachments.AddSourceFilesView.as_view(), name="source-files"),
    path(
        "case-studies/<slug:slug>/files/",
        attachments.AddCaseStudyFilesView.as_view(),
        name="case-study-files",
    ),
    path(
        "reports/<slug:ref>/questions/<slug:question>/files/",
        attachments.AddReportFilesView.as_view(),
        name="report-files",
    ),
    path("files/<slug:ref>/", attachments.FileView.as_view(), name="file"),
    path("files/<slug:ref>/release/", attachments.ReleaseFileView.as_view(), name="file-release"),
    path("files/<slug:ref>/erase/", attachments.EraseFileView.as_view(), name="file-erase"),
    path("reports/", reports.ReportListView.as_view(), name="report-list"),
    path("reports/<slug:ref>/", reports.ReportDetailView.as_view(), name="report-detail"),
    path("reports/<slug:ref>/actions/", plans.ReportActionsView.as_view(), name="report-actions"),
    path("reports/<slug:ref>/actions/typed/", plans.ActionsKeepView.as_view(), name="report-actions-keep"),
    path("actions/<slug:ref>/", plans.ActionDetailView.as_view(), name="action-detail"),
    path("actions/<slug:ref>/typed/", plans.FollowUpKeepView.as_view(), name="action-keep"),
    path("actions/<slug:ref>/edit/", plans.ActionEditView.as_view(), name="action-edit"),
    path("actions/<slug:ref>/remove/", plans.ActionRemoveView.as_view(), name="action-remove"),
    path("reports/<slug:ref>/receipt/", reports.ReportReceiptView.as_view(), name="report-receipt"),
    path("reports/<slug:ref>/word/", reports.ReportWordView.as_view(), name="report-word"),
    path("reports/<slug:ref>/submit/", reports.ReportSubmitView.as_view(), name="report-submit"),
    path("reports/<slug:ref>/return/", reports.ReportReturnView.as_view(), name="report-return"),
    path("reports/<slug:ref>/accept/", reports.ReportAcceptView.as_view(), name="report-accept"),
    path("reports/<slug:ref>/notes/<slug:question>/", reports.ReportNotesView.as_view(), name="report-notes"),
    path(
        "reports/<slug:ref>/subjects/<slug:section>/",
        reports.ReportSectionView.as_view(),
        name="report-section",
    ),
    path(
        "reports/<slug:ref>/subjects/<slug:section>/typed/",
        typed_forms.ReportKeepView.as_view(),
        name="report-keep",
    ),
    path("reports/<slug:ref>/team-view/", team_views.TeamViewView.as_view(), name="report-team-view"),
    path(
        "reports/<slug:ref>/team-view/<slug:part>/typed/",
        typed_forms.TeamViewKeepView.as_view(),
        name="report-team-view-keep",
    ),
    path("reports/<slug:ref>/rate/", ratings.OwnStartView.as_view(), name="report-rate"),
    path("reports/<slug:ref>/rate/<slug:part>/", ratings.OwnPartView.as_view(), name="report-rate-part"),
    path("reports/<slug:ref>/raters/", ratings.RatersView.as_view(), name="raters"),
    path("reports/<slug:ref>/raters/end/", ratings.RatingsEndView.as_view(), name="ratings-end"),
    path("rate/<slug:token>/", ratings.LinkStartView.as_view(), name="rate"),
    path("rate/<slug:token>/<slug:part>/", ratings.LinkPartView.as_view(), name="rate-part"),
    path("rounds/", rounds.RoundListView.as_view(), name="round-list"),
    path("rounds/new/", rounds.RoundCreateView.as_view(), name="round-create"),
    path("rounds/<slug:slug>/", rounds.RoundDetailView.as_view(), name="round-detail"),
    path("rounds/<slug:slug>/edit/", rounds.RoundEditView.as_view(), name="round-edit"),
    path("rounds/<slug:slug>/open/", rounds.RoundOpenView.as_view(), name="round-open"),
    path("rounds/<slug:slug>/close/", rounds.RoundCloseView.as_view(), name="round-close"),
    *(
        path(
            f"rounds/<slug:slug>/{download.file}",
            round_exports.RoundExportView.as_view(),
            {"download": name},
            name=f"round-{name}",
        )
        for name, download in round_exports.DOWNLOADS.items()
    ),
    path("rounds/<slug:slug>/remind/", rounds.RoundRemindView.as_view(), name="round-remind"),
    *questionnaire_paths(),
    path("sectors/", sectors.SectorListView.as_view(), name="sector-list"),
    path("sectors/<slug:code>/", sectors.SectorDetailView.as_view(), name="sector-detail"),
    path("partnerships/", partnerships.PartnershipListView.as_view(), name="partnership-list"),
    path(
        "partnerships/<slug:slug>/", partnerships.PartnershipDetailView.as_view(), name="partnership-detail"
    ),
    path("partnerships/<slug:slug>/profile/", profile.ProfileView.as_view(), name="profile"),
    path("partnerships/<slug:slug>/profile.csv", profile.ProfileCsvView.as_view(), name="profile-csv"),
    path("partnerships/<slug:slug>/profile/guide/", profile.GuideView.as_view(), name="profile-guide"),
    path(
        "partnerships/<slug:slug>/profile/guide/word/",
        profile.GuideWordView.as_view(),
        name="profile-guide-word",
    ),
    path("organisations/", organisations.OrganisationListView.as_view(), name="organisation-list"),
    path(
        "organisations/<slug:slug>/",
        organisations.OrganisationDetailView.as_view(),
        name="organisation-detail",
    ),
    path("briefs/", briefs.BriefListView.as_view(), name="brief-list"),
    path("briefs/new/", briefs.BriefCreateView.as_view(), name="brief-create"),
    path("briefs/<slug:ref>/", briefs.BriefDetailView.as_view(), name="brief-detail"),
    path("briefs/<slug:ref>/arrange/", briefs.BriefArrangeView.as_view(), name="brief-arrange"),
    path("briefs/<slug:ref>/present/", briefs.BriefPresentView.as_view(), name="brief-present"),
    path("briefs/<slug:ref>/<int:number>/", briefs.BriefIssueView.as_view(), name="brief-issue"),
    path("briefs/<slug:ref>/<int:number>/word/", briefs.BriefWordView.as_view(), name="brief-word"),
    path("briefs/<slug:ref>/<int:number>/pdf/", briefs.BriefPdfView.as_view(), name="brief-pdf"),
    path("editions/", editions.EditionListView.as_view(), name="edition-list"),
    path("editions/new/", editions.EditionCreateView.as_view(), name="edition-create"),
    path("editions/compare/", editions.EditionCompareView.as_view(), name="edition-compare"),
    path("editions/<int:number>/", editions.EditionDetailView.as_view(), name="edition-detail"),
    path("editions/<int:number>.json", editions.EditionJsonView.as_view(), name="edition-json"),
    path("editions/<int:number>/<slug:code>/", editions.EditionItemView.as_view(), name="edition-item"),
    path("programmes/", programmes.ProgrammeListView.as_view(), name="programme-list"),
    path("programmes/<slug:slug>/", programmes.ProgrammeDetailView.as_view(), name="programme-detail"),
    path("references/", references.ReferenceListView.as_view(), name="reference-list"),
    path("references.ris", references.ReferenceListRisView.as_view(), name="reference-list-ris"),
    path("references/<slug:key>/", references.ReferenceDetailView.as_view(), name="reference-detail"),
    path("references/<slug:key>.ris", references.ReferenceRisView.as_view(), name="reference-ris"),
]
