"""What may leave this machine of what its logs and settings say: pure.

Logs are cut down to fields that are known to hold nothing of people or of source code, and of what is left everything
is taken out that is a secret of this installation or looks like one, a mail or network address, or somebody's name.
"""

from __future__ import annotations

import json
import re
from typing import Final, Iterable, Iterator, Pattern

FIELDS: Final = frozenset(
    {
        *("timestamp", "level", "event", "logger", "request_id", "task_id", "parent_task_id"),
        *("task", "code", "status", "request", "method", "path", "protocol", "tls", "seconds"),
        *("upstream_seconds", "duration_ms", "bytes", "exception", "kind", "outcome", "connection"),
    }
)
"""Of a log line in JSON; what else it holds is left out."""
PLAIN: Final = re.compile(
    r"\[\d{4}-\d\d-\d\d [\d:]+ [+-]\d{4}\] \[\d+\] \[[A-Z]+\] |"
    r"Traceback |  File \"|[\w.]+(Error|Exception|Configured): "
)
"""Lines in no JSON that are known: gunicorn's, and those of a process that did not come so far as to have logs."""
CONTROL: Final = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f]")
"""Compose begins lines of logs with an order to the terminal."""
SHORTEST_NAME: Final = 4
SHORTEST_SECRET: Final = 8
_NEVER: Final = re.compile(r"(?!)")
_RULES: Final = (
    (re.compile(r"(?<=://)[^/\s@\"']+@"), "[secret]@"),
    (re.compile(r"(?i)[\w.+%-]+(@|%40)[\w-]+(\.[\w-]+)+"), "[mail address]"),
    (re.compile(r"(?<=[\w/])\?[^\s\"']+"), "?[left out]"),
    (
        re.compile(
            r"(?i)((?:passw(?:or)?d|secret|token|api_?key|authorization|cookie)[\"']?\s*[:=]\s*)"
            r"(?:(?:bearer|basic|token)\s+)?[\"']?[^\s\"',;}]+"
        ),
        r"\1[secret]",
    ),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"), "[network address]"),
    (
        re.compile(
            r"(?i)(?<![\w:.])(?=[0-9a-f]*:[0-9a-f:]*:)[0-9a-f:]{6,39}(?![\w:.])(?<!\d\d:\d\d:\d\d)"
        ),
        "[network address]",
    ),
)
_ID: Final = re.compile(
    r"(?i)\"(?:request_id|task_id|parent_task_id)\": ?\"[0-9a-f-]{32,36}\"|"
    r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])"
)
"""Looks like a secret and is none."""
_LONG: Final = re.compile(r"[A-Za-z0-9_+/=%~-]{24,}")


class Sanitiser:
    """`secrets` and `names` are those of this installation; neither is kept anywhere else."""

    def __init__(self, secrets: Iterable[str], names: Iterable[str]) -> None:
        self._secrets = sorted(
            {one for one in secrets if len(one) >= SHORTEST_SECRET}, key=len, reverse=True
        )
        self._names = _any_of({name for name in names if len(name.strip()) >= SHORTEST_NAME})

    def text(self, said: str) -> str:
        """Line by line, whatever it is."""
        return "\n".join(self._line(line) for line in said.splitlines())

    def logs(self, said: str, *, is_json: bool) -> str:
        """A service's log; `is_json`: it is one of ours, of which only lines that are known are kept."""
        said = CONTROL.sub("", said)
        return self.text("\n".join(_known_lines(said) if is_json else said.splitlines()))

    def _line(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "[secret]")
        for rule, instead in _RULES:
            line = rule.sub(instead, line)
        kept = iter(_ID.findall(line))
        parts = [_LONG.sub(_unless_word, part) for part in _ID.split(line)]
        line = "".join(part + next(kept, "") for part in parts)
        return self._names.sub("[name]", line)


def _known_lines(said: str) -> Iterator[str]:
    left_out = 0
    for line in said.splitlines():
        try:
            read = json.loads(line)
        except ValueError:
            read = None
        if isinstance(read, dict):
            kept = {name: value for name, value in read.items() if name in FIELDS}
            yield json.dumps(kept, ensure_ascii=False)
        elif PLAIN.match(line):
            yield line
        elif line.strip():
            left_out += 1
    if left_out:
        yield f"({left_out} lines in no known form were left out)"


def _unless_word(found: re.Match[str]) -> str:
    """Names of functions and settings are long as well, and so are paths: a secret has figures, and no short parts."""
    word = found[0]
    if not re.search(r"\d", word):
        return word
    if "/" in word and not re.search(r"[+=]", word):
        return "/".join(_LONG.sub("[secret]", part) for part in word.split("/"))
    return "[secret]"


def _any_of(names: Iterable[str]) -> Pattern[str]:
    """Whole words, however they are written."""
    escaped = sorted((re.escape(name.strip()) for name in names), key=len, reverse=True)
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(escaped)})(?!\w)") if escaped else _NEVER
