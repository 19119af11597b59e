"""manage.py on the embedded servers of the tests: `python -m tests.manage COMMAND …`."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from tests import servers

if __name__ == "__main__":
    with servers.running(Path(__file__).resolve().parents[1] / ".test", durable=False) as found:
        os.environ.update(found.environment(mode="test"))
        execute_from_command_line(["manage.py", *sys.argv[1:]])
