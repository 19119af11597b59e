"""Which destinations there can be, and what egress is told of them: nothing but what was meant."""

import pytest
from host.configuration import checked
from host.destinations import Outside, destination, outside, rules
from host.ending import Refused, plain


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ghes.example:443", "ghes.example:443"),
        (" GHES.Example:0443\n", "ghes.example:443"),
        ("a_b-c:1", "a_b-c:1"),
        ("10.1.2.3:8443", "10.1.2.3:8443"),
        ("[2001:DB8::0:1]:443", "[2001:db8::1]:443"),
    ],
)
def test_a_destination_has_one_form(written: str, meant: str) -> None:
    assert destination(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *("", "ghes.example", "ghes.example:", ":443", "ghes.example:0", "ghes.example:65536"),
        *(
            "ghes.example:https",
            "ghes.example:\u0664\u0664\u0663",
            "https://ghes.example:443",
            ".example:443",
        ),
        *("*.example:443", "a..b:443", "-a:443", "a b:443", "a\nhttp_access allow all:443"),
        *("2001:db8::1:443", "[::1:443", "[fe80::1%eth0]:443", "a" * 254 + ":443", 'a".b:443'),
        # One address has one form, and what is none must not be taken for one.
        *("2130706433:443", "0x7f000001:443", "127.1:443", "010.0.0.1:443", "256.1.1.1:443"),
    ],
)
def test_what_is_none_is_refused(written: str) -> None:
    with pytest.raises(Refused):
        destination(written)


def test_the_rules_allow_what_is_listed_and_a_name_may_lead_nowhere_forbidden() -> None:
    listed = ["ghes.example:443", "10.1.2.3:443", "jira.example:443", "[2001:db8::1]:8443"]
    assert rules(listed, Outside()).splitlines()[1:] == [
        "acl address_443 dstdomain -n 10.1.2.3",
        "acl address_8443 dstdomain -n [2001:db8::1]",
        "acl address_port_443 port 443",
        "http_access allow address_port_443 address_443",
        "acl address_port_8443 port 8443",
        "http_access allow address_port_8443 address_8443",
        "acl name_443 dstdomain -n ghes.example",
        "acl name_443 dstdomain -n jira.example",
        "acl name_port_443 port 443",
        "http_access deny name_port_443 name_443 nowhere",
        "http_access allow name_port_443 name_443",
    ]


def test_an_empty_list_allows_nothing() -> None:
    assert "allow" not in rules([], Outside())


def test_the_company_s_proxy_stands_before_all_but_what_is_direct() -> None:
    ways = Outside(proxy="proxy.corp.example:8080", direct=frozenset({"ghes.corp.example"}))
    lines = rules(["ghes.corp.example:443"], ways).splitlines()
    assert lines[1:6] == [
        "cache_peer proxy.corp.example parent 8080 0 no-query no-digest no-netdb-exchange default name=outside",
        "acl direct dstdomain -n ghes.corp.example",
        "never_direct allow !direct",
        "always_direct allow direct",
        "cache_peer_access outside deny direct",
    ]
    assert "http_access deny name_port_443 name_443 direct nowhere" in lines


def test_what_the_host_is_configured_to_reach() -> None:
    text = """[site]
url = https://plumbline.example
[syslog]
server = logs.example
authority = /ca.pem
[mail]
server = mail.example
from = plumbline@company.example
[outside]
also = Storage.example, hooks.example:8443
proxy = http://proxy.corp.example:8080
direct = ghes.example
"""
    found = outside(checked(text, "it"))
    assert found == Outside(
        also=frozenset(
            {
                *("storage.example:443", "hooks.example:8443"),
                *("logs.example:6514", "mail.example:587"),
            }
        ),
        proxy="proxy.corp.example:8080",
        direct=frozenset({"ghes.example"}),
    )


def test_what_comes_from_inside_is_text_on_a_terminal() -> None:
    assert plain("connection \x1b[2JForge\r\n") == "connection ?[2JForge?\n"
