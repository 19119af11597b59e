"""The one configuration file: read and checked as a whole, written with its comments.

Lines of `name = value` below `[section]`; a line that begins with # or ; says nothing. What a later version brings is
added to the file as a comment, and what the operator wrote stays as it is. No secret stands here.
"""

from __future__ import annotations

import argparse
import difflib
import re
from pathlib import Path
from typing import Final, Mapping, NamedTuple, Optional

from host.ending import Refused
from host.settings import BY_KEY, CONTRADICTIONS, SECTIONS, SETTINGS, Key, Setting

FILE: Final = Path("/etc/plumbline/appliance.conf")
HEADER: Final = """\
# Plumbline's configuration. After a change: scripts/appliance apply
# A setting whose line begins with # has the value that stands there. No secret belongs into this file.
"""
SECTION: Final = re.compile(r"\[([^\]]*)\]")
VALUE: Final = re.compile(r"([^=#;\s][^=]*?)\s*=\s*(.*)")


class Problem(NamedTuple):
    line: Optional[int]
    told: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.told}" if self.line else self.told


class Entry(NamedTuple):
    line: int
    key: Key
    value: str


class Configuration:
    """A value for every setting, checked; empty where there is none."""

    def __init__(self, values: Mapping[Key, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: Key) -> str:
        return self._values[key]

    def number(self, *key: str) -> int:
        return int(self._values[(key[0], key[1])])

    def words(self, *key: str) -> list[str]:
        return self._values[(key[0], key[1])].split()

    def path(self, *key: str) -> Path | None:
        value = self._values[(key[0], key[1])]
        return Path(value) if value else None

    @property
    def data(self) -> Path:
        return Path(self["data", "folder"])

    @property
    def keys(self) -> Path:
        """A folder a service, with its secrets."""
        return Path(self["data", "keys"])

    def variables(self) -> dict[str, str]:
        """What goes into .env as it stands."""
        return {
            setting.variable: self[setting.key]
            for setting in SETTINGS
            if setting.variable and self[setting.key]
        }


DEFAULTS: Final = Configuration({setting.key: setting.default for setting in SETTINGS})
"""What holds where nothing is said; without an address, so that nothing is installed by it."""


def argument(command: argparse.ArgumentParser) -> None:
    """The option of every verb that reads the configuration."""
    command.add_argument(
        "--config", type=Path, default=FILE, metavar="FILE", help=f"the configuration ({FILE})"
    )


def load(file: Path) -> Configuration:
    """The configuration as it stands there. Raises Refused with everything that is wrong with it."""
    if not file.exists():
        raise Refused(
            f"There is no configuration at {file}: scripts/appliance install --url https://HOST writes it."
        )
    return checked(read(file), str(file))


def read(file: Path) -> str:
    """The file's text. Raises Refused where it is none, or not to be read by whoever asks."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Refused(f"{file}, line {line}: there is something that is not UTF-8.") from None
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from None


def checked(text: str, name: str) -> Configuration:
    """The configuration that this text is. Raises Refused with everything that is wrong with it, by line."""
    values, problems = judged(text)
    if problems:
        told = "\n".join(f"  {problem}" for problem in problems)
        raise Refused(f"{name} is not right, and nothing was changed.\n{told}")
    return Configuration(values)


def judged(text: str) -> tuple[dict[Key, str], list[Problem]]:
    """The value of every setting, and everything that is wrong."""
    entries, problems = _entries(text)
    values = {setting.key: setting.default for setting in SETTINGS}
    lines: dict[Key, int] = {}
    broken: set[str] = set()
    for line, key, value in entries:
        label = f"[{key[0]}] {key[1]}"
        if key in lines:
            problems.append(Problem(line, f"{label} stands in line {lines[key]} already."))
            continue
        lines[key] = line
        if key not in BY_KEY:
            problems.append(Problem(line, _unknown(key)))
        elif value:
            try:
                values[key] = BY_KEY[key].parse(value)
            except ValueError as error:
                problems.append(Problem(line, f"{label} = {value} {error}."))
                broken.add(key[0])
    for key, told in CONTRADICTIONS:
        # A contradiction is one between values that are right by themselves.
        if key[0] not in broken and (found := told(values)):
            problems.append(Problem(lines.get(key), f"[{key[0]}] {key[1]} {found}"))
    return values, sorted(problems, key=lambda problem: problem.line or 0)


def _entries(text: str) -> tuple[list[Entry], list[Problem]]:
    found: list[Entry] = []
    problems: list[Problem] = []
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        said = line.strip()
        if not said or said[0] in "#;":
            continue
        if heading := SECTION.fullmatch(said):
            section = heading[1].strip()
            if section not in SECTIONS:
                near = _nearest(section, list(SECTIONS))
                problems.append(Problem(number, f"There is no section [{section}].{near}"))
        elif not (pair := VALUE.fullmatch(said)):
            problems.append(Problem(number, f"“{said}” is neither [section] nor name = value."))
        elif not section:
            problems.append(Problem(number, f"“{said}” stands below no [section]."))
        elif section in SECTIONS:
            found.append(Entry(number, (section, pair[1]), pair[2].strip()))
    return found, problems


def _unknown(key: Key) -> str:
    section, name = key
    elsewhere = [setting.section for setting in SETTINGS if setting.name == name]
    if elsewhere:
        return f"[{section}] has no setting {name}; it belongs below [{elsewhere[0]}]."
    names = [setting.name for setting in SETTINGS if setting.section == section]
    return f"[{section}] has no setting {name}.{_nearest(name, names)}"


def _nearest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f" Is {near[0]} meant?" if near else f" There are {', '.join(known)}."


def written(text: str, values: Mapping[Key, str]) -> str:
    """The text with these values, and with a comment for each setting that it does not know yet.

    An empty value, or the default, becomes a comment; what stands there besides stays.
    """
    lines = (text or HEADER).splitlines()
    for setting in SETTINGS:
        place = _place(lines, setting)
        if place is None:
            end = _end_of_section(lines, setting.section)
            gap = [] if SECTION.fullmatch(lines[end - 1].strip()) else [""]
            addition = [f"# {setting.about}", _line(setting, values.get(setting.key, ""))]
            lines[end:end] = gap + addition
        elif setting.key in values:
            lines[place] = _line(setting, values[setting.key])
    return "\n".join(lines) + "\n"


def _line(setting: Setting, value: str) -> str:
    if value and value != setting.default:
        return f"{setting.name} = {value}"
    return f"# {setting.name} = {setting.default}".rstrip()


def _place(lines: list[str], setting: Setting) -> int | None:
    """The line of a setting; the one that says something before one that is a comment."""
    found: dict[bool, int] = {}
    section = ""
    for number, line in enumerate(lines):
        if heading := SECTION.fullmatch(line.strip()):
            section = heading[1].strip()
        match = re.match(r"\s*([#;]?)\s*([\w-]+)\s*=", line)
        if section == setting.section and match and match[2] == setting.name:
            found.setdefault(not match[1], number)
    return found.get(True, found.get(False))


def _end_of_section(lines: list[str], name: str) -> int:
    """Where a setting is added; the section is begun where there is none."""
    headings = {
        heading[1].strip(): number
        for number, line in enumerate(lines)
        if (heading := SECTION.fullmatch(line.strip()))
    }
    if name not in headings:
        lines += ["", f"[{name}]"]
        return len(lines)
    following = [number for number in headings.values() if number > headings[name]]
    end = min(following, default=len(lines))
    while not lines[end - 1].strip():
        end -= 1
    return end
