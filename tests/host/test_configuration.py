"""The configuration file: everything that is wrong is told at once, and what the operator wrote stays."""

from pathlib import Path

import pytest
from host.configuration import checked, judged, load, written
from host.ending import Refused
from host.settings import CONTRADICTIONS, SETTINGS

SITE = "[site]\nurl = https://a.example\n"
MAIL = "[mail]\nserver = a.example\nfrom = p@a.example\n"


def _told(text: str) -> list[str]:
    return [str(problem) for problem in judged(text)[1]]


def test_the_first_file_names_every_setting_once_with_what_it_is_for() -> None:
    text = written("", {("site", "url"): "https://a.example"})
    for setting in SETTINGS:
        assert text.count(f"# {setting.about}\n") == 1
    assert _told(text) == []
    uncommented = text.replace("\n# ", "\n").splitlines()
    for setting in SETTINGS:
        assert [line for line in uncommented if line.startswith(f"{setting.name} =")]


def test_each_setting_is_declared_once_with_a_default_that_is_right() -> None:
    keys = [setting.key for setting in SETTINGS]
    variables = [setting.variable for setting in SETTINGS if setting.variable]
    assert len(set(keys)) == len(keys)
    assert len(set(variables)) == len(variables)
    for setting in SETTINGS:
        assert not setting.default or setting.parse(setting.default) == setting.default, setting.key
    assert {contradiction.key for contradiction in CONTRADICTIONS} <= set(keys)


def test_everything_that_is_wrong_is_told_with_its_line_and_what_to_do() -> None:
    text = (
        "url = https://a.example\n[site]\nurl = http://a.example\nurl = https://b.example\nbond = 1\n"
        "what\n[sizes]\nclone_space = 2g\n[kept]\naudit_days = 30\nclone_space = 2g\n"
        "[tls]\nkey = /k.pem\n[size]\nworker_memory = 2g\n"
    )
    assert _told(text) == [
        "line 1: “url = https://a.example” stands below no [section].",
        "line 3: [site] url = http://a.example must be https://HOST or https://HOST:PORT.",
        "line 4: [site] url stands in line 3 already.",
        "line 5: [site] has no setting bond. Is bind meant?",
        "line 6: “what” is neither [section] nor name = value.",
        "line 7: There is no section [sizes]. Is size meant?",
        "line 10: [kept] audit_days = 30 must be a number from 365 to 36500.",
        "line 11: [kept] has no setting clone_space; it belongs below [size].",
        "line 13: [tls] key needs certificate beside it: certificate and key belong together.",
        "line 15: [size] worker_memory must be at least 3072m: clones of 2g count against it.",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "[site] url is missing: say at which https:// address people come."),
        (SITE + "[syslog]\nserver = a.example\n", "needs authority beside it"),
        (SITE + "[outside]\ndirect = a.example\n", "says nothing without proxy"),
        (SITE + "[mail]\nfrom = p@a.example\n", "[mail] from needs server beside it"),
        (SITE + "[mail]\nserver = a.example\n", "[mail] server needs from beside it"),
        (SITE + MAIL + "user = p\n", "[mail] user needs password beside it"),
        (SITE + MAIL + "password = /p\n", "[mail] password needs user beside it"),
        (SITE + "[mail]\nuser = p\npassword = /p\n", "[mail] user needs server beside it"),
        (SITE + "[mail]\nauthority = /ca.pem\n", "[mail] authority needs server beside it"),
        (SITE + "[balancer]\nproxy_protocol = on\n", "nobody's word would be taken"),
        (SITE + "[balancer]\ntrusted = 0.0.0.0/0\n", "must not be everybody"),
    ],
    ids=[
        *("no address", "syslog unverified", "nothing to pass by"),
        *("mail by nobody", "mail of nobody", "no password", "nobody's password"),
        *("nowhere to sign in", "nobody to verify", "no balancer", "everybody"),
    ],
)
def test_what_does_not_go_together_is_told(text: str, told: str) -> None:
    (found,) = _told(text)
    assert told in found


