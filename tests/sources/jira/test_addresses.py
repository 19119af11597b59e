"""Where a Jira is asked, and where people open it."""

import pytest

from backend.sources.jira.addresses import site


@pytest.mark.parametrize(
    ("asked", "told", "expected"),
    [
        ("https://api.atlassian.com/ex/jira/1f0c", "https://forge.atlassian.net", "https://forge.atlassian.net"),
        ("https://api.atlassian.com/ex/jira/1f0c", "https://forge.atlassian.net/", "https://forge.atlassian.net"),
        ("https://forge.atlassian.net", "https://other.atlassian.net", ""),
        ("https://jira.example/jira", "http://10.1.0.7:8080", ""),
        ("https://api.atlassian.com/ex/jira/1f0c", "javascript:alert(1)", ""),
        ("https://api.atlassian.com/ex/jira/1f0c", "https://me:secret@forge.atlassian.net", "https://forge.atlassian.net"),
        ("https://api.atlassian.com/ex/jira/1f0c", "https://[", ""),
        ("https://api.atlassian.com/ex/jira/1f0c", "", ""),
    ],
)  # fmt: skip
def test_people_open_it_at_its_site_where_it_is_asked_through_the_gateway(
    asked: str, told: str, expected: str
) -> None:
    assert site(asked, told) == expected
