"""A filter in SQL chooses whom the library chooses in memory."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scim2_models import InvalidFilterException, ScimFilter

from backend.api.scim.filters import MOST_TERMS, condition
from backend.api.scim.mapping import group_resource, user_resource
from backend.api.scim.resources import SERVICE, Group, User
from backend.people import directory
from backend.people.directory import EmailRecord, GroupRecord, UserRecord
from backend.people.models import DirectoryGroup, DirectoryUser

TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "B",
    "Ä",
    "ä",
    "İ",
    "ΑΣ",
    "ας",
    "ß",
    "ẞ",
    "%",
    "_",
    "\\",
    "'",
    '"',
    "Z",
]


@pytest.fixture
def everybody(db: None) -> None:
    """Users and groups with every text somewhere, and with nothing."""
    users = []
    for number, text in enumerate(TEXTS):
        told = UserRecord(
            user_name=f"u{text}{number}",
            external_id=TEXTS[-number - 1],
            display_name=text,
            given_name=TEXTS[(number * 5) % len(TEXTS)],
            active=(None, True, False)[number % 3],
            emails=tuple(
                EmailRecord(
                    value=TEXTS[(number + one) % len(TEXTS)],
                    type=("work", "", "home")[one % 3],
                    primary=(True, None, False)[one % 3],
                )
                for one in range(number % 4)
            ),
        )
        users.append(directory.create_user(told=told, person=None, told_by="a test"))
    groups = [
        directory.create_group(told=GroupRecord(display_name=text or "g"), told_by="a test")
        for text in TEXTS[:6]
    ]
    for number, group in enumerate(groups):
        chosen = [one.pk for one in users[:: number + 1]] if number else []
        below = [groups[number - 1].pk] if number > 1 else []
        directory.add_members(group=group, members=[*chosen, *below], told_by="a test")


def quoted(value: object) -> str:
    return ScimFilter.quote(value)


OF_TEXT = st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"])
VALUES = st.sampled_from([*TEXTS, "work", "home", "u"]).map(quoted)


def comparisons(*paths: str) -> st.SearchStrategy[str]:
    return st.builds("{} {} {}".format, st.sampled_from(paths), OF_TEXT, VALUES)


def truths(path: str) -> st.SearchStrategy[str]:
    return st.builds(
        "{} {} {}".format,
        st.just(path),
        st.sampled_from(["eq", "NE"]),
        st.sampled_from(["true", "False", "null"]),
    )


def present(*paths: str) -> st.SearchStrategy[str]:
    return st.sampled_from(paths).map("{} pr".format)


def nulls(*paths: str) -> st.SearchStrategy[str]:
    return st.builds(
        "{} {} null".format, st.sampled_from(paths), st.sampled_from(["eq", "ne", "gt"])
    ).filter(lambda text: text != "emails.primary gt null")


def joined(leaves: st.SearchStrategy[str], most: int = 6) -> st.SearchStrategy[str]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            inner.map("not ({})".format),
        ),
        max_leaves=most,
    )


def bracketed(path: str, leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return joined(leaves, 3).map(f"{path}[{{}}]".format)


TEXT = ("userName", "displayName", "externalId", "name.givenName", "NAME.FORMATTED", "id")
OF_USERS = joined(
    st.one_of(
        comparisons(*TEXT, "emails.value", "emails", "emails.type", "meta.resourceType"),
        comparisons("groups.display", "groups.value"),
        truths("active"),
        present(*TEXT, "name", "active", "emails", "emails.value", "emails.primary", "groups"),
        nulls("displayName", "emails.value", "emails.type", "emails.primary"),
        bracketed(
            "emails",
            st.one_of(
                comparisons("value", "type"),
                truths("primary"),
                present("value", "type", "primary"),
                nulls("type"),
            ),
        ),
        st.sampled_from(
            [
                'meta.created gt "2026-01-01T00:00:00Z"',
                'meta.lastModified lt "2026-01-01T00:00:00Z"',
                "meta pr",
            ]
        ),
    )
)
OF_GROUPS = joined(
    st.one_of(
        comparisons("displayName", "externalId", "members.display", "members.type"),
        present("displayName", "members", "members.display"),
        bracketed("members", comparisons("display", "type", "value")),
    )
)
RELAXED = settings(
    max_examples=100,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def chosen(model: type[Any], text: str) -> tuple[set[str], set[str]]:
    """By SQL, and by the library in memory."""
    with SERVICE:
        wanted = ScimFilter[model](text)  # type: ignore[valid-type]
        if model is User:
            rows = DirectoryUser.objects.prefetch_related("emails", "groups")
            served: list[Any] = [user_resource(one) for one in rows]
            found = DirectoryUser.objects.filter(condition(wanted))
        else:
            groups = DirectoryGroup.objects.prefetch_related("members", "groups")
            served = [group_resource(one, with_members=True) for one in groups]
            found = DirectoryGroup.objects.filter(condition(wanted))  # type: ignore[assignment]
        by_sql = [str(pk) for pk in found.values_list("pk", flat=True)]
        assert len(by_sql) == len(set(by_sql)), "nobody twice"
        return set(by_sql), {one.id for one in served if wanted.match(one)}


@pytest.mark.usefixtures("everybody")
@given(OF_USERS)
@example('emails[type eq "work"].value eq "a"')
@example('emails[type eq "work" and value co "a"]')
@example('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "U"')
@RELAXED
def test_of_users(text: str) -> None:
    by_sql, in_memory = chosen(User, text)
    assert by_sql == in_memory, text


@pytest.mark.usefixtures("everybody")
@given(OF_GROUPS)
@RELAXED
def test_of_groups(text: str) -> None:
    by_sql, in_memory = chosen(Group, text)
    assert by_sql == in_memory, text


@pytest.mark.parametrize(
    "text",
    [
        'password eq "x"',
        'role eq "owner"',
        'name eq "a"',
        'meta.version eq "1"',
        'groups.$ref co "x"',
        'emails.display eq "x"',
        "active gt true",
        'active eq "perhaps"',
        'meta.created gt "yesterday"',
        " and ".join(['userName eq "a"'] * (MOST_TERMS + 1)),
        'userName eq "\\u0000"',
        'emails[value co "\\ud800"]',
        "not (" * 40 + "active eq true" + ")" * 40,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_not_offered_is_refused(text: str) -> None:
    with SERVICE, pytest.raises(InvalidFilterException):
        condition(ScimFilter[User](text))
