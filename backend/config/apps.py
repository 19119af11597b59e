from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "backend.config"
    label = "config"

    def ready(self) -> None:
        """Web and commands ring for work too: this makes the configured Celery app the current one."""
        from backend.config import celery  # noqa: F401, PLC0415 - needs settings
