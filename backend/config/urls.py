"""Every address that the appliance answers."""

from django.conf import settings
from django.urls import include, path, re_path

from backend.api import health, prometheus, webhooks
from backend.api.site import api
from backend.config import documents, views
from backend.config.admin.site import site
from backend.config.environment import Mode

urlpatterns = [
    path("healthz", health.live, name="live"),
    path("readyz", health.ready, name="ready"),
    path("metrics", prometheus.metrics, name="metrics"),
    path("api/v1/", api.urls),
    path("hooks/github/<slug:slug>", webhooks.github, name="github-webhook"),
    path("hooks/jira/<slug:slug>", webhooks.jira, name="jira-webhook"),
    path("hooks/jira/<slug:slug>/<slug:secret>", webhooks.jira, name="jira-webhook-unsigned"),
    path("scim/v2/", include("backend.api.scim.views")),
    path("admin/", site.urls),
    path("accounts/", include("backend.accounts.urls")),
    path(".well-known/security.txt", views.security_contact, name="security-contact"),
    path("docs/", documents.index, name="docs"),
    path("docs/<slug:name>.md", documents.document, name="document"),
    path("docs/security/<slug:name>.md", documents.document, {"folder": "security"}),
    path("docs/pictures/<slug:name>.png", documents.picture, name="picture"),
    # The browser routes all others by itself, so that any of its addresses can be opened and shared.
    re_path(
        r"^(?!(?:\.well-known|accounts|admin|api|demo|docs|hooks|metrics|scim|static)(?:/|$)).*$",
        views.app,
        name="app",
    ),
]
if settings.MODE is Mode.DEMO:
    urlpatterns.insert(0, path("", include("backend.accounts.demo")))
