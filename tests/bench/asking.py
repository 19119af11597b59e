"""Asks the API as an administrator does, and tells how long answers take."""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import quantiles

from tests.bench.figures import Figure

ROUNDS = 60


def asker() -> Callable[[str], None]:
    """In a process that began as web's do; done when the answer is whole."""
    from django.http import HttpRequest  # noqa: PLC0415 - needs django.setup()
    from django.test import Client  # noqa: PLC0415

    from backend.accounts import sessions  # noqa: PLC0415
    from backend.accounts.models import User  # noqa: PLC0415
    from backend.config import wsgi  # noqa: F401, PLC0415 - read for what it does

    logging.disable(logging.WARNING)  # a line a request
    user = User.objects.create(email="bench@plumbline.example", role="administrator")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    request = HttpRequest()
    request.session = client.session
    sessions.begin(request)
    sessions.show_second_factor(request, user)
    request.session.save()

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.content[:300].decode()}")

    return ask


def p95(ask: Callable[[str], None], name: str, paths: Iterable[str], *, at_most: float) -> Figure:
    """Of paths that differ, so that no answer is the one before. Once without a clock: a process that has answered
    nothing yet reads its code first, and Postgres its pages.
    """
    first, *others = paths
    ask(first)
    took = [1000 * seconds(partial(ask, path)) for path in others]
    return Figure(f"{name}, p95", quantiles(took, n=20)[-1], "ms", at_most=at_most)


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
