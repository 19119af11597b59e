"""The command as an operator meets it: help, exit codes, and the oldest Python it promises to run on."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from host.verbs import VERBS

TOP = Path(__file__).resolve().parents[2]
SOURCES = [TOP / "scripts/appliance", *sorted((TOP / "scripts/host").rglob("*.py"))]


def appliance(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(TOP / "scripts/appliance"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(verb: str) -> None:
    done = appliance(verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert VERBS[verb].help.split()[0] in done.stdout


def test_what_is_not_understood_is_told_with_code_2() -> None:
    assert appliance().returncode == 2
    assert appliance("fly").returncode == 2


def test_what_is_refused_says_why_with_code_1_and_changes_nothing(tmp_path: Path) -> None:
    options = ("--config", f"{tmp_path}/conf", "--env-file", f"{tmp_path}/env")
    done = appliance("install", "--url", "http://a.example", "--data", f"{tmp_path}/data", *options)
    assert done.returncode == 1
    assert done.stderr.startswith("appliance install: ")
    assert "[site] url = http://a.example must be https://HOST" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_it_is_written_for_python_3_9_without_packages(source: Path) -> None:
    tree = ast.parse(source.read_text(), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= {*sys.stdlib_module_names, "host"}
