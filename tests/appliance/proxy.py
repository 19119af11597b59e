"""The proxy as services meet it, and the list of the host."""

import re
from typing import Any

from tests.appliance.stack import Stack, appliance

_CONNECT = """
import json, socket, sys
def ask(line):
    with socket.create_connection(("egress", 3128), 10) as proxy:
        proxy.sendall(f"{line} HTTP/1.1\\r\\nHost: allowed.example\\r\\n\\r\\n".encode())
        return int(proxy.recv(100).split()[1])
print(json.dumps({line: ask(line) for line in LINES}))
"""


def ask(stack: Stack, service: str, *lines: str) -> dict[str, Any]:
    """What the proxy answers to each request line."""
    return stack.python(service, f"LINES = {lines!r}\n{_CONNECT}")


def connect(stack: Stack, service: str, *places: str) -> dict[str, int]:
    answers = ask(stack, service, *(f"CONNECT {place}" for place in places))
    return {place: answers[f"CONNECT {place}"] for place in places}


def also(stack: Stack, *places: str) -> None:
    list_besides(stack, *places)
    assert appliance(stack, "egress", "--yes")[0] == 0


def list_besides(stack: Stack, *places: str) -> None:
    """What the operator's configuration lists besides; none: nothing."""
    file = stack.folder / "appliance.conf"
    told = f"also = {' '.join(places)}" if places else "# also ="
    file.write_text(re.sub(r"^(# )?also =.*$", told, file.read_text(), flags=re.MULTILINE))
