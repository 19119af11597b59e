from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "backend.audit"
    label = "audit"
    verbose_name = "Audit log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The triggers follow each change of the schema."""
        from backend.audit.triggers import install  # noqa: PLC0415 - needs settings

        post_migrate.connect(install, sender=self, dispatch_uid="audit.triggers")
