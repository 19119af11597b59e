"""What a session remembers besides its user: since when, last seen when, and which second factor was shown."""

import time
from typing import Final

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from backend.accounts.models import SignInPolicy, User

_STARTED: Final = "started_at"
_SEEN: Final = "seen_at"
_SECOND_FACTOR: Final = "second_factor"
_CODES_UNSEEN: Final = "recovery_codes_unseen"
_RECENT: Final = 300
"""Seconds for which a sign-in or a shown second factor counts as proof of who sits there."""
_WRITE_EVERY: Final = 60
"""A session is not written more often than this, in seconds, for having been seen."""


def begin(request: HttpRequest) -> None:
    request.session[_STARTED] = request.session[_SEEN] = time.time()


def over(request: HttpRequest, user: User, policy: SignInPolicy) -> str | None:
    """Why the session must end now; see `expiry`. Service accounts have none at all."""
    return "service_account" if user.is_service else expiry(request, policy)


def expiry(request: HttpRequest, policy: SignInPolicy) -> str | None:
    """Why the session must end now: "idle" or "limit"; None while it may go on. In this case it is seen."""
    now = time.time()
    started, seen = request.session.get(_STARTED), request.session.get(_SEEN)
    if started is None or now - started > policy.session_hours * 3600:
        return "limit"
    if seen is None or now - seen > policy.idle_minutes * 60:
        return "idle"
    if now - seen > _WRITE_EVERY and request.path not in settings.SESSION_PASSIVE_PATHS:
        request.session[_SEEN] = now
        UserSession.objects.filter(session_key=request.session.session_key).update(
            last_seen_at=timezone.now()
        )
    return None


def show_second_factor(request: HttpRequest, user: User, *, by: str = "") -> None:
    """This session has shown the user's second factor. Bound to the user, so that it means nothing for another.

    `by` is the authenticator's kind. Empty: one that Plumbline has not seen itself, which is taken for a weak one.
    """
    request.session[_SECOND_FACTOR] = {"user": user.pk, "at": time.time(), "by": by}


def forget_second_factor(request: HttpRequest) -> None:
    request.session.pop(_SECOND_FACTOR, None)


def second_factor(request: HttpRequest, user: User) -> str | None:
    """The kind that the session has shown; None where it has shown none."""
    shown = request.session.get(_SECOND_FACTOR) or {}
    return str(shown.get("by", "")) if shown.get("user") == user.pk else None


def recently_proven(request: HttpRequest) -> bool:
    shown = (request.session.get(_SECOND_FACTOR) or {}).get("at", 0)
    latest = max(request.session.get(_STARTED, 0), shown)
    return bool(time.time() - latest < _RECENT)


def change_key(request: HttpRequest) -> None:
    """Whoever knew the session's key before knows nothing now; the list of sessions goes along."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def keep_codes_unseen(request: HttpRequest) -> None:
    """New recovery codes wait for being looked at, which happens once."""
    request.session[_CODES_UNSEEN] = True


def codes_unseen(request: HttpRequest) -> bool:
    return _CODES_UNSEEN in request.session


def codes_seen(request: HttpRequest) -> None:
    request.session.pop(_CODES_UNSEEN, None)


def forget_all() -> None:
    """Nobody is signed in: what an older database knows of sessions is over."""
    UserSession.objects.all().delete()
    Session.objects.all().delete()


def end_all(*, user: User, but: SessionBase | None = None) -> int:
    """End the user's sessions, all or all but that one; how many were ended of those that the list knows.

    A session that it does not know is over too, and does not come back with an account that is opened again.
    """
    User.objects.filter(pk=user.pk).update(sessions_ended=F("sessions_ended") + 1)
    user.refresh_from_db(fields=["sessions_ended"])
    kept = ""
    if but is not None:
        but[HASH_SESSION_KEY], kept = user.get_session_auth_hash(), but.session_key or ""
    ended = list(UserSession.objects.filter(user=user).exclude(session_key=kept))
    for session in ended:
        session.end()
    return len(ended)
