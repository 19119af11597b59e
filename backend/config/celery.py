"""The worker and beat: `celery -A backend.config.celery worker|beat`. The schedule stands here."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("plumbline")
app.config_from_object(settings.CELERY)
