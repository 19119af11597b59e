"""Who is signed in, what they may see, and what the figures mean."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from backend import clock
from backend.accounts import access, break_glass
from backend.accounts.models import User
from backend.api import backups, requests, schemas
from backend.api.errors import ERRORS
from backend.api.rules import ANYONE_KNOWN, READS_FIGURES, caller
from backend.governance.at_rest import evaluation_ends
from backend.keyring.certificates import ending
from backend.metrics import definitions, teams
from backend.people.names import Names, names_in
from backend.people.store import organisation

router = Router(tags=["me"])

DEMO_NOTE = (
    "Demo: sizes, authors and merge times are those of real public projects; when pull requests were opened and "
    "reviewed, what was tested and deployed, and all issues are modelled."
)


@router.get(
    "/me",
    response={200: schemas.Me, ERRORS: schemas.Error},
    auth=ANYONE_KNOWN,
    operation_id="me",
)
def me(request: HttpRequest) -> schemas.Me:
    user = caller(request)
    home = organisation()
    return schemas.Me(
        name=user.get_full_name() or user.email,
        email=user.email,
        role=user.role,
        organisation=schemas.Organisation(
            name=home.name,
            time_zone=home.time_zone,
            minimum_group_size=home.minimum_group_size,
        ),
        teams=_teams(user, home.time_zone),
        may_see_all_teams=access.may_see_all_teams(user),
        may_see_own=access.may_see_own(user),
        pseudonyms=home.pseudonyms,
        reads_administration=access.READ_ADMINISTRATION in access.capabilities(user),
        demo=schemas.Demo(note=DEMO_NOTE) if settings.MODE == "demo" else None,
        emergency_use=_emergency_use(user, names_in(home, user.person_id, user.pk)),
        requests_due=requests.due(user),
        backup_trouble=backups.trouble(user),
        certificates_ending=_certificates(user),
        evaluation_until=evaluation_ends(),
        today=clock.now().astimezone(ZoneInfo(home.time_zone)).date(),
        links=_links(user),
    )


def _teams(user: User, time_zone: str) -> list[schemas.TeamChoice]:
    visible = list(access.visible_teams(user).order_by("name", "slug"))
    slugs = {team.pk: team.slug for team in visible}
    members = teams.member_counts(list(slugs), today=clock.now().date())
    return [
        schemas.TeamChoice(
            slug=team.slug,
            name=team.name,
            parent=slugs.get(team.parent_id or 0),
            time_zone=team.time_zone or time_zone,
            members=members.get(team.pk, 0),
        )
        for team in visible
    ]


def _emergency_use(user: User, names: Names) -> schemas.EmergencyUse | None:
    if not access.may_administer(user):
        return None
    use = break_glass.unseen().first()
    if use is None:
        return None
    return schemas.EmergencyUse(
        account=names.of_account(use.user.email, account=use.user_id, person=use.user.person_id)
        or "",
        signed_in_at=use.signed_in_at,
        link=reverse("admin:accounts_breakglassuse_changelist"),
    )


def _certificates(user: User) -> list[schemas.EndingCertificate]:
    if not access.may_administer(user):
        return []
    return [schemas.EndingCertificate.model_validate(one, from_attributes=True) for one in ending()]


def _links(user: User) -> schemas.Links:
    return schemas.Links(
        admin=reverse("admin:index") if user.is_staff else None,
        docs=reverse("docs"),
        account=reverse("account_home"),
        sign_out=reverse("account_logout"),
    )


@router.get(
    "/definitions",
    response={200: list[schemas.Definition], ERRORS: schemas.Error},
    auth=READS_FIGURES,
    operation_id="definitions",
)
def list_definitions(request: HttpRequest) -> list[schemas.Definition]:  # noqa: ARG001 - ninja's signature
    return [
        schemas.Definition(
            key=key,
            name=known.name,
            text=known.text,
            source=f"{reverse('document', args=['metrics'])}#{known.anchor}",
            version=known.version,
        )
        for key, known in definitions.DEFINITIONS.items()
    ]
