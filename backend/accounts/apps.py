from django.apps import AppConfig
from django.conf import settings


class AccountsConfig(AppConfig):
    name = "backend.accounts"
    label = "accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from backend.accounts import events  # noqa: F401, PLC0415 - receivers want models loaded

        if settings.MODE == "demo":
            from backend.accounts import demo  # noqa: F401, PLC0415 - likewise