GOOD = [
    ("site", "url", "https://A.example:8443/", "https://a.example:8443"),
    ("site", "url", "https://[2001:db8::1]", "https://[2001:db8::1]"),
    ("site", "bind", "::", "::"),
    ("site", "security_contact", "mailto:s@a.example", "mailto:s@a.example"),
    ("site", "security_contact", "https://a.example/tell", "https://a.example/tell"),
    ("data", "folder", "/srv/plumbline/", "/srv/plumbline"),
    ("size", "clone_space", "512M", "512m"),
    ("outside", "also", "A.example, b.example:8443", "a.example b.example:8443"),
    ("outside", "proxy", "http://proxy.example:3128", "http://proxy.example:3128"),
    ("mail", "server", "Mail.example:465", "mail.example:465"),
    ("mail", "from", "Plumb.line+a@Company.example", "Plumb.line+a@Company.example"),
    ("mail", "user", "COMPANY\\plumbline", "COMPANY\\plumbline"),
    ("metrics", "allow", "10.0.0.0/24 10.1.2.3", "10.0.0.0/24 10.1.2.3/32"),
    ("metrics", "publish", "10.0.0.5:9464", "10.0.0.5:9464"),
]
BAD = [
    ("site", "url", "https://a.example/path"),
    ("site", "url", "https://me@a.example"),
    ("site", "url", "https://a.example:99999"),
    ("site", "url", "https://a_b$.example"),
    ("site", "port", "0"),
    ("site", "bind", "localhost"),
    ("site", "security_contact", "s@a.example"),
    ("site", "security_contact", "http://a.example/tell"),
    ("site", "security_contact", "https://a.example/$HOME"),
    ("data", "folder", "srv"),
    ("data", "folder", "/srv/$HOME"),
    ("tls", "certificate", "chain.pem"),
    ("size", "clone_space", "2"),
    ("size", "clone_space", "0g"),
    ("outside", "proxy", "http://user:secret@proxy.example:3128"),
    ("outside", "also", "https://a.example"),
    ("syslog", "server", "a.example:0"),
    ("mail", "server", "smtp://mail.example"),
    ("mail", "from", "plumbline"),
    ("mail", "from", "Plumbline <plumbline@company.example>"),
    ("mail", "from", "a@company.example,b@company.example"),
    ("mail", "from", "$HOME@company.example"),
    ("mail", "user", "plumb line"),
    ("mail", "user", "$HOME"),
    ("mail", "password", "secret"),
    ("metrics", "allow", "10.0.0.1/24"),
    ("balancer", "trusted", "10.0.0.1/24"),
    ("balancer", "proxy_protocol", "yes"),
    ("metrics", "publish", "10.0.0.5"),
    ("metrics", "publish", "plumbline.example:9464"),
]


@pytest.mark.parametrize(("section", "name", "value", "kept"), GOOD)
def test_a_right_value_is_kept_in_one_form(section: str, name: str, value: str, kept: str) -> None:
    (setting,) = (found for found in SETTINGS if found.key == (section, name))
    assert setting.parse(value) == kept == setting.parse(kept)


@pytest.mark.parametrize(("section", "name", "value"), BAD)
def test_a_wrong_value_says_what_it_must_be(section: str, name: str, value: str) -> None:
    assert any(f"= {value} must be" in told for told in _told(f"[{section}]\n{name} = {value}\n"))


def test_what_the_operator_wrote_stays() -> None:
    text = f"; ours\n{SITE}\n# asked for by the works council, since 2026 = yes\n[kept]\naudit_days = 900\n"
    once = written(text, {("kept", "backups_days"): "14"})
    assert once.startswith("; ours\n[site]\nurl = https://a.example\n")
    assert "# asked for by the works council, since 2026 = yes\n" in once
    found = checked(once, "it")
    assert (found.number("kept", "audit_days"), found.number("kept", "backups_days")) == (900, 14)
    assert written(once, {}) == once
    assert written(once, {("kept", "backups_days"): "14"}) == once
    assert checked(written(once, {("kept", "audit_days"): ""}), "it").number(
        "kept", "audit_days"
    ) == (730)


def test_a_missing_file_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="appliance install --url"):
        load(tmp_path / "conf")
