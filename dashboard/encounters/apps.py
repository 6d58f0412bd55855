from django.apps import AppConfig


class EncountersConfig(AppConfig):
    name = "dashboard.encounters"
    verbose_name = "Encounters"
