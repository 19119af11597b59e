"""One JSON line an event, to standard error, with the request's id and without secrets or anybody's data.

The id is nginx's; it goes along with each task that a request rings for, and with the tasks that these ring for.
"""

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from celery import Task
from django.dispatch import receiver
from django_structlog.celery.signals import bind_extra_task_metadata

from backend.config import tracebacks

_SECRET: Final = re.compile(r"(/hooks/+jira/+[^/\s?]+/+|/[^\s?]*?(?=[\w%-]{32}))[^\s?]+")
"""In a path: what comes after a Jira's name is the secret of webhooks that it cannot sign; however such a path is
spelled, nothing as long as a secret is written. As the balancer's own log has it."""


def without_secrets(
    _: object, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Paths without query strings, which can hold searches and sign-in tokens, and without secrets."""
    if isinstance(request := event.get("request"), str):
        event["request"] = _SECRET.sub(r"\1…", request.partition("?")[0])
    # Django tells the path of what it refused in the text of the event.
    if isinstance(text := event.get("event"), str):
        event["event"] = _SECRET.sub(r"\1…", text)
    return event


def without_words_of_errors(
    _: object, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """What a task failed of is told by its traceback, which knows what may be told."""
    if event.get("event") == "task_failed":
        event.pop("error", None)
    return event


@receiver(bind_extra_task_metadata)
def _name_the_task(task: "Task[Any, Any]", **_: object) -> None:
    structlog.contextvars.bind_contextvars(task=task.name)


def _told_already(record: logging.LogRecord) -> bool:
    """Of a request that failed, `request_failed` tells with the same traceback."""
    return record.exc_info is None


SHARED: list[Any] = [
    without_secrets,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_words_of_errors,
    structlog.processors.ExceptionRenderer(tracebacks.told),
]


def configure(_: dict[str, Any]) -> None:
    """Django calls this as LOGGING_CONFIG; Celery's processes call it through the same settings."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "processor": structlog.processors.JSONRenderer(),
                    "foreign_pre_chain": SHARED,
                }
            },
            "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["console"], "level": "INFO"},
            "loggers": {
                # httpx logs whole addresses, query strings included.
                **{name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
                # What becomes of a task is told once, by django_structlog; Celery would quote its error's words.
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "CRITICAL"},
                "django.request": {"filters": ["without_exceptions"]},
            },
            "filters": {"without_exceptions": {"()": lambda: _told_already}},
        }
    )
