"""Who is who, and in which team."""

from typing import Final

from backend.inventory import retention
from backend.inventory.terms import (
    APPEND_AND_UPDATE,
    READ,
    REMOVE,
    WRITE,
    Area,
    Table,
)

PEOPLE: Final = Area(
    key="people",
    name="People and teams",
    says="Persons, the accounts they are known by outside, teams and memberships.",
    people="People who work on the software, and whoever the organisation's directory tells of.",
    tables=(
        Table(
            label="people.person",
            purpose="One human being, whatever names outside systems know them by.",
            keep=retention.PEOPLE,
            grants={"web": WRITE, "worker": WRITE},
            about="pk",
            personal="id name",
        ),
        Table(
            label="people.identity",
            purpose=(
                "An account of an outside system, or an address in git: who did what is counted "
                "by it."
            ),
            keep=retention.PEOPLE,
            grants={"web": WRITE, "worker": WRITE},
            about="person",
            identifier="connection_id",
            personal="id kind external_id account_id login name is_bot is_bot_by_hand person_id buried_as",
            notes={
                "login": "For git the e-mail address.",
                "buried_as": "Of an erased one: the keyed digest that it is recognised by.",
            },
        ),
        Table(
            label="people.address",
            purpose=(
                "An e-mail address that a source says is an account's, to tell which accounts are"
                " one person's."
            ),
            keep=retention.PEOPLE,
            grants={"web": READ, "worker": WRITE},
            about="identity__person",
            personal="id identity_id email",
            notes={
                "email": "Shown nowhere but where an administrator matches people.",
            },
        ),
        Table(
            label="people.offer",
            purpose="Two accounts that may be one person's, for yes or no.",
            keep=retention.PEOPLE,
            grants={"web": WRITE, "worker": WRITE},
            about="first__person second__person",
            identifier="id",
            personal="first_id second_id evidence",
            operational="strength answer answered_at",
            notes={
                "evidence": (
                    "What speaks for it: kinds, and the name, login or address that both share."
                ),
            },
        ),
        Table(
            label="people.merge",
            purpose="Who came to be one person, by whom and why, so that it can be undone.",
            keep=retention.PEOPLE,
            grants={"web": APPEND_AND_UPDATE, "worker": WRITE},
            about="person_key",
            identifier="id",
            personal="person_key acting_user evidence moved undone_by",
            operational="reason merged_at undone_at",
            notes={
                "evidence": "As an offer's.",
                "moved": (
                    "Keys of the rows that were moved, and the name of the person that was merged"
                    " away."
                ),
            },
        ),
        Table(
            label="people.matchrun",
            purpose="How far matching has come.",
            keep=retention.PROGRESS,
            grants={"web": READ, "worker": WRITE},
            identifier="id last_identity last_address",
            operational="ran_at",
        ),
        Table(
            label="people.team",
            purpose="A team of the published tree.",
            keep=retention.PEOPLE,
            grants={"web": WRITE, "worker": WRITE},
            identifier="id slug parent_id connection_id external_id",
            operational=(
                "working_hours holidays_country holidays_subdivision days_off name source "
                "ended_on time_zone"
            ),
            notes={
                "days_off": "Days.",
            },
        ),
        Table(
            label="people.membership",
            purpose="A person in a team, from one day to another.",
            keep=retention.PEOPLE,
            grants={"web": WRITE, "worker": WRITE},
            about="person",
            identifier="id team_id",
            personal="person_id starts_on ends_on",
        ),
        Table(
            label="people.organisation",
            purpose="What holds for the whole organisation: its name, calendar, group size, bots.",
            keep=retention.SETTINGS,
            grants={"web": WRITE, "worker": READ},
            identifier="id",
            secret="pseudonym_key",
            operational=(
                "holidays_country holidays_subdivision days_off name time_zone working_hours "
                "minimum_group_size bot_logins pseudonyms"
            ),
            notes={
                "days_off": "Days.",
                "bot_logins": "Patterns of logins that are machines.",
                "pseudonym_key": "What pseudonyms are made with.",
            },
        ),
        Table(
            label="people.directoryuser",
            purpose="A user as the organisation's directory tells it by SCIM.",
            keep=retention.DIRECTORY,
            grants={"web": WRITE, "worker": ("SELECT", "UPDATE (person_id)")},
            about="person",
            personal=(
                "id external_id display_name user_name formatted_name family_name given_name "
                "active person_id"
            ),
            operational="version created_at changed_at",
        ),
        Table(
            label="people.directoryemail",
            purpose="An address of a user of the directory.",
            keep=retention.DIRECTORY,
            grants={"web": WRITE, "worker": READ},
            about="user__person",
            personal="id user_id value type primary",
        ),
        Table(
            label="people.directorygroup",
            purpose="A group of the directory, which is a team here.",
            keep=retention.DIRECTORY,
            grants={"web": WRITE, "worker": REMOVE},
            identifier="id external_id team_id within_id",
            operational="display_name version created_at changed_at",
        ),
        Table(
            label="people.directorygroup_members",
            purpose="Who is in a group of the directory.",
            keep=retention.DIRECTORY,
            grants={"web": WRITE, "worker": REMOVE},
            about="directoryuser__person",
            identifier="id directorygroup_id",
            personal="directoryuser_id",
        ),
    ),
)
