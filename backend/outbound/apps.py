from django.apps import AppConfig


class OutboundConfig(AppConfig):
    name = "backend.outbound"
    label = "outbound"
    verbose_name = "Outbound ledger"
    default_auto_field = "django.db.models.BigAutoField"
