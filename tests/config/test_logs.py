"""Logs are JSON and hold no query string."""

import json
import logging

import pytest
import structlog

from backend.config import logs


def test_a_request_is_logged_without_its_query(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure({})
    try:
        structlog.get_logger("request").info("request_started", request="GET /login?token=marker")
    finally:
        logging.getLogger().handlers.clear()
        structlog.reset_defaults()
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["request"], line["level"]) == (
        "request_started",
        "GET /login",
        "info",
    )
