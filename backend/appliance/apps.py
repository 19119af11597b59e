from django.apps import AppConfig


class ApplianceConfig(AppConfig):
    name = "backend.appliance"
    label = "appliance"
    verbose_name = "Appliance"
    default_auto_field = "django.db.models.BigAutoField"
