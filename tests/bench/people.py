"""Twenty thousand identities of five thousand people in five hundred teams: what matching them and their pages take."""

from functools import partial

from rich.console import Console

from tests import servers
from tests.bench.asking import ROUNDS, asker, p95, seconds
from tests.bench.database import empty
from tests.bench.figures import Figure

PEOPLE = 5_000
TEAMS = 500
SECONDS = 10
MILLISECONDS = 150
_MADE = (
    # Every person: an account of a GitHub, one of a Jira, two addresses of commits; a tenth signs in.
    """
    INSERT INTO people_identity (connection_id, kind, external_id, login, name, is_bot, is_bot_by_hand)
    SELECT %(github)s, 'user', number, 'dev' || number, '', false, false FROM generate_series(1, %(people)s) AS number
    """,
    """
    INSERT INTO people_identity (connection_id, kind, account_id, login, name, is_bot, is_bot_by_hand)
    SELECT %(jira)s, 'user', 'JIRAUSER' || number, 'u' || number, chr(97 + number %% 26) || 'x First Last'
        || chr(97 + number / 26 %% 26) || chr(97 + number / 676), false, false
    FROM generate_series(1, %(people)s) AS number
    """,
    """
    INSERT INTO people_identity (connection_id, kind, login, name, is_bot, is_bot_by_hand)
    SELECT %(github)s, 'git', 'person' || number || '@work.example', '', false, false
    FROM generate_series(1, %(people)s) AS number
    """,
    # Of these every other one tells the account; the rest can only be guessed at.
    """
    INSERT INTO people_identity (connection_id, kind, login, name, is_bot, is_bot_by_hand)
    SELECT %(github)s, 'git', CASE WHEN number %% 2 = 0 THEN number || '+dev' || number || '@users.noreply.ghes.example'
        ELSE 'dev' || number || '@home.example' END, '', false, false
    FROM generate_series(1, %(people)s) AS number
    """,
    """
    INSERT INTO people_address (identity_id, email)
    SELECT id, 'person' || coalesce(external_id::text, substr(login, 2)) || '@work.example' FROM people_identity
    WHERE kind = 'user'
    """,
    """
    INSERT INTO accounts_user (email, name, role, password, is_active, joined_at, closed_by_directory, is_service)
    SELECT 'person' || number || '@work.example', '', '', '', number %% 50 > 0, now(), false, false
    FROM generate_series(1, %(people)s, 10) AS number
    """,
    """
    INSERT INTO people_team (slug, name, time_zone, parent_id)
    SELECT 'team-' || number, 'Team ' || number, '', NULL FROM generate_series(1, %(teams)s) AS number
    """,
    """
    UPDATE people_team AS team SET parent_id = parent.id FROM people_team AS parent
    WHERE team.id > 10 + (SELECT min(id) FROM people_team)
        AND parent.id = (SELECT min(id) FROM people_team) + team.id %% 10
    """,
)
_MEMBERS = """
    INSERT INTO people_membership (team_id, person_id)
    SELECT (SELECT min(id) FROM people_team) + id %% %(teams)s, id FROM people_person
"""


def run(console: Console, found: servers.Servers) -> list[Figure]:
    empty(found)
    with console.status(f"Filling: {4 * PEOPLE:,} identities"):
        _fill()
    from backend.accounts.sign_ins import sign_ins  # noqa: PLC0415 - needs django.setup()
    from backend.people.match_run import match_people  # noqa: PLC0415
    from backend.people.models import Identity, Offer, Person  # noqa: PLC0415

    with console.status("Matching"):
        first = seconds(lambda: match_people(sign_ins=sign_ins()))
        again = seconds(lambda: match_people(sign_ins=sign_ins()))
    _run(_MEMBERS)
    if Person.objects.count() != PEOPLE:
        raise RuntimeError(f"{Person.objects.count()} people were found instead of {PEOPLE}.")
    page = partial(p95, asker(), at_most=MILLISECONDS)
    rounds = range(1, ROUNDS + 1)
    with console.status("Asking"):
        return [
            Figure("matching all for the first time", first, "s", at_most=SECONDS),
            Figure("matching all again", again, "s", at_most=SECONDS),
            Figure("identities", Identity.objects.count()),
            Figure(
                "of them matched by what is certain", Identity.objects.exclude(person=None).count()
            ),
            Figure("offers", Offer.objects.count()),
            page("people, a page", (f"/api/v1/people?page={n}&page_size=25" for n in rounds)),
            page(
                "people, searched", (f"/api/v1/people?search=dev{n}&page_size=25" for n in rounds)
            ),
            page(
                "people departed",
                (f"/api/v1/people?show=departed&page_size=25&search={n}" for n in rounds),
            ),
            page(
                "identities, searched",
                (f"/api/v1/people/identities?search=n{n}&page_size=25" for n in rounds),
            ),
            page(
                "offers, a page", (f"/api/v1/people/offers?page={n}&page_size=25" for n in rounds)
            ),
            page(
                "merges, a page", (f"/api/v1/people/merges?page={n}&page_size=25" for n in rounds)
            ),
            page("teams", (f"/api/v1/teams?{n}" for n in rounds)),
        ]


def _fill() -> None:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    from tests.factories import a_connection  # noqa: PLC0415

    github = a_connection(url="https://ghes.example")
    jira = a_connection(kind="jira_dc", url="https://jira.example")
    _run(*_MADE, github=github.pk, jira=jira.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _run(*statements: str, **values: int) -> None:
    from django.db import connection  # noqa: PLC0415 - needs django.setup()

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, {"people": PEOPLE, "teams": TEAMS} | values)
