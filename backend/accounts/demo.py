"""The demo's sign-in links. They exist in the demo alone: anywhere else this module refuses to load."""

import secrets
from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.accounts import sessions
from backend.accounts.models import TeamGrant, User
from backend.accounts.store import add_user
from backend.keyring.files import secret_file
from backend.people.models import Team

if settings.MODE != "demo":
    raise ImproperlyConfigured("The demo's sign-in link is for the demo alone.")

ROLES = {
    "team-lead": User.Role.TEAM_LEAD,
    "administrator": User.Role.ADMINISTRATOR,
    "owner": User.Role.OWNER,
}
"""Two who administer, since one asks for an erasure and another approves it."""
_LEAD = "team-lead@demo.example"


def demo_link(who: str = "team-lead") -> str:
    """The path that signs in as one of ROLES; whoever has the secrets folder can make it."""
    return reverse("demo_sign_in", args=[_token(), who])


def _token() -> str:
    file = secret_file("demo_sign_in_token")
    if not file.exists():
        file.write_text(secrets.token_urlsafe(32))
        file.chmod(0o400)
    return file.read_text()


@never_cache
@require_safe
def sign_in(request: HttpRequest, token: str, who: str) -> HttpResponse:
    """With the second factor taken as shown. The team lead may see every team."""
    if not constant_time_compare(token, _token()) or who not in ROLES:
        raise Http404
    email = f"{who}@demo.example"
    user = User.objects.filter(email=email).first() or add_user(
        email=email, role=ROLES[who], name=f"Demo {who.replace('-', ' ')}"
    )
    if user.role == User.Role.TEAM_LEAD:
        TeamGrant.objects.bulk_create(
            (TeamGrant(user=user, team=team) for team in Team.objects.all()), ignore_conflicts=True
        )
    response: HttpResponse = perform_login(request, user)
    if request.user.is_authenticated:
        sessions.show_second_factor(request, user)
    return response


@receiver(post_save, sender=Team)
def _open_new_team(instance: Team, created: bool, **_: Any) -> None:
    """Teams arrive while somebody looks on already."""
    if created and (user := User.objects.filter(email=_LEAD).first()):
        TeamGrant.objects.get_or_create(user=user, team=instance)


urlpatterns = [path("demo/sign-in/<str:token>/<slug:who>", sign_in, name="demo_sign_in")]
