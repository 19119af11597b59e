"""The web process: `gunicorn backend.config.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
application = get_wsgi_application()

from backend.tombstones import starting  # noqa: E402 - needs the settings

starting.check()

# All that answers need is read now and left out of later collections: one of everything takes a tenth of a second,
# and comes in the middle of an answer.
assert get_resolver().url_patterns  # noqa: S101 - reads them
gc.collect()
gc.freeze()
