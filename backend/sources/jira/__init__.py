"""Jira, Data Center and Cloud: issues with their whole history, what they are grouped by, and nothing anybody wrote."""
