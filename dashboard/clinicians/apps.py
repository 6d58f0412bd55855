from django.apps import AppConfig


class CliniciansConfig(AppConfig):
    name = "dashboard.clinicians"
    verbose_name = "Clinicians"
