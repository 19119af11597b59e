"""A process of its own that is killed, as by SIGKILL, in the middle of its work."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection as database

TOP = Path(__file__).resolve().parents[2]


def killed_when(program: str, done: Callable[[], int], *, rows: int) -> bool:
    """Run it until so many rows are done; whether it was still at work by then."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"],
        cwd=TOP,
        env=os.environ | {"PLUMBLINE_DATABASE_NAME": database.settings_dict["NAME"]},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while process.poll() is None:
            if done() >= rows:
                return True
            time.sleep(0.002)
        return False
    finally:
        process.kill()
        process.wait()
