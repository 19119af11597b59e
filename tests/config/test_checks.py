"""Django's own checks. Worker, beat and sealer start without them, so that they must hold before a release."""

from django.core.management import call_command


def test_nothing_is_amiss_with_settings_models_addresses_and_pages() -> None:
    call_command("check", fail_level="WARNING")
