"""Every address that the appliance answers."""

from django.contrib import admin
from django.urls import include, path

from backend.api import health
from backend.api.site import api

urlpatterns = [
    path("healthz", health.live),
    path("readyz", health.ready),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
