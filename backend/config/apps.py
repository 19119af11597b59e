from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "backend.config"
    label = "config"

    def ready(self) -> None:
        """Web and commands ring for work too: this makes the configured Celery app the current one."""
        # The checks of the self-assessment that only this floor can make enter themselves.
        from backend.config import celery, declared, grants  # noqa: F401, PLC0415 - needs settings
