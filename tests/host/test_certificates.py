"""The services' own certificates: for whom they are made, who can read their keys, and when they are made anew."""

import stat
from pathlib import Path

import pytest
from host.certificates import SERVING, issue, make_authority, new_key, still_good
from host.folders import Folder


@pytest.fixture
def authority(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "authority", tmp_path.stat().st_uid)
    make_authority(made)
    return made


def test_web_is_served_by_the_name_that_nginx_asks_for() -> None:
    front = (Path(__file__).resolve().parents[2] / "nginx/nginx.conf").read_text()
    assert f"proxy_ssl_name {SERVING['web']};" in front


@pytest.mark.parametrize("service", SERVING)
def test_a_missing_certificate_is_made_for_one_user_alone(
    tmp_path: Path, authority: Folder, service: str
) -> None:
    user = tmp_path.stat().st_uid
    folder = Folder(tmp_path / service, user)
    issue(authority, folder, SERVING[service])
    assert still_good(folder.path / "server.crt", SERVING[service], authority)
    for file in (folder.path / "server.crt", folder.path / "server.key"):
        assert (file.stat().st_uid, stat.S_IMODE(file.stat().st_mode)) == (user, 0o400)
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o500


def test_a_good_certificate_stays_and_others_are_renewed(tmp_path: Path, authority: Folder) -> None:
    user = tmp_path.stat().st_uid
    issue(authority, Folder(tmp_path / "web", user), "web-http")
    again = Folder(tmp_path / "web", user)
    issue(authority, again, "web-http")
    assert not again.changed
    renamed = Folder(tmp_path / "web", user)
    issue(authority, renamed, "another-name")
    assert renamed.changed
    other = Folder(tmp_path / "other", user)
    other.write("authority.key", new_key())
    make_authority(other)
    anew = Folder(tmp_path / "web", user)
    issue(other, anew, "another-name")
    assert anew.changed
    assert still_good(anew.path / "server.crt", "another-name", other)
