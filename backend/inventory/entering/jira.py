"""What may enter of Jira, Data Center and Cloud."""

from typing import Final

from backend.inventory.entering.terms import Entering, Source

_PAGING: Final = "Where the list goes on."
_CHECK: Final = "Shown when the connection is checked, and what it is told apart by."

JIRA: Final = Source(
    key="jira",
    name="Jira",
    says="Projects, issues with their histories, sprints, boards and versions.",
    module="backend.sources.jira.payloads",
    objects=(
        Entering(
            model="Account",
            into="people.identity",
            stored="key>account_id name>login account_id account_type>kind display_name>name "
            "email_address>people.address.email",
        ),
        Entering(model="Myself", read={"time_zone": "To ask for changes by time."}),
        Entering(
            model="ServerInfo",
            stored="base_url>connections.jirasettings.site_url version>connections.connection.server_version",
            read={"deployment_type": _CHECK, "server_time": "How far its clock is off."},
        ),
        Entering(model="FieldSchema", stored="custom>connections.jirasettings.fields_found"),
        Entering(
            model="KnownField",
            stored="id>connections.jirasettings.fields_found name>connections.jirasettings.fields_found",
            read={"custom": "Only custom fields are looked through."},
            holds="schema",
        ),
        Entering(model="Category", stored="key>delivery.issuestatus.category"),
        Entering(
            model="Status",
            into="delivery.issuestatus",
            stored="id>external_id name status_category>category",
        ),
        Entering(
            model="IssueType",
            into="delivery.issuetype",
            stored="id>external_id name subtask>is_subtask",
        ),
        Entering(model="Project", into="delivery.project", stored="id>external_id key name"),
        Entering(model="StatusesOfType", holds="statuses"),
        Entering(
            model="Version",
            into="delivery.projectversion",
            stored="id>external_id name released>is_released release_date>released_on",
        ),
        Entering(model="Location", stored="project_id>delivery.board.project_id"),
        Entering(
            model="Board",
            into="delivery.board",
            stored="id>external_id name type>kind location>project_id",
        ),
        Entering(
            model="Sprint",
            into="delivery.sprint",
            stored="id>external_id name state start_date>starts_at activated_date>starts_at end_date>ends_at "
            "complete_date>completed_at origin_board_id>board_id",
        ),
        Entering(model="Values", read={"is_last total": _PAGING}, holds="values"),
        Entering(
            model="Named",
            stored="name>delivery.issue.priority name>delivery.issue.resolution name>delivery.issue.components",
        ),
        Entering(
            model="Numbered",
            stored="id>delivery.issue.fix_versions id>delivery.issue.affects_versions",
        ),
        Entering(
            model="Above",
            stored="id>delivery.issue.parent_external_id id>delivery.issuelink.other_external_id",
            read={"key": "Shows where an issue stands that is not read."},
        ),
        Entering(
            model="LinkType",
            stored="inward>delivery.issuelink.name outward>delivery.issuelink.name",
        ),
        Entering(
            model="Link",
            into="delivery.issuelink",
            stored="id>external_id inward_issue>other_external_id outward_issue>other_external_id",
            holds="type",
        ),
        Entering(
            model="IssueFields",
            into="delivery.issue",
            stored="project>project_id issuetype>issue_type_id status>status_id created>created_at updated>updated_at "
            "resolutiondate>resolved_at summary parent>parent_external_id assignee>assignee_id reporter>reporter_id "
            "priority resolution labels components fix_versions versions>affects_versions custom>estimate "
            "custom>team_name custom>sprints custom>parent_external_id",
            holds="issuelinks",
        ),
        Entering(model="Issue", into="delivery.issue", stored="id>external_id key", holds="fields"),
        Entering(model="Found", read={"id key": "Whether the issue is still there."}),
        Entering(model="Search", read={"start_at max_results total": _PAGING}, holds="issues"),
        Entering(model="SearchJql", read={"is_last next_page_token": _PAGING}, holds="issues"),
        Entering(model="Count", stored="count>sources.cursor.expected"),
        Entering(model="Changelog", read={"total": _PAGING}, holds="histories"),
        Entering(model="ChangelogPage"),
        Entering(
            model="IssueChanges",
            read={"issue_id": "Which issue's history it is."},
            holds="change_histories",
        ),
        Entering(
            model="BulkChangelog", read={"next_page_token": _PAGING}, holds="issue_change_logs"
        ),
        Entering(
            model="Item",
            into="delivery.issuetransition",
            stored="field>kind field_id>kind from>before to>after from_string>before to_string>after "
            "from_string>delivery.issuekey.key",
            read={"fieldtype": "Whether it is a field of the server's own."},
        ),
        Entering(
            model="Entry",
            into="delivery.issuetransition",
            stored="id>external_id author>actor_id created>occurred_at places>external_id",
            holds="items",
        ),
        Entering(
            model="Permission",
            read={"have_permission": "What the account may do, for the permission report."},
        ),
        Entering(model="Permissions", holds="permissions"),
        Entering(
            model="Refusal",
            read={
                "error_messages errors message": "Which refusal it is. Told in our own words, never kept."
            },
        ),
    ),
)
