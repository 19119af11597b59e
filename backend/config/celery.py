"""The worker and beat: `celery -A backend.config.celery worker|beat`. The schedule stands here."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("plumbline")
app.config_from_object("django.conf:settings", namespace=None)
