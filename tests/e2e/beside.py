"""A process of the site beside the browser, whose driver runs an event loop, in which Django speaks to no database."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, Protocol, TypeVar

import django

Takes = ParamSpec("Takes")
Gives = TypeVar("Gives")


class Run(Protocol):
    def __call__(
        self, act: Callable[Takes, Gives], *arguments: Takes.args, **named: Takes.kwargs
    ) -> Gives:
        """What a function of a module gives there, or raises."""


@contextmanager
def process(environment: dict[str, str]) -> Iterator[Run]:
    """One for everything that is run: to start Django takes longer than most of it."""
    with ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(environment,),
    ) as executor:

        def run(
            act: Callable[Takes, Gives], *arguments: Takes.args, **named: Takes.kwargs
        ) -> Gives:
            return executor.submit(act, *arguments, **named).result()

        yield run


def _begin(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    django.setup()
