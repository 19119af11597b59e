"""Sign-in pages. allauth's are listed one by one: no sign-up, no reset by mail, no e-mail management."""

from allauth.account import views as account
from django.urls import include, path

from backend.accounts import token_pages, views

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("enrol/", views.enrol, name="enrol"),
    path(
        "enrol/<str:uidb36>/<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("tokens/", token_pages.tokens, name="account_tokens"),
    path("tokens/<int:token_id>/revoke/", token_pages.revoke, name="account_token_revoke"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
