"""One JSON line an event, to standard output, with the request's id and without secrets."""

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

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


SHARED: list[Any] = [
    without_secrets,
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
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
            # httpx logs whole addresses, query strings included.
            "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore")},
        }
    )
