"""How many queries each page and API list takes, reviewed by people. At most 12 for a page, 6 for the API.

The columns are ``KINDS``; a dash stands where somebody cannot open the page. The session, the person and
their roles are three of each number, except a visitor's. When a number changes, the failing test prints the
lines as they should stand here: change them if the new number is right.
"""

KINDS = ("visitor", "reporter", "funder", "evaluator", "lead")

COUNTS = """
evidence:home                                             7  10  10  10  10
evidence:theme-detail theme                               4   7   7   7   7
evidence:lesson-list                                      2   5   5   5   5
evidence:lesson-detail lesson-number                      8  11  11  11  11
evidence:driver-list                                      2   5   5   5   5
evidence:driver-detail driver                             8  11  11  11  11
evidence:barrier-list                                     2   5   5   5   5
evidence:barrier-detail barrier                           8  11  11  11  11
evidence:benefit-list                                     2   5   5   5   5
evidence:benefit-detail benefit                           8  11  11  11  11
evidence:approach-list                                    2   5   5   5   5
evidence:approach-detail approach                         8  11  11  11  11
evidence:outcome-list                                     2   5   5   5   5
evidence:outcome-detail outcome                           8  11  11  11  11
evidence:question-list                                    2   5   5   5   5
evidence:question-detail research-question                8  11  11  11  11
evidence:assessment-list                                  1   4   6   6   6
evidence:assessment-profile                               1   4   6   6   6
evidence:lesson-confidence lesson-number                  2   5   8  10  10
evidence:benefit-confidence benefit                       2   5   5   5   5
evidence:driver-confidence driver                         2   5   5   5   5
evidence:barrier-confidence barrier                       2   5   5   5   5
evidence:approach-confidence approach                     2   5   5   5   5
evidence:outcome-confidence outcome                       2   5   5   5   5
evidence:question-confidence research-question            2   5   5   5   5
evidence:lesson-assess lesson-number                      -   -   -   -  11
evidence:benefit-assess benefit                           -   -   -   -  10
evidence:driver-assess driver                             -   -   -   -  10
evidence:barrier-assess barrier                           -   -   -   -  10
evidence:approach-assess approach                         -   -   -   -  10
evidence:outcome-assess outcome                           -   -   -   -  10
evidence:question-assess research-question                -   -   -   -  10
evidence:sector-list                                      1   4   4   4   4
evidence:sector-detail sector                             7  10  10  10  10
evidence:partnership-list                                 3   6   6   6   6
evidence:partnership-detail partnership                   9  12  12  12  12
evidence:organisation-list                                3   6   6   6   6
evidence:organisation-detail organisation                 6   9   9   9   9
evidence:programme-list                                   1   4   4   4   4
evidence:programme-detail programme                       5   8   8   8   8
evidence:reference-list                                   1   4   4   4   4
evidence:reference-list-ris                               1   1   1   1   1
evidence:reference-detail reference                       6   9   9   9   9
evidence:reference-ris reference                          1   1   1   1   1
evidence:case-study-list                                  5   8   8   8   8
evidence:case-study-detail public-study                   7  10  11  11  11
evidence:case-study-detail draft-study                    -   -   -  10  10
evidence:source-detail noted-source                       -   -   -   9   9
evidence:source-detail source-of-for-public               -   -  10  10  10
evidence:source-detail source-of-for-team                 -   -   -  10  10
evidence:source-detail source-of-draft                    -   -   -  10  10
evidence:finding-list                                     5   8   8   8   8
evidence:finding-csv                                      6  11  11  11  11
evidence:finding-detail draft                             -   -   -   9   9
evidence:finding-detail submitted                         -   -   -   9  11
evidence:finding-detail returned                          -   -   -   9   9
evidence:finding-detail withdrawn                         -   -   -   9   9
evidence:finding-detail for-team                          -   -   -   9  11
evidence:finding-detail for-funder                        -   -   7   9  11
evidence:finding-detail for-partnerships                  -   7   7   9   9
evidence:finding-detail for-public                        4   7   7   9   9
evidence:finding-history draft                            -   -   -  10  10
evidence:finding-history submitted                        -   -   -  10  10
evidence:finding-history returned                         -   -   -  10  10
evidence:finding-history withdrawn                        -   -   -  10  10
evidence:finding-history for-team                         -   -   -  10  10
evidence:finding-history for-funder                       -   -   9  10  10
evidence:finding-history for-partnerships                 -   9   9  10  10
evidence:finding-history for-public                       6   9   9  10  10
evidence:case-study-history public-study                  4   7   7   7   7
evidence:case-study-history draft-study                   -   -   -   7   7
evidence:lesson-history lesson-number                     2   5   5   5   5
evidence:driver-history driver                            2   5   5   5   5
evidence:barrier-history barrier                          2   5   5   5   5
evidence:benefit-history benefit                          2   5   5   5   5
evidence:approach-history approach                        2   5   5   5   5
evidence:outcome-history outcome                          2   5   5   5   5
evidence:question-history research-question               2   5   5   5   5
evidence:finding-create                                   -   -   -   6   6
evidence:finding-edit draft                               -   -   -  11  11
evidence:finding-edit returned                            -   -   -  12  12
evidence:finding-edit submitted                           -   -   -   -  11
evidence:finding-edit for-public                          -   -   -   -  11
evidence:finding-copy draft                               -   -   -  11  11
evidence:finding-copy for-public                          -   -   -  11  11
evidence:finding-submit draft                             -   -   -  11  11
evidence:finding-return submitted                         -   -   -   -   9
evidence:finding-publish submitted                        -   -   -   -  12
evidence:finding-publish for-public                       -   -   -   -  12
evidence:finding-publish-with-changes submitted           -   -   -   -  12
evidence:finding-bulk                                     -   -   -   -   4
evidence:finding-withdraw for-public                      -   -   -   9   9
evidence:finding-delete draft                             -   -   -   9   9
evidence:finding-comment submitted                        -   -   -  10  10
evidence:finding-comment for-public                       -   -   -  10  10
evidence:finding-appraise draft                           -   -   -   7   7
evidence:finding-appraise submitted                       -   -   -   7   7
evidence:finding-appraise for-public                      -   -   -   7   7
evidence:inbox                                            -   6   -  11  10
evidence:finding-ask submitted                            -   -   -   -  12
evidence:reply-detail asked                               -   6   -   5   5
evidence:reply-respond asked                              -   -   -   -   4
evidence:reply-extend asked                               -   -   -   -   4
evidence:reply-cancel asked                               -   -   -   -   4
evidence:case-study-create                                -   -   -   6   6
evidence:case-study-edit draft-study                      -   -   -   7   7
evidence:case-study-edit public-study                     -   -   -   7   7
evidence:case-study-publish draft-study                   -   -   -   -   7
evidence:source-create draft-study                        -   -   -   5   5
evidence:source-edit noted-source                         -   -   -   5   5
evidence:source-edit source-of-for-public                 -   -   -   5   5
evidence:source-log-several noted-source                  -   -   -   7   7
evidence:source-log-several source-of-draft               -   -   -   7   7
evidence:source-appraise noted-source                     -   -   -   5   5
evidence:source-appraise source-of-for-public             -   -   -   6   6
evidence:source-withdraw-consent noted-source             -   -   -   5   5
evidence:file file-of-draft                               -   -   -   7   7
evidence:file file-of-submitted                           -   -   -   7   7
evidence:file file-of-returned                            -   -   -   7   7
evidence:file file-of-withdrawn                           -   -   -   7   7
evidence:file file-of-for-team                            -   -   -   7   7
evidence:file file-of-for-funder                          -   -   7   7   7
evidence:file file-of-for-partnerships                    -   7   7   7   7
evidence:file file-of-for-public                          1   5   5   5   5
evidence:file transcript-of-for-public                    -   -   -   7   7
evidence:file transcript-of-for-team                      -   -   -   7   7
evidence:file transcript-of-draft                         -   -   -   7   7
evidence:finding-files draft                              -   -   -   5   5
evidence:finding-files for-public                         -   -   -   -   5
evidence:source-files noted-source                        -   -   -   5   5
evidence:source-files source-of-for-public                -   -   -   5   5
evidence:case-study-files draft-study                     -   -   -   5   5
evidence:case-study-files public-study                    -   -   -   5   5
evidence:file-release file-of-submitted                   -   -   -   -   5
evidence:file-release file-of-for-public                  -   -   -   -   5
evidence:file-release transcript-of-for-public            -   -   -   -   5
evidence:file-erase file-of-draft                         -   -   -   4   4
evidence:file-erase file-of-for-public                    -   -   -   -   4
evidence:typed-form-discard typed-form                    -   -   -   4   -
evidence:typed-form-token                                 -   3   -   3   3
evidence:finding-lookalikes draft                         -   -   -   6   6
evidence:finding-lookalikes for-public                    -   -   -   6   6
evidence:report-list                                      -   5   5   5   5
evidence:report-detail open-report                        -  11   -  10  10
evidence:report-detail submitted-report                   -   8   -  10  10
evidence:report-detail shared-report                      -   8   9  10  10
evidence:report-detail kept-report                        -   -   -  10  10
evidence:report-word open-report                          -   8   -   -   -
evidence:report-word shared-report                        -   8   8   9   9
evidence:report-word kept-report                          -   -   -   9   9
evidence:report-section section-of-open-report            -  11   -   -   -
evidence:report-notes question-of-open-report             -   7   -   -   -
evidence:report-submit open-report                        -  11   -   -   -
evidence:report-return submitted-report                   -   -   -   8   8
evidence:report-return shared-report                      -   -   -   8   8
evidence:report-accept submitted-report                   -   -   -   8   8
evidence:round-list                                       -   -   -   5   5
evidence:round-detail open-round                          -   -   -   7   7
evidence:round-detail planned-round                       -   -   -   6   6
evidence:round-create                                     -   -   -   -   6
evidence:round-edit planned-round                         -   -   -   -   8
evidence:round-open planned-round                         -   -   -   -  10
evidence:round-close open-round                           -   -   -   -   5
evidence:round-close closed-round                         -   -   -   -   5
evidence:questionnaire-list                               -   -   -   6   6
evidence:questionnaire-detail questionnaire               -   -   -   8   8
evidence:questionnaire-detail draft-questionnaire         -   -   -   8   8
evidence:questionnaire-preview questionnaire              -   -   -   8   8
evidence:questionnaire-create                             -   -   -   -   3
evidence:questionnaire-edit questionnaire                 -   -   -   -   4
evidence:questionnaire-section-create draft-questionnaire   -   -   -   -   4
evidence:section-edit draft-section                       -   -   -   -   4
evidence:report-question-create draft-section             -   -   -   -   5
evidence:report-question-edit draft-question              -   -   -   -   6
evidence:section-remove draft-section                     -   -   -   -   5
evidence:report-question-remove draft-question            -   -   -   -   4
login                                                     0   -   -   -   -
partnerships:account                                      -   6   5   5   5
password-change                                           -   3   3   3   3
password-reset                                            0   3   3   3   3
password-reset-sent                                       0   3   3   3   3
password-reset-complete                                   0   3   3   3   3
password-reset-confirm no-such-link                       1   4   4   4   4
partnerships:audit                                        -   -   -   -   8
partnerships:audit-csv                                    -   -   -   -   9
accessibility                                             0   3   3   3   3
components                                                0   3   3   3   3
healthz                                                   1   1   1   1   1
robots                                                    0   0   0   0   0
api-themes-list                                           1   3   3   3   3
api-lessons-list                                          3   6   6   6   6
api-drivers-list                                          3   6   6   6   6
api-barriers-list                                         3   6   6   6   6
api-benefits-list                                         3   6   6   6   6
api-approaches-list                                       3   6   6   6   6
api-outcomes-list                                         3   6   6   6   6
api-research-questions-list                               3   6   6   6   6
api-items-list                                            3   6   6   6   6
api-references-list                                       2   4   4   4   4
api-programmes-list                                       2   4   4   4   4
api-sectors-list                                          1   3   3   3   3
api-areas-list                                            1   3   3   3   3
api-organisations-list                                    2   4   4   4   4
api-partnerships-list                                     2   4   4   4   4
api-themes-detail theme                                   1   3   3   3   3
api-lessons-detail lesson                                 2   5   5   5   5
api-drivers-detail driver                                 2   5   5   5   5
api-barriers-detail barrier                               2   5   5   5   5
api-benefits-detail benefit                               2   5   5   5   5
api-approaches-detail approach                            2   5   5   5   5
api-outcomes-detail outcome                               2   5   5   5   5
api-research-questions-detail research-question           2   5   5   5   5
api-items-detail driver                                   2   5   5   5   5
api-references-detail reference                           1   3   3   3   3
api-programmes-detail programme                           1   3   3   3   3
api-sectors-detail sector                                 1   3   3   3   3
api-areas-detail area                                     1   3   3   3   3
api-organisations-detail organisation                     1   3   3   3   3
api-partnerships-detail partnership                       1   3   3   3   3
api-root                                                  0   2   2   2   2
api-schema                                                0   2   2   2   2
api-docs                                                  0   3   3   3   3
api-try                                                   0   2   2   2   2
api-findings-list                                         2   5   5   5   5
api-findings-detail draft                                 -   -   -   4   4
api-findings-detail submitted                             -   -   -   4   4
api-findings-detail returned                              -   -   -   4   4
api-findings-detail withdrawn                             -   -   -   4   4
api-findings-detail for-team                              -   -   -   4   4
api-findings-detail for-funder                            -   -   4   4   4
api-findings-detail for-partnerships                      -   4   4   4   4
api-findings-detail for-public                            1   4   4   4   4
api-case-studies-list                                     2   5   5   5   5
api-case-studies-detail public-study                      1   4   4   4   4
api-case-studies-detail draft-study                       -   -   -   4   4
api-sources-list                                          0   3   5   5   5
api-sources-detail source-of-for-public                   -   -   4   4   4
api-sources-detail source-of-for-team                     -   -   -   4   4
api-sources-detail source-of-draft                        -   -   -   4   4
api-assessments-list                                      1   4   4   4   4
api-assessments-detail lesson                             -   -   4   4   4
evidence:lesson-negative-search lesson-number             -   -   -   4   4
evidence:benefit-negative-search benefit                  -   -   -   4   4
evidence:driver-negative-search driver                    -   -   -   4   4
evidence:barrier-negative-search barrier                  -   -   -   4   4
evidence:approach-negative-search approach                -   -   -   4   4
evidence:outcome-negative-search outcome                  -   -   -   4   4
evidence:negative-search-remove negative-search           -   -   -   4   4
api-rounds-list                                           0   5   5   5   5
api-rounds-detail open-round                              -   4   -   4   4
api-rounds-detail planned-round                           -   -   -   4   4
api-self-reports-list                                     0   6   6   6   6
api-self-reports-detail open-report                       -   5   -   5   5
api-self-reports-detail shared-report                     -   5   5   5   5
api-self-reports-detail kept-report                       -   -   -   5   5
"""
