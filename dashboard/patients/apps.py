from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "dashboard.patients"
    verbose_name = "Patients"
