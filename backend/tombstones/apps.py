from django.apps import AppConfig


class TombstonesConfig(AppConfig):
    name = "backend.tombstones"
    label = "tombstones"
    verbose_name = "Tombstones"
    default_auto_field = "django.db.models.BigAutoField"
