"""Names of a person in rows that are about something else, and at the end in their own."""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from django.db import connection as database

from backend.governance.erasing.person_known import Known, primary
from backend.governance.erasing.steps import Step, statement
from backend.people.models import Identity
from backend.people.texts import GONE
from backend.tombstones.graves import digest

_REFERENCES: Final = (
    ("delivery_pullrequest", "head_ref"),
    ("delivery_pullrequest", "base_ref"),
    ("delivery_checksuite", "branch"),
    ("delivery_workflowrun", "head_branch"),
    ("delivery_deployment", "ref"),
    ("delivery_resultupload", "branch"),
    ("metrics_runfact", "branch"),
)
"""Names of branches, in rows that know their repository. A default branch is nobody's."""
_IN_REFERENCE: Final = """
    UPDATE {table} SET {column} = regexp_replace({column}, %(pattern)s, %(instead)s, 'gi') WHERE id IN (
        SELECT one.id FROM {table} one JOIN delivery_repository repository ON repository.id = one.repository_id
        WHERE repository.connection_id = %(connection)s AND one.{column} ~* %(pattern)s
            AND one.{column} <> repository.default_branch
        LIMIT %(limit)s)
"""
_IN_EVENT: Final = """
    UPDATE delivery_pullrequestevent SET
        before = regexp_replace(before, %(pattern)s, %(instead)s, 'gi'),
        after = regexp_replace(after, %(pattern)s, %(instead)s, 'gi')
    WHERE id IN (
        SELECT one.id FROM delivery_pullrequestevent one
        JOIN delivery_pullrequest pull ON pull.id = one.pull_request_id
        JOIN delivery_repository repository ON repository.id = pull.repository_id
        WHERE repository.connection_id = %(connection)s
            AND (one.before ~* %(pattern)s OR one.after ~* %(pattern)s)
        LIMIT %(limit)s)
"""
_IN_TITLE: Final = """
    UPDATE delivery_pullrequest SET title = regexp_replace(title, %(pattern)s, %(instead)s, 'gi') WHERE id IN (
        SELECT one.id FROM delivery_pullrequest one
        JOIN delivery_repository repository ON repository.id = one.repository_id
        WHERE repository.connection_id = %(connection)s AND one.title ~* %(pattern)s
        LIMIT %(limit)s)
"""
_IN_SUMMARY: Final = """
    UPDATE delivery_issue SET summary = regexp_replace(summary, %(pattern)s, %(instead)s, 'gi') WHERE id IN (
        SELECT id FROM delivery_issue WHERE connection_id = %(connection)s AND summary ~* %(pattern)s
        LIMIT %(limit)s)
"""
_OWNERS: Final = """
    UPDATE delivery_ownerpattern SET owners = ARRAY(
        SELECT CASE WHEN lower(owner) = ANY(%(mentions)s) THEN %(instead)s ELSE owner END
        FROM unnest(owners) WITH ORDINALITY AS told (owner, place) ORDER BY place)
    WHERE id IN (
        SELECT one.id FROM delivery_ownerpattern one
        JOIN delivery_repository repository ON repository.id = one.repository_id
        WHERE repository.connection_id = %(connection)s
            AND EXISTS (SELECT FROM unnest(one.owners) AS owner WHERE lower(owner) = ANY(%(mentions)s))
        LIMIT %(limit)s)
"""
_HISTORIES: Final = """
    WITH known AS (SELECT * FROM unnest(%(ids)s::text[], %(instead)s::text[]) AS known (told, instead))
    UPDATE delivery_issuetransition SET
        before = COALESCE((SELECT instead FROM known WHERE told = before), before),
        after = COALESCE((SELECT instead FROM known WHERE told = after), after)
    WHERE id IN (
        SELECT one.id FROM delivery_issuetransition one JOIN delivery_issue issue ON issue.id = one.issue_id
        WHERE issue.connection_id = %(connection)s AND one.kind = 'assignee'
            AND (one.before = ANY(%(ids)s) OR one.after = ANY(%(ids)s))
        LIMIT %(limit)s)
"""
_WIPE: Final = """
    UPDATE people_identity SET kind = 'erased', login = 'erased-' || people_identity.id, name = '', external_id = NULL,
        account_id = CASE account_id WHEN '' THEN '' ELSE '(erased-' || people_identity.id || ')' END,
        buried_as = known.buried_as
    FROM unnest(%(ids)s::bigint[], %(digests)s::bytea[]) AS known (id, buried_as)
    WHERE known.id = people_identity.id
"""


def named_steps(known: Known, *, removes: bool) -> Iterator[Step]:
    for source in sorted({one.connection_id for one in known.named}):
        yield from _in_texts(source, known.logins[source], known.addresses)
        if logins := known.logins[source]:
            yield from _in_references(source, logins)
            mentions = [f"@{login}" for login in sorted(logins)]
            yield statement(
                "delivery_ownerpattern",
                _OWNERS,
                {"connection": source, "mentions": mentions, "instead": GONE},
            )
        if ids := known.account_ids[source]:
            instead = [GONE if removes else f"(erased-{pk})" for pk in ids.values()]
            values = {"connection": source, "ids": list(ids), "instead": instead}
            yield statement("delivery_issuetransition", _HISTORIES, values)


def identity_steps(person: int, *, removes: bool) -> Iterator[Step]:
    """The last: nothing of the above is found any more."""
    if not removes:
        yield Step("people_identity", lambda limit: _wipe(person, limit))
        yield statement(
            "people_person",
            "UPDATE people_person SET name = %(name)s WHERE id = %(person)s AND name <> %(name)s",
            {"person": person, "name": f"Erased person {person}"},
        )


def _in_references(source: int, logins: Collection[str]) -> Iterator[Step]:
    pattern = f"(^|/)(?:{_either(logins)})(?=$|[/._-])"
    values = {"connection": source, "pattern": pattern, "instead": rf"\1{GONE}"}
    for table, column in _REFERENCES:
        yield statement(table, _IN_REFERENCE.format(table=table, column=column), values)
    yield statement("delivery_pullrequestevent", _IN_EVENT, values)


def _in_texts(source: int, logins: Collection[str], addresses: Collection[str]) -> Iterator[Step]:
    told = [*(f"@{login}" for login in logins), *addresses]
    if told:
        pattern = rf"(?<![\w.+@-])(?:{_either(told)})(?![\w-])"
        values = {"connection": source, "pattern": pattern, "instead": GONE}
        yield statement("delivery_pullrequest", _IN_TITLE, values)
        yield statement("delivery_issue", _IN_SUMMARY, values)


def _either(names: Iterable[str]) -> str:
    """Of a few names any, for Postgres, where a backslash before what is no letter stands for that itself."""
    return "|".join(re.sub(r"([^\w\s])", r"\\\1", name) for name in sorted(names))


def _wipe(person: int, limit: int) -> int:
    rows = Identity.objects.filter(person=person).exclude(kind=Identity.Kind.ERASED)
    found = list(rows.select_related("connection").order_by("pk")[:limit])
    taken = set(
        Identity.objects.filter(person=person, buried_as__isnull=False).values_list(
            "connection", "buried_as"
        )
    )
    lie = {(source, bytes(one)) for source, one in taken if one is not None}
    digests: list[bytes | None] = []
    for one in found:
        key = (one.connection_id, digest(*primary(one)))
        # Addresses of git differ in case alone at times: the first of them answers for both.
        digests.append(None if key in lie else key[1])
        lie.add(key)
    if found:
        with database.cursor() as cursor:
            cursor.execute(_WIPE, {"ids": [one.pk for one in found], "digests": digests})
    return len(found)
