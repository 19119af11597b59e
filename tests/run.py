"""Run a command that needs Plumbline's settings, on the embedded servers of the tests.

`python -m tests.run ./manage.py makemigrations --check`, `python -m tests.run mypy`
"""

import os
import subprocess
import sys
from pathlib import Path

from tests import servers

if __name__ == "__main__":
    top = Path(__file__).resolve().parents[1]
    with servers.running(top / ".test", durable=False) as found:
        environment = os.environ | found.environment(mode="test")
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        sys.exit(subprocess.run(sys.argv[1:], env=environment, check=False).returncode)
