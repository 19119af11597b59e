"""Every address that the appliance answers."""

from django.contrib import admin
from django.urls import include, path

from backend.api import health

urlpatterns = [
    path("healthz", health.live),
    path("readyz", health.ready),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
]
