"""What may enter by what others send: webhooks, reports, JUnit's XML, the directory, and answers of single sign-on."""

from typing import Final

from backend.inventory.entering.terms import Entering, Source

_EVENT: Final = "Whether it tells of anything that is fetched."

GITHUB_WEBHOOKS: Final = Source(
    key="github_webhooks",
    name="Webhooks of GitHub",
    says="Which object changed; it is then fetched. The rest of a body is dropped before anything reads it.",
    module="backend.sources.github.webhook",
    objects=(
        Entering(
            model="",
            of="*",
            stored="action>sources.hint.action",
            read={"ref ref_type state": _EVENT},
        ),
        Entering(model="", of="*", stored="sha>sources.hint.key"),
        Entering(
            model="",
            of="repository",
            stored="id>sources.hint.container_external_id",
            read={"default_branch": _EVENT},
        ),
        Entering(model="", of="pull_request", stored="number>sources.hint.key"),
        Entering(model="", of="check_run", stored="head_sha>sources.hint.key"),
        Entering(model="", of="check_suite", stored="head_sha>sources.hint.key"),
        Entering(model="", of="workflow_run", stored="id>sources.hint.key"),
        Entering(model="", of="workflow_job", stored="run_id>sources.hint.key"),
    ),
)
JIRA_WEBHOOKS: Final = Source(
    key="jira_webhooks",
    name="Webhooks of Jira",
    says="Which object changed; it is then fetched. The rest of a body is dropped before anything reads it.",
    module="backend.sources.jira.webhook",
    objects=(
        Entering(model="", of="*", stored="webhookEvent>sources.hint.event"),
        Entering(model="", of="issue", stored="id>sources.hint.key"),
        Entering(
            model="",
            of="issueLink",
            stored="sourceIssueId>sources.hint.key destinationIssueId>sources.hint.key",
        ),
        Entering(model="", of="version", stored="projectId>sources.hint.container_external_id"),
    ),
)
JUNIT: Final = Source(
    key="junit",
    name="Reports of tests, JUnit's XML",
    says="Attributes of suites and cases, and which elements say that a case did not pass. No text, no output.",
    module="backend.sources.junit.report",
    objects=(
        Entering(
            model="",
            of="testsuite testsuites",
            into="delivery.automatedtest",
            stored="name>suite file filepath>file",
            read={"tests failures errors skipped disabled": "Compared with what was counted."},
        ),
        Entering(
            model="",
            of="testcase",
            into="delivery.automatedtest",
            stored="name classname>suite file filepath>file time>delivery.notableresult.milliseconds "
            "time>delivery.dailyresults.milliseconds",
            read={"status result": "Whether it ran."},
        ),
        Entering(
            model="",
            of="failure error flakyFailure flakyError rerunFailure rerunError skipped disabled",
            read={},
        ),
    ),
)
DEPLOYMENTS: Final = Source(
    key="reports",
    name="Reports of deployments and incidents",
    says="What the organisation's own systems send to /api/v1/deployments and /api/v1/incidents.",
    module="backend.api.reports",
    objects=(
        Entering(
            model="Report",
            stored="id>delivery.reporteddeployment.external_id id>delivery.incident.external_id "
            "service>delivery.reporteddeployment.service service>delivery.incident.service",
            read={"repository": "Must be the token's."},
        ),
        Entering(
            model="DeploymentReport",
            into="delivery.reporteddeployment",
            stored="environment sha outcome started_at finished_at",
        ),
        Entering(
            model="IncidentReport",
            into="delivery.incident",
            stored="environment caused_by started_at resolved_at",
        ),
    ),
)
RESULTS: Final = Source(
    key="test_results",
    name="Uploads of test results",
    says="What is said of a report of tests, in the address.",
    module="backend.api.test_results",
    objects=(
        Entering(
            model="ResultsOf",
            into="delivery.resultupload",
            stored="sha branch run>run_external_id attempt job at>started_at",
            read={"repository": "Must be the token's.", "accept": "How the report is to be read."},
        ),
    ),
)
DIRECTORY: Final = Source(
    key="directory",
    name="The organisation's directory, by SCIM 2.0",
    says="Users and groups. What a directory sends besides, roles and passwords among it, is dropped.",
    module="backend.api.scim.resources",
    objects=(
        Entering(
            model="Name",
            into="people.directoryuser",
            stored="formatted>formatted_name family_name given_name",
        ),
        Entering(model="Email", into="people.directoryemail", stored="value type primary"),
        Entering(model="MemberOf", read={"value ref display type": "Only told, never taken."}),
        Entering(
            model="User",
            into="people.directoryuser",
            stored="id external_id user_name display_name active",
            read={"groups": "Only told, never taken.", "schemas meta": "The standard's frame."},
            holds="name emails",
        ),
        Entering(
            model="Member",
            stored="value>people.directorygroup_members.directoryuser_id value>people.directorygroup.within_id",
            read={"ref type display": "Whether it is a user or a group."},
        ),
        Entering(
            model="Group",
            into="people.directorygroup",
            stored="id external_id display_name",
            read={"schemas meta": "The standard's frame."},
            holds="members",
        ),
    ),
)
SIGN_ON: Final = Source(
    key="sign_on",
    name="Single sign-on, by OpenID Connect, SAML 2.0 or OAuth",
    says="A provider's answer is reduced to these before anything is looked up. No token of it is stored.",
    module="backend.accounts.sso.rules",
    objects=(
        Entering(
            model="Identity",
            stored="subject>socialaccount.socialaccount.uid email>socialaccount.socialaccount.extra_data "
            "name>accounts.user.name email>accounts.user.email",
            read={
                "email_verified": "Whether the address may count.",
                "contexts": "Whether a second factor was used at the provider.",
            },
        ),
    ),
)
GIT: Final = Source(
    key="git",
    name="Clones, in memory",
    says="What git prints of each commit. Lines and blobs are read by git alone, and dropped with the clone.",
    module="backend.sources.git.numstat",
    objects=(
        Entering(
            model="",
            of="commit",
            into="delivery.commit",
            stored="sha parents author-address>people.identity.login authored_at committed_at",
            read={
                "message": "Reduced to the shas that it reverts or copies (delivery.commit.reverts, picked_from)."
            },
        ),
        Entering(
            model="", of="file", into="delivery.commitfile", stored="path additions deletions"
        ),
        Entering(
            model="",
            of=".gitattributes",
            into="delivery.attributepattern",
            stored="pattern attribute value folder",
            read={"comments and other attributes": "Dropped in memory."},
        ),
        Entering(
            model="",
            of="CODEOWNERS",
            into="delivery.ownerpattern",
            stored="pattern owners",
            read={"comments": "Dropped in memory."},
        ),
    ),
)
REPORTS: Final = (
    *(GIT, GITHUB_WEBHOOKS, JIRA_WEBHOOKS, JUNIT, RESULTS, DEPLOYMENTS, DIRECTORY, SIGN_ON),
)
