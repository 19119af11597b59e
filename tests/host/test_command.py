"""The command as an operator meets it: help, exit codes, and the oldest Python it promises to run on."""

import ast
import errno
import subprocess
import sys
from pathlib import Path

import pytest
from host.ending import Refused
from host.programs import run, succeeds
from host.verbs import VERBS, trouble

TOP = Path(__file__).resolve().parents[2]
SOURCES = [TOP / "scripts/appliance", *sorted((TOP / "scripts/host").rglob("*.py"))]


def appliance(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(TOP / "scripts/appliance"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(verb: str) -> None:
    done = appliance(verb, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert VERBS[verb].help[1:] in " ".join(done.stdout.split())
    assert VERBS[verb].about in " ".join(done.stdout.split())
    assert "exit codes: 0 done" in done.stdout


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


@pytest.mark.parametrize("verb", ["apply", "egress", "install", "preflight", "status"])
def test_a_configuration_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, verb: str
) -> None:
    (tmp_path / "conf").write_bytes(b"[site]\nurl = https://a.example\n# \xff\n")
    done = appliance(verb, "--config", f"{tmp_path}/conf")
    assert done.returncode == 1
    assert done.stderr.endswith("conf, line 3: there is something that is not UTF-8.\n")
    done = appliance(verb, "--config", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.endswith(f"{tmp_path} cannot be read: Is a directory.\n")


def test_what_the_system_refuses_is_told_without_a_trace() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/var/lib/plumbline/x")
    assert trouble(full).startswith("/var/lib/plumbline/x: No space left on device. Put that right")


def test_a_program_that_may_not_be_run_is_as_one_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("")
    assert not succeeds(tmp_path / "tool")
    with pytest.raises(Refused, match="tool cannot be run here: Permission denied"):
        run(tmp_path / "tool")


def test_a_volume_that_is_refused_leaves_no_key_behind(tmp_path: Path) -> None:
    (tmp_path / "at/something").mkdir(parents=True)
    options = ("--at", f"{tmp_path}/at", "--volume", f"{tmp_path}/volume.json")
    key = ("--key-file", f"{tmp_path}/key")
    done = appliance("volumes", "create", f"{tmp_path}/source", *options, *key)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["at"]


def test_a_bundle_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = appliance("bundle", "--check", f"{tmp_path}/none.tar")
    assert (done.returncode, done.stderr) == (
        1,
        f"appliance bundle: there is no file {tmp_path}/none.tar.\n",
    )


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
