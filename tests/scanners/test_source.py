"""What scanners find in the project's own code: nothing; and each finds what is planted."""

import subprocess
from pathlib import Path

import pytest

from tests.scanners.looked import CouldNotLook
from tests.scanners.source import (
    RULES,
    by_bandit,
    by_detect_secrets,
    by_hadolint,
    by_semgrep,
    by_zizmor,
)

TOP = Path(__file__).resolve().parents[2]
CODE = ("backend", "scripts/host", "manage.py")
WORKFLOWS = Path(".github/workflows")
pytestmark = pytest.mark.timeout(600)
"""The first one waits for what is installed."""

PLANTED = {
    "no-raw-payload-is-stored": ("delivery/a.py", "payload = models.JSONField()"),
    "no-file-is-uploaded": ("people/a.py", "photo = models.ImageField(upload_to='p')"),
    "no-request-past-the-client": ("pipeline/a.py", "import httpx\nhttpx.get(address)"),
    "no-unlisted-destination": ("sources/a.py", "client.get('https://telemetry.example/v1')"),
    "no-unscoped-query": ("api/a.py", "rows = PullRequest.objects.all()"),
    "no-certificate-goes-unchecked": ("sources/a.py", "context.check_hostname = False"),
    "no-secret-is-logged": ("accounts/a.py", "logger.info('signed in', token=row.token)"),
    "no-audit-event-is-changed": ("audit/a.py", "Event.objects.filter(pk=1).update(name='')"),
    "no-view-without-csrf": ("api/a.py", "@csrf_exempt\ndef view(request): ..."),
    "no-markup-from-strings": ("config/a.py", "mark_safe(request.GET['q'])"),
    "no-object-is-unpickled": ("pipeline/a.py", "pickle.loads(body)"),
    "no-cipher-of-ones-own": ("people/a.py", "AESGCM(key).encrypt(nonce, data, None)"),
    "no-shell-reads-a-command": ("sources/a.py", "subprocess.run(words, shell=True)"),
    "no-markup-or-code-from-text-in-the-browser": (
        "../frontend/src/A.tsx",
        "const a = <p dangerouslySetInnerHTML={{ __html: title }} />;",
    ),
    "nothing-is-kept-in-the-browser": ("../frontend/src/a.ts", "localStorage.setItem('t', token);"),
    "no-address-of-elsewhere-in-the-browser": (
        "../frontend/src/a.ts",
        "await fetch('https://cdn.example/x');",
    ),
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project that git knows, with nothing in it yet."""
    for command in (
        ("init", "--quiet"),
        ("config", "user.name", "Test"),
        ("config", "user.email", "t@e.example"),
    ):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def planted(project: Path, file: str, text: str) -> Path:
    path = project / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
    subprocess.run(["git", "add", "--all"], cwd=project, check=True)
    return path


def test_semgrep_finds_no_broken_promise() -> None:
    assert by_semgrep(TOP, ("backend", "scripts/host", "frontend/src")) == []


def test_each_promise_that_is_broken_is_found_and_no_other(elsewhere: Path) -> None:
    """All are planted at once, and each in a line of its own file."""
    expected = set()
    for number, (rule, (file, text)) in enumerate(PLANTED.items()):
        path = Path("backend", file).as_posix().replace("backend/../", "")
        stem, _, ending = path.rpartition(".")
        name = f"{stem}{number}.{ending}"
        planted(elsewhere, name, text)
        expected.add((rule, name))
    found = {(rule, where.rpartition(":")[0]) for rule, where in by_semgrep(elsewhere, (".",))}
    assert found == expected
    assert set(PLANTED) == {
        line.split()[-1] for line in RULES.read_text().splitlines() if line.startswith("  - id: ")
    }


def test_bandit_and_ruff_agree() -> None:
    assert by_bandit(TOP, CODE) == []


def test_what_bandit_finds_is_told(elsewhere: Path) -> None:
    planted(elsewhere, "backend/a.py", "import hashlib\nhashlib.md5(password)")
    planted(elsewhere, "backend/api/b.py", "cursor.execute(f'SELECT * FROM {name}')")
    assert sorted(
        told.partition(" ")[0] + told.split()[1] for told in by_bandit(elsewhere, ("backend",))
    ) == [
        "backend/a.py:2:B324",
        "backend/api/b.py:1:B608",
    ]
    (elsewhere / "backend/api/b.py").unlink()
    planted(
        elsewhere, "backend/a.py", "import hashlib\nhashlib.md5(name)  # noqa: S324 - GitHub's ETag"
    )
    assert by_bandit(elsewhere, ("backend",)) == []


def test_no_secret_is_in_the_project() -> None:
    assert by_detect_secrets(TOP, TOP / ".secrets.baseline") == []


def test_a_secret_is_found(elsewhere: Path) -> None:
    key = "AKIA" + "Q7ZXN2LKPW4RT6YB"
    planted(elsewhere, "backend/settings.py", f'KEY = "{key}"')
    assert by_detect_secrets(elsewhere, TOP / ".secrets.baseline") == [
        "backend/settings.py: AWS Access Key"
    ]


def test_the_workflow_is_one_that_zizmor_would_run() -> None:
    assert by_zizmor(TOP, TOP / WORKFLOWS) == []


def test_an_action_that_is_not_pinned_and_a_word_of_a_stranger_are_found(elsewhere: Path) -> None:
    text = (TOP / WORKFLOWS / "ci.yaml").read_text()
    pinned = text[text.index("actions/checkout@") :].splitlines()[0]
    path = planted(elsewhere, "ci.yaml", text.replace(pinned, "actions/checkout@v4"))
    assert [told.partition(":")[0] for told in by_zizmor(elsewhere, path)] == ["unpinned-uses"]
    stranger = text.replace("run: .ci/run", "run: echo ${{ github.event.pull_request.title }}")
    path = planted(elsewhere, "ci.yaml", stranger)
    assert "template-injection" in {told.partition(":")[0] for told in by_zizmor(elsewhere, path)}


def test_the_workflow_runs_what_decides() -> None:
    steps = (TOP / WORKFLOWS / "ci.yaml").read_text()
    assert "run: .ci/run\n" in steps


def test_hadolint_has_nothing_to_say_of_the_images(elsewhere: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*Dockerfile"], cwd=TOP, capture_output=True, text=True, check=True
    )
    files = listed.stdout.split()
    assert len(files) == 6
    assert by_hadolint(TOP, files) == []
    planted(elsewhere, "Dockerfile", "FROM debian\nRUN cd /srv && sudo make\n")
    rules = {told.split()[1] for told in by_hadolint(elsewhere, ("Dockerfile",))}
    assert {"DL3004", "DL3006"} <= rules


def test_what_could_not_be_looked_at_has_not_passed(elsewhere: Path) -> None:
    (elsewhere / "empty").mkdir()
    with pytest.raises(CouldNotLook):
        by_semgrep(elsewhere, ("empty",))
    planted(elsewhere, "backend/a.py", "def broken(:")
    with pytest.raises(CouldNotLook):
        by_bandit(elsewhere, ("backend",))
    with pytest.raises(CouldNotLook):
        by_zizmor(elsewhere, elsewhere / "none")
