"""Sign-in pages. allauth's are listed one by one: no sign-up, no reset by mail, no e-mail management."""

from allauth.account import views as account
from django.urls import include, path

from backend.accounts import views

urlpatterns = [
    path("", views.home, name="account_home"),
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
    path("2fa/webauthn/keys/<int:pk>/remove/", views.remove_key, name="mfa_remove_webauthn"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("sessions/", views.sessions_page, name="usersessions_list"),
]
