"""What is open from the start, and what is opened once somebody has agreed."""

from tests.appliance.proxy import connect, list_besides
from tests.appliance.stack import Stack, appliance

WISH = "from backend.accounts.models import IdentityProvider as Provider; "


def test_what_the_operator_told_the_installer_of_is_open_from_the_start(stack: Stack) -> None:
    listed = (stack.data / "egress" / "destinations").read_text().splitlines()
    for service, place in (("sealer", "syslog.example:6514"), ("worker", "mail.example:587")):
        assert connect(stack, service, place) == {place: 200}
        assert place in listed


def test_what_is_asked_for_inside_waits_for_the_operator_s_word(stack: Stack) -> None:
    """As whoever has web can ask for anything."""
    shell = ("shell", "--no-imports", "--command")
    wish = (
        "Provider.objects.create(kind='oidc', slug='w', name='W', address='https://evil.example')"
    )
    stack.manage("web", *shell, WISH + wish)
    try:
        code, said = appliance(stack, "egress")
        assert (code, "open   evil.example:443    identity provider W" in said) == (1, True), said
        list_besides(stack, "named.example:53")
        code, said = appliance(stack, "apply")
        assert (code, "Not open yet: evil.example:443." in said) == (0, True), said
        found = connect(stack, "web", "evil.example:443", "named.example:53")
        assert found == {"evil.example:443": 403, "named.example:53": 200}
        list_besides(stack)
        code, said = appliance(stack, "apply")
        assert (code, "close  named.example:53" in said) == (0, True), said
        assert connect(stack, "web", "named.example:53") == {"named.example:53": 403}
        assert appliance(stack, "egress", "--yes")[0] == 0
        # It is not there, which is another matter.
        assert connect(stack, "web", "evil.example:443") == {"evil.example:443": 503}
    finally:
        stack.manage("web", *shell, WISH + "Provider.objects.filter(slug='w').delete()")
    assert "close  evil.example:443" in appliance(stack, "egress")[1]
    assert connect(stack, "web", "evil.example:443") == {"evil.example:443": 403}


def test_a_source_that_is_not_open_is_told_in_words(stack: Stack) -> None:
    said = stack.manage(
        "worker",
        *("shell", "--no-imports", "--command"),
        "from backend.sources.http import Client\n"
        "from backend.sources.errors import SourceError\n"
        "try:\n"
        "    with Client('https://unlisted.example', {}) as source: source.get('/x')\n"
        "except SourceError as error:\n"
        "    print(error.reason, error.action)",
    )
    assert "The way to unlisted.example is not open." in said
    assert "scripts/appliance egress" in said
