"""Sign-in pages. allauth's are listed one by one: no sign-up, no reset by mail, no e-mail management."""

from allauth.account import views as account
from django.urls import include, path

from backend.accounts import token_pages, views
from backend.accounts.sso import views as sso

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/", account.login, name="account_login"),
    path("logout/", views.forgotten(account.logout), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path(
        "password/change/",
        views.where_passwords_work(account.password_change),
        name="account_change_password",
    ),
    path(
        "password/set/",
        views.where_passwords_work(account.password_set),
        name="account_set_password",
    ),
    path("enrol/", views.enrol, name="enrol"),
    path(
        "enrol/<str:uidb36>/<str:key>/",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/webauthn/keys/<int:pk>/remove/", views.remove_key, name="mfa_remove_webauthn"),
    path("tokens/", token_pages.tokens, name="account_tokens"),
    path("tokens/<int:token_id>/revoke/", token_pages.revoke, name="account_token_revoke"),
    path("2fa/", include("allauth.mfa.urls")),
    path("connections/", sso.connections, name="sso_connections"),
    path("connections/<int:pk>/disconnect/", sso.disconnect, name="sso_disconnect"),
    path("sso/<slug:slug>/start/", sso.start, name="sso_start"),
    path("sso/<slug:slug>/callback/", sso.callback, name="sso_callback"),
    path("sso/<slug:slug>/acs/", sso.acs, name="sso_acs"),
    path("sso/<slug:slug>/acs/finish/", sso.finish, name="sso_finish"),
    path("sso/<slug:slug>/metadata/", sso.metadata, name="sso_metadata"),
    path("sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("sessions/", views.sessions_page, name="usersessions_list"),
]
