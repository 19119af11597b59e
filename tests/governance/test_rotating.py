"""Stored secrets move under a new key while they are read and written, whole batches or not at all."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connections as databases
from django.db import transaction

from backend import keyring
from backend.accounts.adapters import SecondFactorAdapter
from backend.accounts.models import IdentityProvider, User
from backend.accounts.sso import store as sso
from backend.audit import subjects
from backend.audit.models import Event
from backend.connections import store
from backend.connections.models import Connection, Credential, WebhookSecret
from backend.governance import rotating
from backend.people.models import Organisation
from backend.people.names import renew_pseudonyms
from tests import servers

pytestmark = pytest.mark.django_db
TOKEN = "ghp_a-token-of-many-letters"
HOOK = "the secret of both ends"


@pytest.fixture
def folder(tmp_path: Path, settings: LazySettings) -> Path:
    """This process's secret files, for a test to change."""
    settings.SECRETS_DIR = servers.make_secrets(tmp_path / "secrets")
    return Path(settings.SECRETS_DIR)


@pytest.fixture
def connection(folder: Path) -> Connection:
    made = store.add_connection(kind="github", url="https://ghes.example", token=TOKEN)
    store.set_webhook_secret(connection=made, secret=HOOK)
    return made


def new_key(folder: Path, name: str) -> None:
    """As the host does it."""
    other = servers.make_secrets(folder.with_name(f"other-{len(list(folder.parent.iterdir()))}"))
    put(folder / f"{name}_former", (folder / name).read_bytes())
    put(folder / name, (other / name).read_bytes())
    if name == "worker_private_key":
        put(folder / "worker_public_key", (other / "worker_public_key").read_bytes())


def put(file: Path, content: bytes) -> None:
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_bytes(content)
    fresh.replace(file)


def test_everything_of_web_s_moves_and_nothing_else_is_changed(
    folder: Path, connection: Connection
) -> None:
    owner = User.objects.create(email="owner@plumbline.example", role=User.Role.OWNER)
    renew_pseudonyms(acting_user=owner)
    provider = sso.save_provider(
        provider=IdentityProvider(
            slug="idp", kind="oidc", name="IdP", address="https://idp.example"
        ),
        client_secret="of the client",
        acting_user=owner,
    )
    secret = SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")
    factor = Authenticator.objects.create(
        user=owner, type="recovery_codes", data={"seed": secret, "used_mask": 3}
    )
    before = subjects.secrets_of(["user/1", subjects.user(owner.pk)])
    pseudonyms = bytes(Organisation.objects.get().pseudonym_key or b"")

    new_key(folder, "web_key")
    assert rotating.rewrap(batch=1) >= 4
    assert rotating.rewrap() == 0
    (folder / "web_key_former").unlink()

    assert [one.secret for one in store.webhook_secrets(connection)] == [HOOK.encode()]
    assert sso.client_secret(IdentityProvider.objects.get(pk=provider.pk)) == "of the client"
    factor.refresh_from_db()
    assert factor.data["used_mask"] == 3
    assert SecondFactorAdapter().decrypt(factor.data["seed"]) == "JBSWY3DPEHPK3PXP"
    assert subjects.secrets_of(["user/1", subjects.user(owner.pk)]) == before
    moved = bytes(Organisation.objects.get().pseudonym_key or b"")
    assert moved != pseudonyms
    assert keyring.open_envelope(moved, context="people_organisation.pseudonym_key")
    tables = {event.additional_data["table"] for event in Event.objects.filter(name="key_rotated")}
    assert {"connections_webhooksecret", "mfa_authenticator"} <= tables


def test_the_worker_moves_credentials(folder: Path, connection: Connection) -> None:
    new_key(folder, "worker_private_key")
    assert rotating.reseal() == 1
    assert rotating.reseal() == 0
    (folder / "worker_private_key_former").unlink()
    assert [one.secret for one in store.credentials(connection)] == [TOKEN]


def test_ciphertext_that_was_moved_to_another_row_stops_it_with_the_row(
    folder: Path, connection: Connection
) -> None:
    other = store.add_connection(kind="github", url="https://other.example", token="x" * 20)
    Connection.objects.update(state=Connection.State.WORKING)
    stolen = Credential.objects.get(connection=connection).sealed
    Credential.objects.filter(connection=other).update(sealed=stolen)
    new_key(folder, "worker_private_key")
    with pytest.raises(CommandError, match=r"connections_credential, row \d+: .*belong here"):
        call_command("keys", "reseal")
    assert bytes(Credential.objects.get(connection=other).sealed) == bytes(stolen)


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "wrong": (lambda folder: put(folder / "web_key", b"00" * 32), "another key"),
    "lost": (lambda folder: (folder / "web_key").unlink(), "not given the secret file web_key"),
    "damaged": (lambda folder: put(folder / "web_key", b"half"), "web_key is not in hexadecimal"),
}


@pytest.mark.parametrize(("damage", "reason"), BROKEN.values(), ids=BROKEN)
def test_without_the_right_key_nothing_is_changed(
    folder: Path, connection: Connection, damage: Callable[[Path], object], reason: str
) -> None:
    before = list(WebhookSecret.objects.values_list("pk", "enveloped"))
    damage(folder)
    with pytest.raises(CommandError, match=reason):
        call_command("keys", "rewrap")
    assert list(WebhookSecret.objects.values_list("pk", "enveloped")) == before


class Killed(BaseException):
    """What no handler of errors sees."""


@pytest.mark.parametrize("step", range(4))
def test_killed_between_rows_it_goes_on(
    folder: Path, connection: Connection, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        store.add_connection(kind="github", url=f"https://{number}.example", token="x" * 20)
    new_key(folder, "worker_private_key")
    reseal, left = store.reseal_credential, step

    def counted(row: Credential) -> bytes | None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return reseal(row)

    with monkeypatch.context() as patched:
        patched.setattr(rotating, "reseal_credential", counted)
        try:
            with transaction.atomic():
                rotating.reseal(batch=1)
        except Killed:
            pass
    assert [one.secret for one in store.credentials(connection)] == [TOKEN]
    rotating.reseal(batch=1)
    (folder / "worker_private_key_former").unlink()
    assert len([store.credentials(one) for one in Connection.objects.all()]) == 3


@pytest.mark.django_db(transaction=True)
def test_keys_change_while_secrets_are_read_and_written(
    folder: Path, connection: Connection
) -> None:
    """Readers and writers never meet a secret that they cannot open, three changes of each key long."""
    ended = threading.Event()
    failures: list[BaseException] = []
    rounds = [0, 0]

    def load(number: int) -> None:
        try:
            while not ended.is_set():
                assert [one.secret for one in store.credentials(connection)] == [TOKEN]
                assert store.webhook_secrets(connection)[0].secret == HOOK.encode()
                if number:
                    store.set_token(connection=connection, token=TOKEN)
                    store.set_webhook_secret(connection=connection, secret=HOOK)
                rounds[number] += 1
        except BaseException as error:  # noqa: BLE001 - told in the test's own thread
            failures.append(error)
        finally:
            databases.close_all()

    threads = [threading.Thread(target=load, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            for name, move in (
                ("web_key", rotating.rewrap),
                ("worker_private_key", rotating.reseal),
            ):
                new_key(folder, name)
                seen = list(rounds)
                # Whoever wrote with the former key has come to an end: the grace of the host.
                while not failures and any(
                    now < then + 2 for now, then in zip(rounds, seen, strict=True)
                ):
                    move()
                assert move() == 0 or not failures
                (folder / f"{name}_former").unlink()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert min(rounds) > 6
