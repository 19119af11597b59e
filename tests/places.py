"""Where bytes may come to rest, and whether a text stands there: the database's files and rows, the broker, logs."""

import base64
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import connection as database


@dataclass
class Places:
    """Where bytes may come to rest."""

    folders: list[Path]
    logs: pytest.LogCaptureFixture
    output: pytest.CaptureFixture[str]

    def hold(self, text: str) -> list[str]:
        """The places that hold a text."""
        with database.cursor() as cursor:
            cursor.execute("CHECKPOINT")
        found = [str(folder) for folder in self.folders if in_files(text, folder)]
        if in_rows(text):
            found.append("rows")
        urls = (current_app.conf.broker_url, str(settings.CACHES["default"]["LOCATION"]))
        if any(in_broker(text, url) for url in urls):
            found.append("broker")
        logged = "".join(f"{record.getMessage()} {record.exc_text}" for record in self.logs.records)
        if text in logged:
            found.append("logs")
        return found


def in_files(text: str, folder: Path) -> bool:
    """Whether any file below holds the bytes. Files of other processes may go while they are looked at."""
    options = ("--recursive", "--quiet", "--binary", "--fixed-strings", "--no-messages")
    done = subprocess.run(
        ["grep", *options, "--devices=skip", "-e", text, str(folder)], check=False
    )
    return done.returncode == 0


def in_rows(text: str) -> bool:
    """Whether any row of any table holds it; long values are compressed in the files."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" AS row WHERE row::text LIKE %s)',  # noqa: S608
                [f"%{text}%"],
            )
            if cursor.fetchone()[0]:
                return True
    return False


def in_broker(text: str, url: str) -> bool:
    """Whether any key or value of a database of the broker's holds it, as it is or in a message's base64."""
    forms = [text.encode()]
    forms += [
        base64.b64encode(b"\0" * shift + text.encode())[4 if shift else 0 : -4]
        for shift in range(3)
    ]
    read: dict[bytes, Callable[[redis.Redis, bytes], object]] = {
        b"string": lambda broker, key: broker.get(key),
        b"list": lambda broker, key: broker.lrange(key, 0, -1),
        b"set": lambda broker, key: broker.smembers(key),
        b"zset": lambda broker, key: broker.zrange(key, 0, -1),
        b"hash": lambda broker, key: broker.hgetall(key),
    }
    with redis.Redis.from_url(url) as broker:
        for key in broker.scan_iter():
            held = f"{key!r} {read[broker.type(key)](broker, key)!r}".encode()
            if any(form in held for form in forms):
                return True
    return False
