"""Logs are JSON and hold no query string and no secret."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_urlsafe

import pytest
import structlog
from django.db import DataError, IntegrityError, OperationalError

from backend.config import logs


@contextmanager
def configured() -> Iterator[None]:
    """Within the test, whose standard error it is. Other tests' records go where they went before."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers = list(root.handlers)
    logs.configure({})
    try:
        yield
    finally:
        root.handlers[:] = handlers
        structlog.configure(**before)


def test_a_request_is_logged_without_its_query(capsys: pytest.CaptureFixture[str]) -> None:
    with configured():
        structlog.get_logger("request").info("request_started", request="GET /login?token=marker")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["request"], line["level"]) == (
        "request_started",
        "GET /login",
        "info",
    )


@pytest.mark.parametrize("path", ["/hooks/jira/", "//hooks/jira/", "/x/../hooks/jira//", "/other/"])
def test_the_secret_in_the_address_of_a_webhook_is_not_logged(
    capsys: pytest.CaptureFixture[str], path: str
) -> None:
    secret = token_urlsafe(32)
    with configured():
        structlog.get_logger("request").info("done", request=f"POST {path}jira-one/{secret}")
        logging.getLogger("django.request").warning("Not Found: %s", f"{path}jira-one/{secret}")
    written = capsys.readouterr().err
    assert secret not in written
    assert written.count(f"{path}jira-one/…") + written.count(f"{path}jira-one/\\u2026") == 2


def test_ids_of_tasks_are_logged(capsys: pytest.CaptureFixture[str]) -> None:
    told = "Task sweep[606c5b9f-c42a-480b-91f2-56b29b416034] received"
    with configured():
        logging.getLogger("celery").info(told)
    assert json.loads(capsys.readouterr().err)["event"] == told


QUOTING = (
    IntegrityError("Key (email)=(marker) already exists."),
    DataError("invalid input syntax: marker"),
    ValueError("marker"),
    KeyError("marker"),
)
OF_THE_MACHINE = (
    FileNotFoundError(2, "No such file", "/run/secrets/marker"),
    OperationalError("connection to marker failed\nDETAIL: detail"),
)


@pytest.mark.parametrize(
    "error", [*QUOTING, *OF_THE_MACHINE], ids=lambda error: type(error).__name__
)
def test_an_error_s_words_are_logged_only_where_they_are_about_the_machine(
    capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    outer = ValueError("words of the outer one")
    outer.__cause__ = error
    with configured():
        structlog.get_logger("task").error("task_failed", error=str(error), exc_info=outer)
        logging.getLogger("library").error("It failed.", exc_info=outer)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert type(error).__name__ in line["exception"]
        assert ("marker" in json.dumps(line)) == (error in OF_THE_MACHINE)
        assert "words of the outer one" not in line["exception"]
        assert "detail" not in json.dumps(line)
