"""Kinds of personal data: what for, from where, how long (GDPR Art. 15(1))."""

from typing import Final

from backend.governance.held.shape import Category

ACCOUNT: Final = Category(
    "account",
    "Account here",
    "So that you can sign in, and see what is yours to see.",
    "An administrator, your organisation's directory or identity provider, and you.",
    "As long as the account is there. Sessions end by the sign-in policy.",
)
DIRECTORY: Final = Category(
    "directory",
    "Entry in the organisation's directory",
    "So that accounts and teams follow who joins and who leaves.",
    "Your organisation's directory, by SCIM.",
    "Until the directory takes it away.",
)
WHO: Final = Category(
    "identities",
    "Identities in connected systems",
    "So that what one person did in several systems is counted as one person's.",
    "GitHub, Jira, the addresses in commits, and administrators.",
    "As long as the connection is there.",
)
CODE: Final = Category(
    "code",
    "Pull requests, reviews and commits",
    "So that the organisation sees how its software teams' work flows.",
    "GitHub.",
    "As the organisation's retention says. No source code is kept.",
)
BUILDS: Final = Category(
    "builds",
    "Test runs, deployments and releases",
    "So that the organisation sees how changes are tested and come into use.",
    "GitHub, and systems of your organisation that report here.",
    "As the organisation's retention says.",
)
ISSUES: Final = Category(
    "issues",
    "Issues",
    "So that the organisation sees how its software teams' work flows.",
    "Jira.",
    "As the organisation's retention says. No descriptions and no comments are kept.",
)
FIGURES: Final = Category(
    "figures",
    "Figures about single work items",
    "To add up the figures of teams. Of one person alone they are shown to that person, and in lists of single rows.",
    "Computed from what stands above.",
    "As long as what they are computed from.",
)
RECORD: Final = Category(
    "record",
    "What is on record",
    "So that it can be proved who did what, and who had access.",
    "Written by Plumbline when it happens.",
    "As the organisation's retention says.",
)
