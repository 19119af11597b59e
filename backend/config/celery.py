"""The worker and beat: `celery -A backend.config.celery worker|beat`. The schedule stands here."""

import gc
import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    worker_before_create_process,
    worker_init,
)
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from backend.governance.retention import RUNS_AT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("plumbline")
app.config_from_object(settings.CELERY)
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect
def _leave_logging_to_django(**_: object) -> None:
    """A receiver is enough: Celery then sets up no logging of its own beside `backend.config.logs`."""


@worker_init.connect
def _remember_what_was_erased(**_: object) -> None:
    """The worker alone writes the journal: what the database has more than it, as after its loss, is added."""
    from backend.tombstones import graves, starting  # noqa: PLC0415 - needs the settings

    starting.check()
    graves.write_down()


@worker_before_create_process.connect
def _share_what_stands(**_: object) -> None:
    """What was imported stays in pages that the pool's processes share: a collection would write to all of them."""
    gc.collect()
    gc.freeze()


@heartbeat_sent.connect
def _tell_that_work_is_taken_up(**_: object) -> None:
    """Each two seconds, by the loop that takes tasks from the broker: a file that costs nothing to look at."""
    if settings.WORKER_HEARTBEAT is not None:
        settings.WORKER_HEARTBEAT.touch()


app.autodiscover_tasks(["backend.pipeline"])
app.conf.beat_schedule = {
    "sweep": {"task": "sweep", "schedule": 5.0, "options": {"queue": "default"}},
    "poll": {"task": "poll", "schedule": 600.0, "options": {"queue": "default"}},
    "discover": {"task": "discover", "schedule": 3600.0, "options": {"queue": "default"}},
    "reconcile": {
        "task": "reconcile",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"queue": "default"},
    },
    "remind": {"task": "remind", "schedule": 60.0, "options": {"queue": "default"}},
    "certificates": {
        "task": "certificates",
        "schedule": crontab(hour="6", minute="15"),
        "options": {"queue": "default"},
    },
    # Each day, so that 1 June and 1 December are made up for where the appliance was off.
    "assess": {
        "task": "assess_if_due",
        "schedule": crontab(hour="5", minute="0"),
        "options": {"queue": "default"},
    },
    "retain": {
        "task": "retain",
        "schedule": crontab(hour=str(RUNS_AT.hour), minute=str(RUNS_AT.minute)),
        "options": {"queue": "default"},
    },
}
