from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "backend.people"
    label = "people"
    verbose_name = "People and teams"
    default_auto_field = "django.db.models.BigAutoField"
