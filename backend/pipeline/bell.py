"""Ringing for work. The broker is a bell: if it is broken, the sweeper finds the rows all the same."""

from typing import Final

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

COLLECT: Final = "collect"
MEASURE: Final = "measure"
CHECK: Final = "check"
MARK: Final = "mark"
MATCH: Final = "match"
ERASE: Final = "erase"
RETAIN: Final = "retain"
REMOVE: Final = "remove"
ASSESS: Final = "assess"
QUEUES: Final = {
    COLLECT: "collect",
    MEASURE: "measure",
    CHECK: "default",
    MARK: "measure",
    MATCH: "measure",
    ERASE: "default",
    RETAIN: "default",
    REMOVE: "measure",
    ASSESS: "default",
}


def ring(task: str = COLLECT, *arguments: int) -> bool:
    """Ask a worker to look for work of a kind; says whether the bell rang. Never raises for a broken broker."""
    try:
        current_app.send_task(
            task, args=arguments, queue=QUEUES[task], retry=False, ignore_result=True
        )
    except (OperationalError, OSError) as error:
        log.warning("bell_broken", task=task, error=type(error).__name__)
        return False
    return True
